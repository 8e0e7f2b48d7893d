"""The feed of events for whoever watches runs in this process. Told only what is on disk already."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from voicegraph.graph.model import RunId
from voicegraph.run.events import Entry, RunChange, RunEvent
from voicegraph.run.state import RunStatus

log = logging.getLogger(__name__)
T = TypeVar("T")

CAPACITY = 1_000
"""Events a watcher may be behind before it is dropped; it can come back with the last id it saw."""


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A run was made, or changed its status."""

    run_id: RunId
    status: RunStatus


class WakeUp:
    """Something was written elsewhere: read it from the database."""


POKE = WakeUp()


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


class RunWatcher(Watcher[RunEvent | WakeUp]):
    """Watches one run. Where other processes write too, it is poked after `poll` seconds without an event."""

    def __init__(self, poll: float | None) -> None:
        super().__init__()
        self._poll = poll
        self._poked = False

    def poll_every(self, seconds: float) -> None:
        """Look at least so often: who writes the run may be another process that announces nothing."""
        self._poll = min(seconds, self._poll or seconds)

    def poke(self) -> None:
        """Let the reader look. One look sees all, so pokes do not pile up."""
        if not self._poked:
            self._poked = True
            self.put(POKE)

    async def get(self) -> RunEvent | WakeUp | None:
        """The next event; a poke: read the database; None at the end."""
        try:
            async with asyncio.timeout(self._poll):
                item = await super().get()
        except TimeoutError:
            return POKE
        if isinstance(item, WakeUp):
            self._poked = False
        return item


class EventFeed:
    """Publishes entries to the watchers of their run, and status changes to the watchers of all."""

    def __init__(self, poll: float | None = None) -> None:
        """`poll`: seconds after which a watcher looks for itself, where other processes write too."""
        self._poll = poll
        self._runs: dict[RunId, set[RunWatcher]] = {}
        self._all: set[Watcher[StatusChange]] = set()
        self._listeners: list[Callable[[Entry], None]] = []
        self._closed = False

    def listen(self, listener: Callable[[Entry], None]) -> None:
        """Call `listener` with every entry that is on disk. Of other processes' it hears the change of status only.

        It is for taking note, of what concerns it: everybody waits for it meanwhile.
        """
        self._listeners.append(listener)

    def publish(self, entry: Entry) -> None:
        """Call on the event loop, after the entry is committed."""
        for watcher in self._runs.get(entry.run_id, ()):
            for event in entry.events:
                watcher.put(event)
        self._tell_listeners(entry)
        status = entry.change.status if entry.change else RunStatus.PENDING if entry.create else entry.news
        if status:
            self._tell_all(StatusChange(entry.run_id, status))

    def poke(self, run_id: RunId, status: RunStatus | None) -> None:
        """Another process wrote a run; `status` when that changed."""
        for watcher in self._runs.get(run_id, ()):
            watcher.poke()
        if status:
            self._tell_listeners(Entry(run_id, change=RunChange(status)))
            self._tell_all(StatusChange(run_id, status))

    def _tell_listeners(self, entry: Entry) -> None:
        """What one of them makes of it is its own affair: the entry is on disk, and the others hear of it."""
        for listener in self._listeners:
            try:
                listener(entry)
            except Exception:
                log.exception("Run %s: a listener failed; the others hear of it all the same", entry.run_id)

    def _tell_all(self, change: StatusChange) -> None:
        for watcher in self._all:
            watcher.put(change)

    def poke_all(self) -> None:
        """Other processes may have written anything."""
        for watchers in self._runs.values():
            for watcher in watchers:
                watcher.poke()

    @contextmanager
    def watch(self, run_id: RunId) -> Generator[RunWatcher]:
        """Events of one run, from now on."""
        watcher = RunWatcher(self._poll)
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
