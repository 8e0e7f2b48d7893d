"""The process's log: our own words, what few libraries may add, and no secret in any of it.

Libraries log what they were given, whole addresses with their passwords included. So there is one list of whom we let
speak, and one formatter through which every line goes.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

from voicegraph.log_repeats import RepeatFilter

Hide = Callable[[str], str]
"""Gives a text back without the secrets in it."""

OURS = "voicegraph"
LIBRARIES = {
    "alembic": logging.WARNING,
    "asyncio": logging.WARNING,
    "concurrent.futures": logging.ERROR,
    "py.warnings": logging.WARNING,
    "sqlalchemy": logging.ERROR,
    "uvicorn": logging.WARNING,
}
"""From which level on each may speak. A library that is not here says nothing: its failures reach us as exceptions."""

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_hide: ContextVar[tuple[Hide, ...]] = ContextVar("hide", default=())


def set_up(hide: Hide, level: int = logging.INFO) -> None:
    """Log to stderr from `level` on. `hide` takes the settings' secrets out. A second call replaces the first."""
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, Handler)]:
        root.removeHandler(handler)
    root.addHandler(Handler(hide))
    root.setLevel(level)
    logging.captureWarnings(True)


@contextmanager
def hiding(hide: Hide) -> Generator[None]:
    """Meanwhile, in this task and the threads it starts, `hide` is applied too: for the secrets of one node."""
    token = _hide.set((*_hide.get(), hide))
    try:
        yield
    finally:
        _hide.reset(token)


def may_speak(record: logging.LogRecord) -> bool:
    """Whether the record is ours, or from a library of the list and grave enough."""
    name = record.name
    while name:
        if name == OURS:
            return True
        if (level := LIBRARIES.get(name)) is not None:
            return record.levelno >= level
        name = name.rpartition(".")[0]
    return False


class Handler(logging.Handler):
    """Writes to whatever stderr is now. What it cannot write it does not show either: that would be the bare text."""

    def __init__(self, hide: Hide) -> None:
        super().__init__()
        self._repeats = RepeatFilter()
        self.addFilter(may_speak)
        self.setFormatter(Formatter(hide))

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, unless it is one of many."""
        try:
            lines = self._repeats.due(record, self.format)
        except Exception as error:  # noqa: BLE001 - a library's record may be wrong in any way
            lines = [f"{record.levelname} {record.name}: a line could not be written ({type(error).__name__})"]
        self._write(lines)

    def close(self) -> None:
        """Tell what was only counted."""
        self._write(self._repeats.rest())
        super().close()

    def _write(self, lines: list[str]) -> None:
        try:
            sys.stderr.write("".join(f"{line}\n" for line in lines))
            sys.stderr.flush()
        except (OSError, ValueError):
            return  # nobody reads it any more


class Formatter(logging.Formatter):
    """A record as a line without secrets. Further lines are set in, so that no text can pass for a record of its own."""

    converter = time.localtime

    def __init__(self, hide: Hide) -> None:
        super().__init__(_FORMAT)
        self._always = hide

    def format(self, record: logging.LogRecord) -> str:
        """The whole record, its traceback included."""
        text = super().format(record)
        for hide in (self._always, *_hide.get()):
            text = hide(text)
        lines = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text).split("\n")
        return "\n    ".join(lines)
