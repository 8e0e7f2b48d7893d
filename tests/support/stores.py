"""Stores that answer late, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

from support.hosts import EmbeddedHost

from voicegraph.graph.model import RunId
from voicegraph.run.events import StoredRun
from voicegraph.store.runs.stored_runs import StoredRuns


class LateStore:
    """The store, but a load can be held after it has read (its answer is old by then), or made to fail."""

    def __init__(self, store: StoredRuns) -> None:
        self._store = store
        self.errors: list[Exception] = []
        self.holds: list[asyncio.Event] = []
        self.held = asyncio.Event()

    async def load(self, run_id: RunId) -> StoredRun:
        return await self._late(self._store.load(run_id))

    async def load_whole(self, run_id: RunId) -> StoredRun:
        return await self._late(self._store.load_whole(run_id))

    async def line_of(self, run_id: RunId) -> Any:
        """Where it stands for the families of runs."""
        return await self._late(cast("Any", self._store).line_of(run_id))

    async def _late(self, loading: Coroutine[None, None, Any]) -> Any:
        if self.errors:
            loading.close()
            raise self.errors.pop(0)
        stored = await loading
        if self.holds:
            hold = self.holds.pop(0)
            self.held.set()
            await hold.wait()
        return stored

    def hold_next(self) -> asyncio.Event:
        """The next load waits, with its answer in hand, until the event is set."""
        self.held.clear()
        self.holds.append(asyncio.Event())
        return self.holds[-1]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def late(host: EmbeddedHost) -> LateStore:
    """Put a store between the engine and the disk that can be held."""
    store = LateStore(host.history.store)
    host.engine._store = cast("StoredRuns", store)
    return store
