"""Permits to start in this process: none once it was told to stop, for suspects when it has run for a while."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Hashable

from voicegraph import clock
from voicegraph.engines.inngest.step_answers import Claim, Later, Memo
from voicegraph.run.crash_blame import CALM_SECONDS

LOOK_AGAIN = 5.0
"""Seconds until a suspect asks again that finds another one at work."""
ELSEWHERE = 3.0
"""Seconds until Inngest calls again for what does not start in a process that stops: another process, or the next."""


class StartPermits:
    """Shared by the nodes and items that run in this process. Inngest may start a suspect elsewhere meanwhile."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self._calm_at = clock.now() + CALM_SECONDS
        self._tried: set[Hashable] = set()

    @property
    def turn_at(self) -> float:
        """When the next suspect may start."""
        return max(self._calm_at, clock.now() + LOOK_AGAIN) if self._tried else self._calm_at

    def turned_away(self) -> Later | None:
        """The answer to a call that would start something, once the process was told to stop; nothing counts against it.

        Inngest can call until the sockets close, and each node that ends in the drain makes it call for those behind it:
        they would be started only to be cut.
        """
        return Later(clock.now() + ELSEWHERE) if self.stopping.is_set() else None

    def note(self, key: Hashable, begun: Claim | Later | Memo) -> None:
        """A step has begun, or not."""
        if isinstance(begun, Claim) and begun.alone:
            self._tried.add(key)

    def end(self, key: Hashable) -> None:
        """It is over."""
        self._tried.discard(key)

    async def pause(self, seconds: float) -> None:
        """Until then, or until the process is told to stop."""
        if self.stopping.is_set():
            await asyncio.sleep(seconds)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
