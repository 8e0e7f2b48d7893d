"""The time that whoever ends runs gives to the nodes in flight."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any


class GracePeriod:
    """Some seconds, or less: it can be ended at any moment, also before anybody waits."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._over = asyncio.Event()

    def end(self) -> None:
        """Whoever waits, waits no longer; nor does who comes later."""
        self._over.set()

    async def wait(self, tasks: Iterable[asyncio.Task[Any]]) -> None:
        """Until all of them are done, or it is over. They go on."""
        pending = [*tasks]
        if not pending:
            return
        done = asyncio.ensure_future(asyncio.wait(pending))
        over = asyncio.ensure_future(self._over.wait())
        try:
            await asyncio.wait((done, over), timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            done.cancel()
            over.cancel()
