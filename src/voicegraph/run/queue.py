"""Who is next: pure, in memory, ids only. An engine asks when it has room.

- **Priorities**: a higher one goes first.
- **Fair between owners**: within a priority they take turns, however long their lines are.
- **Limits of a group** (the runs of one workflow): with no room in it, its runs wait and others go past them.
- What goes on after a wait goes before what is new of the same owner: it has its place in the group already, and keeps it
  until it is over.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from voicegraph.errors import Overloaded
from voicegraph.run.events import NewRun

Reason = Literal["turn", "group"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A place in the line. `group` is set when the group has a `limit`; `resumes`: it has begun before."""

    id: str
    owner: str = "local"
    priority: int = 0
    group: str | None = None
    limit: int = 0
    resumes: bool = False


def ticket_of(run: NewRun) -> Ticket:
    """Of a run that has not begun."""
    limit = run.workflow.concurrency
    group = None if limit is None else run.workflow.workflow_id
    return Ticket(run.run_id, run.owner, run.priority, group, limit or 0)


def queue_full() -> Overloaded:
    """What whoever brings one more is told, by every engine."""
    return Overloaded("Too many runs are queued. Try again in a minute.", 60)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket stands in the line of its owner, from 1, and what it waits for: its turn, or room in its group."""

    position: int
    reason: Reason
    limit: int = 0


class Slots:
    """Who is in which group, from the first start to the end. Shared by all who start runs."""

    def __init__(self) -> None:
        self._held: dict[str, set[str]] = {}
        self._groups: dict[str, str] = {}
        self.on_release: Callable[[], None] = lambda: None

    def has_room(self, group: str | None, limit: int) -> bool:
        """Whether another one may begin."""
        return group is None or len(self._held.get(group, ())) < limit

    def hold(self, id: str, group: str | None) -> None:
        """It has begun."""
        if group is not None:
            self._held.setdefault(group, set()).add(id)
            self._groups[id] = group

    def release(self, id: str) -> None:
        """It is over."""
        group = self._groups.pop(id, None)
        if group is None:
            return
        held = self._held[group]
        held.discard(id)
        if not held:
            del self._held[group]
        self.on_release()


Entry = tuple[int, str]


@dataclass(slots=True)
class _Line:
    """The tickets of one owner at one priority. Those of a limited group have a lane of their own."""

    resumed: deque[Entry] = field(default_factory=deque[Entry])
    lanes: dict[str | None, deque[Entry]] = field(default_factory=dict[str | None, deque[Entry]])


class FairQueue:
    """See the module. What is removed is only forgotten; its entry goes when it comes to the front."""

    def __init__(self, slots: Slots | None = None) -> None:
        self.slots = slots or Slots()
        self._numbers = itertools.count()
        self._waiting: dict[str, tuple[int, Ticket]] = {}
        self._lines: dict[int, dict[str, _Line]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, id: object) -> bool:
        return id in self._waiting

    def add(self, ticket: Ticket) -> None:
        """To the end of its line. A ticket that waits already keeps its place, unless it resumes now."""
        known = self._waiting.get(ticket.id)
        if known and (known[1].resumes or not ticket.resumes):
            return
        number = next(self._numbers)
        self._waiting[ticket.id] = (number, ticket)
        line = self._lines.setdefault(ticket.priority, {}).setdefault(ticket.owner, _Line())
        lane = line.resumed if ticket.resumes else line.lanes.setdefault(ticket.group, deque())
        lane.append((number, ticket.id))

    def next(self) -> Ticket | None:
        """The one that may begin now; it leaves the line and holds its place in the group."""
        for priority in sorted(self._lines, reverse=True):
            owners = self._lines[priority]
            for owner in [*owners]:
                line = owners[owner]
                ticket = self._first(line)
                if ticket is not None:
                    owners[owner] = owners.pop(owner)  # behind the others: they take turns
                    self.slots.hold(ticket.id, ticket.group)
                    return ticket
                if not line.resumed and not line.lanes:
                    del owners[owner]
            if not owners:
                del self._lines[priority]
        return None

    def remove(self, id: str) -> None:
        """It does not wait any more."""
        self._waiting.pop(id, None)

    def clear(self) -> None:
        """Nobody waits any more."""
        self._waiting.clear()
        self._lines.clear()

    def places(self) -> dict[str, Place]:
        """Where everybody stands."""
        found: dict[str, Place] = {}
        for priority in sorted(self._lines, reverse=True):
            for line in self._lines[priority].values():
                position = 0
                lanes = [line.resumed, *line.lanes.values()]
                for _, id in itertools.chain(line.resumed, sorted(itertools.chain(*lanes[1:]))):
                    ticket = self._waiting[id][1] if id in self._waiting else None
                    if ticket is not None and id not in found:
                        position += 1
                        full = not ticket.resumes and not self.slots.has_room(ticket.group, ticket.limit)
                        found[id] = Place(position, "group" if full else "turn", ticket.limit)
        return found

    def _first(self, line: _Line) -> Ticket | None:
        """Of the lanes that have room, the one whose first ticket waits longest."""
        if self._front(line.resumed):
            return self._take(line.resumed)
        best: deque[Entry] | None = None
        for group, lane in [*line.lanes.items()]:
            front = self._front(lane)
            if front is None:
                del line.lanes[group]
            elif self.slots.has_room(front.group, front.limit) and (best is None or lane[0] < best[0]):
                best = lane
        return None if best is None else self._take(best)

    def _front(self, lane: deque[Entry]) -> Ticket | None:
        """The first ticket that still waits; what was removed before it goes."""
        while lane:
            number, id = lane[0]
            known = self._waiting.get(id)
            if known and known[0] == number:
                return known[1]
            lane.popleft()
        return None

    def _take(self, lane: deque[Entry]) -> Ticket:
        return self._waiting.pop(lane.popleft()[1])[1]

    def __iter__(self) -> Iterator[str]:
        return iter([*self._waiting])
