"""Who watches runs in this process. Told only what is on disk already."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from voicegraph.graph.model import RunId
from voicegraph.run.events import Entry, RunEvent
from voicegraph.run.state import RunStatus

T = TypeVar("T")

CAPACITY = 1_000
"""Events a watcher may be behind before it is dropped; it can come back with the last id it saw."""


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A run was made, or changed its status."""

    run_id: RunId
    status: RunStatus


class Watcher(Generic[T]):
    """A bounded line to one reader. Ends when the feed closes or the reader falls too far behind."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[T | None] = asyncio.Queue()
        self.dropped = False

    def put(self, item: T) -> None:
        """Hand over an item, or drop the watcher: a slow one is not waited for."""
        if self.dropped:
            return
        if self._queue.qsize() < CAPACITY:
            self._queue.put_nowait(item)
        else:
            self.end()

    def end(self) -> None:
        """Let the reader stop after what it has got. All of that: a gap would never be noticed."""
        if not self.dropped:
            self.dropped = True
            self._queue.put_nowait(None)

    async def get(self) -> T | None:
        """The next item; None at the end."""
        return await self._queue.get()


class Feed:
    """Publishes entries to the watchers of their run, and status changes to the watchers of all."""

    def __init__(self) -> None:
        self._runs: dict[RunId, set[Watcher[RunEvent]]] = {}
        self._all: set[Watcher[StatusChange]] = set()
        self._closed = False

    def publish(self, entry: Entry) -> None:
        """Call on the event loop, after the entry is committed."""
        for watcher in self._runs.get(entry.run_id, ()):
            for event in entry.events:
                watcher.put(event)
        status = entry.change.status if entry.change else RunStatus.PENDING if entry.create else None
        if status:
            for watcher in self._all:
                watcher.put(StatusChange(entry.run_id, status))

    @contextmanager
    def watch(self, run_id: RunId) -> Generator[Watcher[RunEvent]]:
        """Events of one run, from now on."""
        watcher = Watcher[RunEvent]()
        watchers = self._runs.setdefault(run_id, set())
        watchers.add(watcher)
        if self._closed:
            watcher.end()
        try:
            yield watcher
        finally:
            watchers.discard(watcher)
            if not watchers:
                self._runs.pop(run_id, None)

    @contextmanager
    def watch_all(self) -> Generator[Watcher[StatusChange]]:
        """Status changes of all runs, from now on."""
        watcher = Watcher[StatusChange]()
        self._all.add(watcher)
        if self._closed:
            watcher.end()
        try:
            yield watcher
        finally:
            self._all.discard(watcher)

    def close(self) -> None:
        """End every watcher: the server stops, and clients will come back with their last id."""
        self._closed = True
        for watchers in self._runs.values():
            for watcher in watchers:
                watcher.end()
        for watcher in self._all:
            watcher.end()
