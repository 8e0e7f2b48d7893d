"""Few places for heavy work, and fair turns among the runs that wait for one.

One run may ask for a hundred places at once, and again for each of its thousands of items. First come, first served,
everybody else would wait behind all of them; so whoever waits takes turns by run, as long as their lines may be.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakKeyDictionary

R = TypeVar("R")

_whose: ContextVar[str] = ContextVar("whose", default="")


def work_for(run_id: str) -> None:
    """From here on this task, and those it starts, wait for places in the line of this run.

    What is done for no run waits in a line of its own.
    """
    _whose.set(run_id)


class FairGate:
    """So many are inside at a time. Runs that wait take turns; what one run asks for is done in that order."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Lines] = WeakKeyDictionary()

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Inside, a place is held."""
        lines = self._here()
        await lines.enter()
        try:
            yield
        finally:
            lines.leave()

    async def run(self, threads: Executor, work: Callable[[], R]) -> R:
        """What the work gives, from a thread. Its place is free when the thread is, be its caller cancelled or not."""
        lines, loop = self._here(), asyncio.get_running_loop()

        def leave(_: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits there any more
                loop.call_soon_threadsafe(lines.leave)

        await lines.enter()
        try:
            future = threads.submit(work)
        except BaseException:
            lines.leave()
            raise
        future.add_done_callback(leave)
        return await asyncio.wrap_future(future)

    def _here(self) -> _Lines:
        loop = asyncio.get_running_loop()
        lines = self._lines.get(loop)
        if lines is None:
            lines = self._lines[loop] = _Lines(self._places)
        return lines


@dataclass(slots=True)
class _Lines:
    """Those that wait, by run: the run whose turn it is comes first. While a place is free nobody does."""

    free: int
    waiting: dict[str, deque[asyncio.Future[None]]] = field(default_factory=dict[str, deque[asyncio.Future[None]]])

    async def enter(self) -> None:
        """Wait for a place, where none is free."""
        if self.free:
            self.free -= 1
            return
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.setdefault(_whose.get(), deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if not place.cancelled():
                self.leave()  # it was ours in the very moment
            raise

    def leave(self) -> None:
        """The place goes to the next one that still waits, if there is one."""
        while self.waiting:
            run_id, line = next(iter(self.waiting.items()))
            place = line.popleft()
            if not line:
                del self.waiting[run_id]
            if place.done():
                continue  # cancelled: that was no turn
            if line:
                self.waiting[run_id] = self.waiting.pop(run_id)  # behind the others
            place.set_result(None)
            return
        self.free += 1
