"""uvicorn's loggers as a process finds them: servers that other tests started in this one have set them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def fresh_uvicorn_loggers() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.error")]
    before = [(one, one.level, one.propagate, one.handlers) for one in loggers]
    for one in loggers:
        one.setLevel(logging.NOTSET)
        one.propagate, one.handlers = True, []
    yield
    for one, level, propagate, handlers in before:
        one.setLevel(level)
        one.propagate, one.handlers = propagate, handlers
