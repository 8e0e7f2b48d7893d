"""Edit, run, cancel, approve, crash, let time pass and replay, in any order hypothesis can think of.

Over the real tables, with the real driver: a terminal status never changes (the database would refuse), no finished
node runs again, event numbers have no gaps, what was skipped or taken over has no effects.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from random import getrandbits

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine
from support.clocks import TurnedClock, turned_clock
from support.graphs import node, workflows
from support.lives import LATER, World, fresh, memory_database

from voicegraph import clock
from voicegraph.errors import Conflict, NodeError
from voicegraph.graph.model import RunId, Workflow
from voicegraph.nodes.output import Await, Output, Suspend
from voicegraph.run.replay import Replay, plan_replay

SEQUENCES = int(os.environ.get("VOICEGRAPH_SEQUENCES") or 500)
"""`VOICEGRAPH_SEQUENCES=2000` draws as many as a release has to pass; that takes four minutes of a processor."""
PARTS = 4
"""Tests they are divided among, for as many processes."""


def acting(graph: Workflow) -> Workflow:
    """The same graph of nodes that do as they are told; some go on with their error, some are tried again."""
    nodes = [
        one.model_copy(
            update={
                "type": "condition" if one.id.startswith("if") else "test",
                "action": "act",
                "params": {},
                "on_error": "continue" if index % 4 == 3 else "fail",
            }
        )
        for index, one in enumerate(graph.nodes)
    ]
    return graph.model_copy(update={"nodes": nodes})


class Lives(RuleBasedStateMachine):
    seen: Counter[str]
    """How often the rarer things came about, over all sequences: a test that never sees them proves nothing."""
    database: Engine
    loop: asyncio.AbstractEventLoop
    turned: TurnedClock

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.database, self.loop)
        self.graphs: list[Workflow] = []

    def teardown(self) -> None:
        self.world.close()

    def _over(self) -> list[RunId]:
        return [run_id for run_id in self.world.runs if run_id in self.world.terminal]

    @initialize(graph=workflows(max_nodes=5), live=st.booleans())
    def first(self, graph: Workflow, live: bool) -> None:
        self.graphs.append(acting(graph))
        self.world.start(fresh(self.graphs[0], "live" if live else "embedded"))

    # -- edit and run

    @precondition(lambda self: len(self.graphs) < 3)
    @rule(graph=workflows(max_nodes=5))
    def draw_a_workflow(self, graph: Workflow) -> None:
        self.graphs.append(acting(graph))

    @precondition(lambda self: self.graphs)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        """Change what a node does, take one away, or lead an edge elsewhere."""
        index = data.draw(st.integers(0, len(self.graphs) - 1))
        graph = self.graphs[index]
        one = data.draw(st.sampled_from(graph.nodes))
        how = data.draw(st.sampled_from(["rename", "remove", "cut"]))
        if how == "rename":
            nodes = [node(n.id, "act", type=n.type, label="new", timeout=9) if n is one else n for n in graph.nodes]
            graph = graph.model_copy(update={"nodes": nodes})
        elif how == "remove" and len(graph.nodes) > 1:
            edges = [edge for edge in graph.edges if one.id not in (edge.source, edge.target)]
            graph = graph.model_copy(update={"nodes": [n for n in graph.nodes if n is not one], "edges": edges})
        elif graph.edges:
            graph = graph.model_copy(update={"edges": graph.edges[1:]})
        self.graphs[index] = graph

    @precondition(lambda self: self.graphs and len(self.world.runs) < 6)
    @rule(data=st.data(), live=st.booleans(), queued=st.booleans())
    def run(self, data: st.DataObject, live: bool, queued: bool) -> None:
        graph = data.draw(st.sampled_from(self.graphs))
        self.world.start(fresh(graph, "live" if live else "embedded"), queued)

    # -- what nodes come to

    @precondition(lambda self: self.world.at_work)
    @rule(data=st.data(), count=st.integers(1, 6))
    def nodes_finish(self, data: st.DataObject, count: int) -> None:
        for _ in range(count):
            if self.world.at_work:
                key = data.draw(st.sampled_from(sorted(self.world.at_work)))
                branch = data.draw(st.booleans()) if key[1].startswith("if") else None
                self.world.settle(key, Output(text=key[1], branch=branch))

    @precondition(lambda self: self.world.at_work)
    @rule(data=st.data(), retryable=st.booleans())
    def a_node_fails(self, data: st.DataObject, retryable: bool) -> None:
        key = data.draw(st.sampled_from(sorted(self.world.at_work)))
        self.world.settle(key, NodeError("broken", "It broke.", retryable=retryable))

    @precondition(lambda self: self.world.at_work)
    @rule(data=st.data(), seconds=st.sampled_from([0.0, LATER]))
    def a_node_waits(self, data: st.DataObject, seconds: float) -> None:
        key = data.draw(st.sampled_from(sorted(self.world.at_work)))
        self.world.settle(key, Suspend(clock.now() + seconds, Output(text="waited"), "Until later"))

    @precondition(lambda self: self.world.at_work)
    @rule(data=st.data(), patience=st.sampled_from([None, LATER]), late=st.sampled_from(["fail", "approve", "reject"]))
    def a_node_asks(self, data: st.DataObject, patience: float | None, late: str) -> None:
        key = data.draw(st.sampled_from(sorted(self.world.at_work)))
        until = None if patience is None else clock.now() + patience
        request = {"onExpiry": late, "digest": "0" * 64}
        self.world.settle(key, Await("approval", Output(text="draft"), "Shall it?", request, until))

    # -- what people and machines do

    @precondition(lambda self: self.world.asked())
    @rule(data=st.data(), approved=st.booleans())
    def approve(self, data: st.DataObject, approved: bool) -> None:
        key = data.draw(st.sampled_from(self.world.asked()))
        try:
            self.world.answer(key, approved)
        except Conflict:  # too late: its time is over
            due = self.world.stored(key[0]).nodes[key[1]].due_at
            assert due
            assert due <= clock.now()
            return
        self.seen["answered"] += 1
        assert self.world.stored(key[0]).nodes[key[1]].status == "completed"

    @precondition(lambda self: self.world.runs)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        run_id = data.draw(st.sampled_from(self.world.runs))
        was_over = run_id in self.world.terminal
        cancelled = self.world.cancel(run_id)
        assert not (cancelled and was_over)
        self.seen["cancelled"] += cancelled
        if not was_over:
            assert cancelled
            assert self.world.stored(run_id).status == "cancelled"
            assert not [key for key in self.world.at_work if key[0] == run_id], "a node goes on after the cancel"

    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        lost = [key for key in sorted(self.world.at_work) if data.draw(st.booleans())]
        self.seen["crashed at work"] += bool(self.world.at_work)
        self.world.crash(lost)
        self.world.take_up()

    @rule()
    def time_passes(self) -> None:
        self.turned.turn(LATER + 1)
        self.world.take_up()

    def _bring_to_an_end(self, data: st.DataObject) -> None:
        """Most runs are young: without this, few sequences would come to a replay."""
        for _ in range(12):
            if self._over() or not self.world.at_work:
                return
            key = min(self.world.at_work)
            branch = True if key[1].startswith("if") else None
            fails = data.draw(st.integers(0, 2)) == 0
            self.world.settle(key, NodeError("broken", "It broke.") if fails else Output(text=key[1], branch=branch))
            self.world.check()

    @precondition(lambda self: len(self.world.runs) < 9)
    @rule(data=st.data(), live=st.booleans(), queued=st.booleans(), edited=st.booleans())
    def replay(self, data: st.DataObject, live: bool, queued: bool, edited: bool) -> None:
        self._bring_to_an_end(data)
        if not self._over():
            return
        origin = self.world.stored(data.draw(st.sampled_from(self._over())))
        graph = data.draw(st.sampled_from(self.graphs)) if edited else origin.run.workflow
        some = data.draw(st.sampled_from([one.id for one in graph.nodes]))
        start = data.draw(st.sampled_from([None, "failed", some]))
        asked = Replay(start, workflow=graph)
        if data.draw(st.integers(0, 5)) == 0:
            asked = Replay(only=some, workflow=graph)
        try:
            plan = plan_replay(origin, asked, self.world.registry)
        except Conflict:
            return
        run_id = self.world.start(
            fresh(
                plan.workflow,
                "live" if live else "embedded",
                trigger="replay",
                origin_run_id=origin.run.run_id,
                reuse=plan.reuse,
            ),
            queued,
        )
        kept = {node_id for node_id, row in self.world.stored(run_id).nodes.items() if row.reused_from}
        assert kept == {*plan.reuse.rows}
        self.seen["reused"] += bool(kept)
        self.seen["not reused"] += bool(plan.reuse.reasons)

    @invariant()
    def what_must_hold(self) -> None:
        self.world.check()


@pytest.mark.variant
@pytest.mark.hypothesis
@pytest.mark.timeout(900)  # half a minute of work, on a machine that has nothing else to do
@pytest.mark.parametrize("part", range(PARTS))
def test_no_life_of_runs_breaks_what_must_hold(monkeypatch: pytest.MonkeyPatch, part: int):
    Lives.seen = Counter()
    Lives.database, Lives.loop, Lives.turned = memory_database(), asyncio.new_event_loop(), turned_clock(monkeypatch)
    how = settings(
        max_examples=SEQUENCES // PARTS,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=[*HealthCheck],
        database=None,
    )
    # Each part has lives of its own, the same ones each time.
    lives = seed(part if settings().derandomize else getrandbits(32))(Lives)
    run_state_machine_as_test(lives, settings=how)  # pyright: ignore[reportUnknownMemberType]
    print(dict(Lives.seen))
    rare = {"reused", "not reused", "cancelled", "crashed at work", "answered"}
    assert SEQUENCES // PARTS < 500 or rare <= {*+Lives.seen}, Lives.seen  # a few lives may well miss one of them
    Lives.loop.close()
    Lives.database.dispose()
