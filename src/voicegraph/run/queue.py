"""The queue: pure, in memory, ids only. An engine asks who is next when it has room.

- **Priorities**: a higher one goes first. Somebody waits for what a person started, with the runs that are its steps
  (`ASKED`); nobody does for what a trigger started (0).
- **Fair between owners**: within a priority they take turns, however long their lines are.
- **Limits of a group** (the runs of one workflow): with no room in it, its runs wait and others go past them.
- What goes on after a wait goes before what is new of the same owner: it has its place in the group already, and keeps it
  until it is over.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from voicegraph.errors import Overloaded
from voicegraph.graph.model import LOCAL_OWNER, OwnerId
from voicegraph.run.events import NewRun

ASKED = 1
"""The priority of a run that a person started."""
Reason = Literal["turn", "group"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A place in the line. `group` is set when the group has a `limit`; `resumes`: it has begun before."""

    id: str
    owner: OwnerId = LOCAL_OWNER
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
    """The place of a ticket in the line of its owner, from 1, and what it waits for: its turn, or room in its group."""

    position: int
    reason: Reason
    limit: int = 0


class Slots:
    """The members of each group, from the first start to the end. Shared by all who start runs."""

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

    def __contains__(self, id: object) -> bool:
        return id in self._groups

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
class _Lane:
    """Entries in their order. What left from within is only noted in `gone`; it goes when it comes to the front."""

    entries: deque[Entry] = field(default_factory=deque[Entry])
    gone: list[int] = field(default_factory=list[int])

    def front(self) -> Entry | None:
        """The first that still waits."""
        passed = 0
        while passed < len(self.gone) and self.entries[0][0] == self.gone[passed]:
            self.entries.popleft()
            passed += 1
        del self.gone[:passed]
        return self.entries[0] if self.entries else None

    def __len__(self) -> int:
        return len(self.entries) - len(self.gone)

    def before(self, number: int) -> int:
        """How many stand before this number."""
        return bisect_left(self.entries, (number, "")) - bisect_left(self.gone, number)


@dataclass(slots=True)
class _Line:
    """The tickets of one owner at one priority. Those of a limited group have a lane of their own."""

    resumed: _Lane = field(default_factory=_Lane)
    lanes: dict[str | None, _Lane] = field(default_factory=dict[str | None, _Lane])

    def lane(self, ticket: Ticket) -> _Lane:
        """The one it stands in, or is to stand in."""
        return self.resumed if ticket.resumes else self.lanes.setdefault(ticket.group, _Lane())

    def position(self, number: int, ticket: Ticket) -> int:
        """From 1, in the order in which they came; what resumes goes first."""
        if ticket.resumes:
            return self.resumed.before(number) + 1
        return len(self.resumed) + sum(one.before(number) for one in self.lanes.values()) + 1

    def __len__(self) -> int:
        return len(self.resumed) + sum(map(len, self.lanes.values()))


class FairQueue:
    """See the module."""

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
        self.remove(ticket.id)
        number = next(self._numbers)
        self._waiting[ticket.id] = (number, ticket)
        line = self._lines.setdefault(ticket.priority, {}).setdefault(ticket.owner, _Line())
        line.lane(ticket).entries.append((number, ticket.id))

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
                if not line.resumed.entries and not line.lanes:
                    del owners[owner]
            if not owners:
                del self._lines[priority]
        return None

    def remove(self, id: str) -> None:
        """It does not wait any more."""
        if known := self._waiting.pop(id, None):
            number, ticket = known
            insort(self._line(ticket).lane(ticket).gone, number)

    def clear(self) -> None:
        """Nobody waits any more."""
        self._waiting.clear()
        self._lines.clear()

    def places(self, ids: Iterable[str]) -> dict[str, Place]:
        """Where those of these stand that wait: what is of a higher priority of the same owner comes before."""
        found: dict[str, Place] = {}
        for id in ids:
            if known := self._waiting.get(id):
                number, ticket = known
                full = not ticket.resumes and not self.slots.has_room(ticket.group, ticket.limit)
                above = [lines for priority, lines in self._lines.items() if priority > ticket.priority]
                first = sum(len(lines[ticket.owner]) for lines in above if ticket.owner in lines)
                position = first + self._line(ticket).position(number, ticket)
                found[id] = Place(position, "group" if full else "turn", ticket.limit)
        return found

    def _line(self, ticket: Ticket) -> _Line:
        return self._lines[ticket.priority][ticket.owner]

    def _first(self, line: _Line) -> Ticket | None:
        """Of the lanes that have room, the one whose first ticket waits longest."""
        if line.resumed.front():
            return self._take(line.resumed)
        best: _Lane | None = None
        for group, lane in [*line.lanes.items()]:
            front = lane.front()
            if front is None:
                del line.lanes[group]
                continue
            ticket = self._waiting[front[1]][1]
            has_room = self.slots.has_room(ticket.group, ticket.limit)
            if has_room and (best is None or front < best.entries[0]):
                best = lane
        return None if best is None else self._take(best)

    def _take(self, lane: _Lane) -> Ticket:
        return self._waiting.pop(lane.entries.popleft()[1])[1]

    def __iter__(self) -> Iterator[str]:
        return iter([*self._waiting])
