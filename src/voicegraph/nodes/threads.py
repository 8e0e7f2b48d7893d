"""Threads for libraries that block. Not the loop's own: name look-ups wait for those, and must not wait for us."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from typing import ParamSpec, TypeVar

from voicegraph.fair_slots import FairGate

P = ParamSpec("P")
R = TypeVar("R")

WORKERS = 16
_GATE = FairGate(WORKERS)


async def in_thread(function: Callable[P, R], *args: P.args, **options: P.kwargs) -> R:
    """What the function returns or raises. When the caller is cancelled the thread goes on to its own time-out."""
    context = copy_context()  # the thread logs as the node that asked, see logs.py
    return await _GATE.run(_pool(), lambda: context.run(function, *args, **options))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS, thread_name_prefix="node")
