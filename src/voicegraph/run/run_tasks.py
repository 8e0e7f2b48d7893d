"""Decisions about runs that are on disk: one by one for each run, and nobody waits for those of another."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from voicegraph.graph.model import RunId


class Decisions:
    """A lock for each run that is decided about. `answering` are those whose answer is being written."""

    def __init__(self) -> None:
        self.answering: set[RunId] = set()
        self._locks: WeakValueDictionary[RunId, asyncio.Lock] = WeakValueDictionary()

    def of(self, run_id: RunId) -> asyncio.Lock:
        """Of two who read the same state, both would write what follows."""
        lock = self._locks.get(run_id)
        if lock is None:
            lock = self._locks[run_id] = asyncio.Lock()
        return lock
