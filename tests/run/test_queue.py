from __future__ import annotations

import time
import tracemalloc
from collections import Counter, defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from voicegraph.run.queue import FairQueue, Place, Slots, Ticket

OWNERS = st.sampled_from(["ada", "bob", "eve"])
LIMITS = {"one": 1, "two": 2}


class Lines(RuleBasedStateMachine):
    """The queue against a plain list of who waits and who is at work."""

    waiting = Bundle("waiting")
    working = Bundle("working")

    @initialize()
    def begin(self) -> None:
        self.queue = FairQueue()
        self.number = 0
        self.model: dict[str, Ticket] = {}
        self.at_work: dict[str, Ticket] = {}

    @rule(target=waiting, owner=OWNERS, priority=st.integers(0, 1), group=st.sampled_from([None, *LIMITS]))
    def add(self, owner: str, priority: int, group: str | None) -> str:
        self.number += 1
        ticket = Ticket(f"r{self.number}", owner, priority, group, LIMITS.get(group or "", 0))
        self.queue.add(ticket)
        self.queue.add(ticket)  # once more changes nothing
        self.model[ticket.id] = ticket
        return ticket.id

    @rule(id=consumes(waiting))
    def remove(self, id: str) -> None:
        self.queue.remove(id)
        self.model.pop(id, None)

    @rule(target=working)
    def take(self) -> str:
        may = [ticket for ticket in self.model.values() if self._has_room(ticket)]
        ticket = self.queue.next()
        if ticket is None:
            assert not may
            return ""
        assert ticket in may
        assert ticket.priority == max(one.priority for one in may)
        same = [one for one in may if (one.owner, one.priority) == (ticket.owner, ticket.priority)]
        assert ticket == same[0], "of one owner, who waits longest goes first"
        del self.model[ticket.id]
        self.at_work[ticket.id] = ticket
        return ticket.id

    @rule(id=consumes(working))
    def end(self, id: str) -> None:
        self.queue.slots.release(id)
        self.at_work.pop(id, None)

    @rule(id=consumes(working))
    def go_on(self, id: str) -> None:
        """It waited for a timer: it goes on whatever the limit, for it still holds its place."""
        if (ticket := self.at_work.get(id)) is None:
            return
        self.queue.add(Ticket(ticket.id, ticket.owner, 9, ticket.group, ticket.limit, resumes=True))
        taken = self.queue.next()
        assert taken
        assert taken.id == id

    def _has_room(self, ticket: Ticket) -> bool:
        held = sum(one.group == ticket.group for one in self.at_work.values())
        return ticket.group is None or held < ticket.limit

    @invariant()
    def limits_hold_and_nobody_is_lost(self) -> None:
        held = Counter(one.group for one in self.at_work.values() if one.group)
        assert all(count <= LIMITS[group] for group, count in held.items())
        assert len(self.queue) == len(self.model)
        assert set(self.queue) == set(self.model)
        places = self.queue.places([*self.model, "nobody"])
        assert set(places) == set(self.model)
        lines = defaultdict[str, list[int]](list)
        came = [*self.model.values()]
        for ticket in sorted(came, key=lambda ticket: -ticket.priority):  # else in the order in which they came
            lines[ticket.owner].append(places[ticket.id].position)
        assert all(positions == [*range(1, len(positions) + 1)] for positions in lines.values())
        for id, place in places.items():
            assert (place.reason == "group") is not self._has_room(self.model[id])


Lines.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLines = Lines.TestCase


@given(st.lists(OWNERS, min_size=1, max_size=60))
@settings(deadline=None)
def test_owners_take_turns_whatever_the_order_they_came_in(owners: list[str]):
    queue = FairQueue()
    for number, owner in enumerate(owners):
        queue.add(Ticket(f"r{number}", owner))
    left = Counter(owners)
    served: Counter[str] = Counter()
    while ticket := queue.next():
        served[ticket.owner] += 1
        left[ticket.owner] -= 1
        # Of those who still wait, nobody is more than one turn behind.
        assert all(served[ticket.owner] - served[owner] <= 1 for owner, count in left.items() if count)


def test_what_goes_on_goes_before_what_is_new():
    queue = FairQueue()
    for id in ("a", "b"):
        queue.add(Ticket(id))
    queue.add(Ticket("old", resumes=True))
    queue.add(Ticket("b", resumes=True))
    assert [ticket.id for _ in range(4) if (ticket := queue.next())] == ["old", "b", "a"]


def test_places_are_counted_in_the_line_of_the_owner():
    queue = FairQueue()
    queue.add(Ticket("x", "eve"))
    queue.add(Ticket("a", group="wf", limit=1))
    queue.add(Ticket("b", group="wf", limit=1))
    queue.add(Ticket("c"))
    queue.slots.hold("z", "wf")
    assert queue.places("xabc") == {
        "x": Place(1, "turn"),
        "a": Place(1, "group", 1),
        "b": Place(2, "group", 1),
        "c": Place(3, "turn"),
    }
    assert (ticket := queue.next())
    assert (ticket.id, (queue.next() or ticket).id, queue.next()) == ("x", "c", None)


def test_what_is_of_a_higher_priority_stands_before_the_rest_of_its_owner():
    queue = FairQueue()
    queue.add(Ticket("scheduled"))
    queue.add(Ticket("other", "eve"))
    queue.add(Ticket("asked", priority=1))
    assert {id: place.position for id, place in queue.places(["asked", "scheduled", "other"]).items()} == {
        "asked": 1,
        "scheduled": 2,
        "other": 1,
    }


def test_whoever_waits_for_room_hears_of_it():
    slots = Slots()
    heard: list[int] = []
    slots.on_release = lambda: heard.append(1)
    slots.hold("a", "wf")
    slots.release("a")
    slots.release("a")
    slots.release("b")
    assert heard == [1]
    assert slots.has_room("wf", 1)


def test_ten_thousand_take_little_memory_and_are_all_served():
    tracemalloc.start()
    queue = FairQueue()
    for number in range(10_000):
        queue.add(Ticket(f"run_{number:026}", f"user-{number % 7}", group=f"wf-{number % 50}", limit=3))
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size < 8 << 20
    count = 0
    while ticket := queue.next():
        queue.slots.release(ticket.id)
        count += 1
    assert (count, len(queue)) == (10_000, 0)
    queue.add(Ticket("a"))
    queue.clear()
    assert queue.next() is None


def test_a_page_does_not_walk_the_whole_line():
    """Wherever in the line they stand, and whoever left it before them."""
    queue = FairQueue()
    for number in range(100_000):
        queue.add(Ticket(f"r{number}"))
    for number in range(1, 100_000, 2):
        queue.remove(f"r{number}")
    page = [f"r{number}" for number in range(99_900, 100_000)]
    began = time.perf_counter()
    places = queue.places(page)
    assert time.perf_counter() - began < 0.05
    assert [place.position for place in places.values()] == [*range(49_951, 50_001)]
