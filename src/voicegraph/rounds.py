"""Work that the server does by itself, again and again, whatever goes wrong in between.

An error of a round is logged and shown, and the next round comes after a pause that grows while the error stays.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from voicegraph import clock
from voicegraph.errors import VoiceGraphError

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0


@dataclass(frozen=True, slots=True)
class RoundsState:
    """failing: the last rounds ended with `error`, since `since` (seconds since the epoch). stopped: nothing comes."""

    name: str
    state: Literal["ok", "failing", "stopped"]
    error: str | None = None
    since: float | None = None


class Rounds:
    """Calls `work` every so many seconds, or sooner: when it answers how soon, and when it is poked."""

    def __init__(
        self, name: str, work: Callable[[], Awaitable[float | None]], every: float, first: float = 0.0
    ) -> None:
        self.name = name
        self._work = work
        self._every = every
        self._first = first
        self._news = asyncio.Event()
        self._stopped = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0
        self._error: str | None = None
        self._since: float | None = None

    def open(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._go(), name=self.name)

    def poke(self) -> None:
        """There is something to do now."""
        self._news.set()

    def well(self) -> None:
        """Of a round that lasts: it goes well by now."""
        self._failures, self._error, self._since = 0, None, None

    async def close(self, *, finish: bool = False) -> None:
        """Stop: at once, or with `finish` when the round under way is done. Safe to call twice."""
        self._stopped.set()
        if self._task is None:
            return
        if not finish:
            self._task.cancel()
        await asyncio.wait([self._task])  # not the task itself: that we are cancelled, too, would be lost

    @property
    def state(self) -> RoundsState:
        """How it goes."""
        if self._task is None or self._task.done():
            return RoundsState(self.name, "stopped", self._error, self._since)
        return RoundsState(self.name, "failing" if self._failures else "ok", self._error, self._since)

    async def _go(self) -> None:
        pause, listens = self._first, True
        while not await self._rest(pause, listens=listens):
            self._news.clear()
            try:
                after = await self._work()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round may go well
                pause, listens = self._failed(error), False
            else:
                self.well()
                pause, listens = self._every if after is None else min(self._every, max(0.0, after)), True

    async def _rest(self, pause: float, *, listens: bool) -> bool:
        """Until the pause is over or there are news; the answer is whether it is to stop."""
        waiting = [asyncio.ensure_future(self._stopped.wait())]
        if listens:
            waiting.append(asyncio.ensure_future(self._news.wait()))
        try:
            await asyncio.wait(waiting, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
        return self._stopped.is_set()

    def _failed(self, error: Exception) -> float:
        self._failures += 1
        pause = min(LONGEST_PAUSE, self._every, FIRST_PAUSE * 2.0 ** min(self._failures - 1, 32))
        if isinstance(error, VoiceGraphError):
            self._error = error.reason
            log.warning("%s: %s Trying again in %.0f s", self.name, self._error, pause)
        else:
            self._error = f"{type(error).__name__}; the server's log says more."
            log.error("%s failed. Trying again in %.0f s", self.name, pause, exc_info=error)
        self._since = self._since or clock.now()
        return pause
