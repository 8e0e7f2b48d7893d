"""A disk in memory: what a driver writes, when it lands, and what a crash leaves of it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hypothesis import strategies as st

from voicegraph.graph.model import NodeId
from voicegraph.run.events import Entry, ItemRun, NewRun, NodeRun, RunChange, RunEvent, StoredRun
from voicegraph.run.state import NodeStatus, RunStatus


@dataclass
class Disk:
    """The state after some entries of one run."""

    run: NewRun | None = None
    rows: dict[NodeId, NodeRun] = field(default_factory=dict)
    items: dict[NodeId, dict[int, ItemRun]] = field(default_factory=lambda: defaultdict(dict))
    events: list[RunEvent] = field(default_factory=list)
    change: RunChange = field(default_factory=lambda: RunChange(RunStatus.PENDING))

    @classmethod
    def after(cls, entries: Iterable[Entry]) -> Disk:
        disk = cls()
        for entry in entries:
            disk.run = entry.create or disk.run
            disk.rows |= {row.node_id: row.snapshot() for row in entry.nodes}
            for item in entry.items:
                disk.items[item.node_id][item.item] = item.snapshot()
            if entry.drops_items:
                for item in (item for items in disk.items.values() for item in items.values() if item.status.open):
                    item.status, item.due_at = NodeStatus.CANCELLED, None
            disk.events += entry.events
            if entry.change:
                assert not disk.change.status.terminal, "a terminal status never changes"
                disk.change = entry.change
        return disk

    def stored(self) -> StoredRun:
        """As an engine reads it back after a crash."""
        assert self.run
        rows = {node_id: row.snapshot() for node_id, row in self.rows.items()}
        items = {
            node_id: {index: item.snapshot() for index, item in items.items()}
            for node_id, items in self.items.items()
            if node_id not in self.rows or self.rows[node_id].status.open
        }
        return StoredRun(self.run, self.change.status, self.change.started_at, self.change.wake_at, rows, items)

    @property
    def statuses(self) -> dict[NodeId, NodeStatus]:
        return {node_id: row.status for node_id, row in self.rows.items()}

    @property
    def story(self) -> list[tuple[str, NodeId | None]]:
        return [(event.kind, event.node_id) for event in self.events]


def cut_short(data: st.DataObject, entries: list[Entry]) -> list[Entry]:
    """What a crash leaves of them: one at least. What is drawn must not depend on how many there are, which may vary."""
    share = data.draw(st.floats(0, 1))
    return entries[: 1 + round(share * (len(entries) - 1))]


class MemorySink:
    """The port `EventSink`. While it is held, entries are queued and do not land; `refusals` are raised first."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.refusals: list[Exception] = []
        self._queued: list[tuple[Entry, asyncio.Future[None]]] = []
        self._held = False
        self._arrived = asyncio.Event()
        self._landed = asyncio.Event()

    def record(self, entry: Entry, **_: bool) -> asyncio.Future[None]:
        done = asyncio.get_running_loop().create_future()
        if self.refusals:
            done.set_exception(self.refusals.pop(0))
            return done
        self._queued.append((entry, done))
        self._arrived.set()
        if not self._held:
            self._land()
        return done

    def hold(self) -> None:
        """From now on nothing lands."""
        self._held = True
        self._arrived.clear()

    def release(self) -> None:
        """What was queued lands, in order."""
        self._held = False
        self._land()

    async def arrived(self, count: int = 1) -> None:
        """Wait until so many entries are queued."""
        async with asyncio.timeout(20):
            while len(self._queued) < count:
                self._arrived.clear()
                await self._arrived.wait()

    async def until(self, holds: Callable[[Disk], bool]) -> None:
        """Wait until the disk is as it should be."""
        async with asyncio.timeout(20):
            while not holds(self.disk):
                self._landed.clear()
                await self._landed.wait()

    def _land(self) -> None:
        self._landed.set()
        for entry, done in self._queued:
            self.entries.append(entry)
            if not done.done():
                done.set_result(None)
        self._queued = []

    @property
    def disk(self) -> Disk:
        return Disk.after(self.entries)
