"""The state of a node's items: which may run now, and when the node is done. Pure, as `state.py` is for nodes.

At most so many items are in flight; one that waits for its next try holds no place. Items start in their order, those
whose next try is due come first. Once stopped (an item failed for good and the node does not go on, or the run failed
elsewhere), those in flight finish and nothing new starts. So it is while paused (the server stops), but then a try that
failed still gets its next one: the next process makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from voicegraph.nodes.data.large_json import Weight
from voicegraph.run.crash_blame import BlameVerdict, verdict
from voicegraph.run.events import ItemCounts, ItemRun
from voicegraph.run.state import NodeStatus

AT_WORK = (NodeStatus.RUNNING, NodeStatus.WAITING)
"""In flight; or, after crashes, waiting for its turn."""


class ItemState:
    """The items of one node of a run. `rows` are the checkpoints of those that started, and stay the caller's to change.

    `stops` is the node's policy: whether one item that failed for good ends the rest.
    """

    def __init__(
        self,
        total: int,
        at_once: int,
        stops: bool,
        rows: Mapping[int, ItemRun] | None = None,
        weight: Weight | None = None,
    ) -> None:
        kept = rows or {}
        self._at_once = at_once
        self._stops = stops
        self._fresh = iter([item for item in range(total) if item not in kept])
        self._next = next(self._fresh, None)
        self.total = total
        self.running: set[int] = {item for item, row in kept.items() if row.status in AT_WORK}
        self.timers: dict[int, float] = {
            item: row.due_at or 0.0 for item, row in kept.items() if row.status is NodeStatus.RETRYING
        }
        self.done = sum(row.status is NodeStatus.COMPLETED for row in kept.values())
        self._reused = sum(row.reused for row in kept.values())
        self.failed = sum(row.status is NodeStatus.FAILED for row in kept.values())
        self.stopped = stops and self.failed > 0
        self.paused = False
        self.weight = weight or Weight()

    def starts(self, now: float) -> list[int]:
        """Items to start now; from here on they are in flight."""
        found: list[int] = []
        if not self.halted:
            due = sorted((at, item) for item, at in self.timers.items() if at <= now)
            for _, item in due[: self._room]:
                del self.timers[item]
                self._start(item, found)
            while self._room > 0 and self._next is not None:
                self._start(self._next, found)
                self._next = next(self._fresh, None)
        return found

    def complete(self, item: int, weight: Weight | None = None) -> None:
        """The item gave an output, of this weight."""
        self.running.remove(item)
        self.done += 1
        self.weight += weight or Weight()

    def fail(self, item: int) -> None:
        """The item failed for good."""
        self.running.remove(item)
        self.failed += 1
        self.stopped = self.stopped or self._stops

    def retry(self, item: int, due: float) -> None:
        """The item is tried again at `due`."""
        self.running.remove(item)
        self.timers[item] = due

    def leave(self, item: int) -> None:
        """The item was to be started again, and is not: it is left to the next process."""
        self.running.remove(item)

    def stop(self) -> None:
        """The run failed elsewhere: start nothing more, try nothing again."""
        self.stopped = True

    def pause(self) -> None:
        """The server stops: start nothing more; what is left is the next process's."""
        self.paused = True

    @property
    def halted(self) -> bool:
        """Whether nothing starts any more in this process."""
        return self.stopped or self.paused

    @property
    def retries(self) -> bool:
        """Whether a try that failed may be followed by another."""
        return not self.stopped

    @property
    def settled(self) -> bool:
        """Whether nothing is in flight and nothing will be."""
        return not self.running and (self.halted or self.whole)

    @property
    def whole(self) -> bool:
        """Whether every item is done, or failed for good."""
        return self.done + self.failed == self.total

    @property
    def broken(self) -> bool:
        """Whether an item failed and the node fails with it."""
        return self._stops and self.failed > 0

    @property
    def rings_at(self) -> float | None:
        """When the next try can start; None without one, and while there is no room or nothing starts any more."""
        return min(self.timers.values()) if self.timers and self._room > 0 and not self.halted else None

    @property
    def resting(self) -> bool:
        """Whether only timers are left."""
        return bool(self.timers) and not self.running and self._next is None and not self.halted

    @property
    def counts(self) -> ItemCounts:
        """How far it is."""
        return ItemCounts(self.total, self.done, self.failed, self.weight.bytes, self._reused, self.weight.values)

    @property
    def _room(self) -> int:
        return self._at_once - len(self.running)

    def _start(self, item: int, found: list[int]) -> None:
        self.running.add(item)
        found.append(item)


def sort_interrupted(rows: Iterable[ItemRun]) -> tuple[list[ItemRun], list[ItemRun], list[ItemRun]]:
    """Items that were in flight at a crash: to be started again, to be started alone, and not any more.

    As `restore.restore` does it for nodes.
    """
    sorted_rows: dict[BlameVerdict, list[ItemRun]] = {each: [] for each in BlameVerdict}
    for row in rows:
        sorted_rows[verdict(row.deaths)].append(row)
    return sorted_rows[BlameVerdict.AGAIN], sorted_rows[BlameVerdict.ALONE], sorted_rows[BlameVerdict.NEVER]
