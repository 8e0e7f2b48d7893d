"""The state machine against an oracle and under every order and crash hypothesis can think of."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from support.graphs import workflow, workflows

from voicegraph.graph.model import NodeId, Workflow
from voicegraph.run.state import DONE, DROPPED, FAILED, Completed, NodeStatus, Outcome, RunState, RunStatus, StateChange

A, B, C, D = (NodeId(name) for name in "abcd")


def outcomes_for(graph: Workflow, *, failures: bool) -> st.SearchStrategy[dict[NodeId, Outcome]]:
    """What becomes of each node, should it run."""

    def one(node_id: NodeId) -> st.SearchStrategy[Outcome]:
        done = st.builds(Completed, st.booleans()) if node_id.startswith("if") else st.just(DONE)
        return st.one_of(done, done, done, st.just(FAILED)) if failures else done

    return st.fixed_dictionaries({node.id: one(node.id) for node in graph.nodes})


def expected_to_run(graph: Workflow, outcomes: Mapping[NodeId, Outcome]) -> set[NodeId]:
    """The oracle: with no failures, a node runs if it is a root or one of its edges is live. Plain recursion."""

    def runs(node_id: NodeId) -> bool:
        incoming = [edge for edge in graph.edges if edge.target == node_id]
        return not incoming or any(
            runs(edge.source) and (edge.when is None or edge.when is branch_of(edge.source)) for edge in incoming
        )

    def branch_of(node_id: NodeId) -> bool | None:
        outcome = outcomes[node_id]
        assert isinstance(outcome, Completed)
        return outcome.branch

    return {node.id for node in graph.nodes if runs(node.id)}


class Watched:
    """A machine with a record of what it answered, which checks each answer as it comes."""

    def __init__(self, graph: Workflow) -> None:
        self.graph = graph
        self.machine = RunState(graph)
        self.outcomes: dict[NodeId, Outcome] = {}
        self.given_out: list[NodeId] = []
        self.skipped: list[NodeId] = []
        self.finished = False

    def note(self, step: StateChange) -> None:
        assert not self.finished, "an answer after the end"
        self.skipped += step.skipped
        for node_id in step.ready:
            self._check_ready(node_id)
        self.given_out += step.ready
        self.finished = step.finished
        gone = [*self.given_out, *self.skipped]
        assert len(gone) == len(set(gone)), "a node was given out or skipped twice"
        assert self.finished == (self.machine.status is not RunStatus.RUNNING)

    def _check_ready(self, node_id: NodeId) -> None:
        live = [
            edge.source for edge in self.graph.edges if edge.target == node_id and self._live(edge.source, edge.when)
        ]
        assert all(one in self.outcomes or one in self.skipped for one in self.graph.predecessors(node_id))
        assert live or not self.graph.predecessors(node_id)
        assert sorted(set(live)) == sorted(set(self.machine.live_sources(node_id)))

    def _live(self, source: NodeId, when: bool | None) -> bool:
        outcome = self.outcomes.get(source)
        return isinstance(outcome, Completed) and (when is None or outcome.branch is None or outcome.branch is when)

    def settle(self, node_id: NodeId, outcome: Outcome) -> None:
        had_failed = self.machine.failed
        self.outcomes[node_id] = outcome
        step = self.machine.settle(node_id, outcome)
        self.note(step)
        if had_failed or outcome == FAILED:
            assert not step.ready, "a start after a failure"

    def finish(self, outcomes: Mapping[NodeId, Outcome], rank: Mapping[NodeId, int]) -> None:
        """Settle whatever is open, lowest rank first, to the end."""
        while self.machine.open:
            node_id = min(self.machine.open, key=lambda one: rank[one])
            self.settle(node_id, outcomes[node_id])
        assert self.finished
        assert {*self.given_out, *self.skipped} == {node.id for node in self.graph.nodes}


def ranks(graph: Workflow) -> st.SearchStrategy[dict[NodeId, int]]:
    order = st.permutations([node.id for node in graph.nodes])
    return order.map(lambda ids: {node_id: index for index, node_id in enumerate(ids)})


@given(st.data())
def test_without_failures_every_order_runs_the_same_nodes(data: st.DataObject):
    graph = data.draw(workflows())
    outcomes = data.draw(outcomes_for(graph, failures=False))
    watched = Watched(graph)
    watched.note(watched.machine.begin())
    watched.finish(outcomes, data.draw(ranks(graph)))
    assert set(watched.given_out) == expected_to_run(graph, outcomes)
    assert watched.machine.status is RunStatus.COMPLETED


@given(st.data())
def test_after_a_failure_nothing_starts_and_every_node_is_accounted_for(data: st.DataObject):
    graph = data.draw(workflows())
    outcomes = data.draw(outcomes_for(graph, failures=True))
    watched = Watched(graph)
    watched.note(watched.machine.begin())
    watched.finish(outcomes, data.draw(ranks(graph)))
    failed = any(watched.outcomes[node_id] == FAILED for node_id in watched.given_out)
    assert watched.machine.status is (RunStatus.FAILED if failed else RunStatus.COMPLETED)


@settings(max_examples=300)
@given(st.data())
def test_a_crash_at_any_point_changes_nothing(data: st.DataObject):
    """Kept: outcomes, and rows of what was started. Whatever is done between, the end is that of a run without crash."""
    graph = data.draw(workflows())
    outcomes = data.draw(outcomes_for(graph, failures=True))
    rank = data.draw(ranks(graph))

    whole = Watched(graph)
    whole.note(whole.machine.begin())
    whole.finish(outcomes, rank)

    cut = Watched(graph)
    cut.note(cut.machine.begin())
    for _ in range(data.draw(st.integers(0, len(whole.outcomes)))):
        if cut.machine.open:
            node_id = min(cut.machine.open, key=lambda one: rank[one])
            cut.settle(node_id, outcomes[node_id])
    in_flight = set(cut.machine.open)

    resumed = RunState(graph)
    step = resumed.restore(cut.outcomes, cut.given_out)
    assert set(step.ready) == resumed.open == in_flight
    assert step.finished == cut.finished
    assert not {*step.skipped} & {*cut.given_out}
    skipped = {*step.skipped}
    kept = dict(cut.outcomes)
    ran = {*cut.given_out}
    while resumed.open:
        node_id = min(resumed.open, key=lambda one: rank[one])
        kept[node_id] = outcomes[node_id]
        step = resumed.settle(node_id, outcomes[node_id])
        ran |= {*step.ready}
        skipped |= {*step.skipped}
    assert kept == whole.outcomes
    assert ran == {*whole.given_out}
    assert skipped == {*whole.skipped}
    assert resumed.status is whole.machine.status
    assert all(sorted(resumed.live_sources(one)) == sorted(whole.machine.live_sources(one)) for one in ran)


class Crashing(RuleBasedStateMachine):
    """Outcomes and crashes in any order. A crash goes back to any earlier state of the disk; what is on disk holds."""

    @initialize(graph=workflows())
    def start(self, graph: Workflow) -> None:
        self.graph = graph
        self.machine = RunState(graph)
        self.disk: list[tuple[dict[NodeId, Outcome], set[NodeId], set[NodeId]]] = []
        self.outcomes: dict[NodeId, Outcome] = {}
        self.started: set[NodeId] = set()
        self.skipped: set[NodeId] = set()
        self._write(self.machine.begin())

    def _write(self, step: StateChange) -> None:
        assert not (self.machine.failed and self.outcomes and set(step.ready) - self.started)
        assert not set(step.ready) & self.skipped
        self.started |= {*step.ready}
        self.skipped |= {*step.skipped}
        self.disk.append((dict(self.outcomes), set(self.started), set(self.skipped)))

    @precondition(lambda self: self.machine.open)
    @rule(data=st.data())
    def finish_a_node(self, data: st.DataObject) -> None:
        node_id = data.draw(st.sampled_from(sorted(self.machine.open)))
        branch = data.draw(st.booleans()) if node_id.startswith("if") else None
        self.outcomes[node_id] = Completed(branch)
        self._write(self.machine.settle(node_id, self.outcomes[node_id]))

    @precondition(lambda self: self.machine.open)
    @rule(data=st.data(), waiting=st.booleans())
    def fail_a_node(self, data: st.DataObject, waiting: bool) -> None:
        """The failure and the drops it causes are one write, as the driver does it."""
        node_id = data.draw(st.sampled_from(sorted(self.machine.open)))
        self.outcomes[node_id] = FAILED
        step = self.machine.settle(node_id, FAILED)
        if waiting and self.machine.open:
            dropped = data.draw(st.sampled_from(sorted(self.machine.open)))
            self.outcomes[dropped] = DROPPED
            step.skipped += self.machine.settle(dropped, DROPPED).skipped
        self._write(step)

    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        kept = data.draw(st.integers(1, len(self.disk)))
        self.disk = self.disk[:kept]
        outcomes, started, skipped = self.disk[-1]
        self.outcomes, self.started, self.skipped = dict(outcomes), set(started), set(skipped)
        self.machine = RunState(self.graph)
        step = self.machine.restore(self.outcomes, self.started)
        assert {*step.ready} <= self.started
        assert {*step.ready} == self.started - {*self.outcomes}
        step.skipped = [one for one in step.skipped if one not in self.skipped]
        self._write(step)

    @invariant()
    def every_node_is_in_one_place(self) -> None:
        if not hasattr(self, "machine"):
            return
        assert self.machine.open == self.started - {*self.outcomes}
        assert not self.started & self.skipped
        over = self.machine.status.terminal
        assert over == (not self.machine.open and self.started | self.skipped == {node.id for node in self.graph.nodes})
        if over:
            failed = FAILED in self.outcomes.values()
            assert self.machine.status is (RunStatus.FAILED if failed else RunStatus.COMPLETED)


TestCrashing = Crashing.TestCase


# -- the rules, one by one


def test_a_run_without_nodes_is_over_at_once():
    machine = RunState(Workflow())
    assert machine.begin() == StateChange(finished=True)
    assert machine.status is RunStatus.COMPLETED


def test_a_node_starts_when_its_own_predecessors_are_done():
    machine = RunState(workflow("a>b", "c>d"))
    assert machine.begin().ready == [A, C]
    assert machine.settle(A, DONE).ready == [B]
    assert machine.settle(C, DONE).ready == [D]


def test_the_branch_that_is_not_taken_is_skipped_to_its_end_and_the_rejoin_runs():
    machine = RunState(workflow("a+>b", "a->c", "c>d", "b>e", "d>e"))
    machine.begin()
    step = machine.settle(A, Completed(branch=True))
    assert (step.ready, step.skipped) == ([B], [C, D])
    assert machine.settle(B, DONE).ready == ["e"]
    assert machine.live_sources(NodeId("e")) == [B]


def test_a_node_behind_two_dead_branches_is_skipped():
    machine = RunState(workflow("a+>c", "b+>c"))
    machine.begin()
    assert not machine.settle(A, Completed(branch=False)).skipped
    assert machine.settle(B, Completed(branch=False)) == StateChange(skipped=[C], finished=True)


def test_both_branches_may_lead_to_one_node():
    machine = RunState(workflow("a+>b", "a->b"))
    machine.begin()
    assert machine.settle(A, Completed(branch=False)).ready == [B]
    assert machine.live_sources(B) == [A]


def test_after_a_failure_nodes_in_flight_finish_and_the_rest_is_skipped_at_the_end():
    machine = RunState(workflow("a>c", "b>d"))
    machine.begin()
    assert machine.settle(A, FAILED) == StateChange()
    assert machine.status is RunStatus.RUNNING
    assert machine.settle(B, DONE) == StateChange(skipped=[C, D], finished=True)
    assert machine.status is RunStatus.FAILED


def test_what_was_skipped_because_of_a_failure_stays_skipped_after_a_crash():
    """d became ready on disk's evidence only: the failure came first, so it had no start."""
    machine = RunState(workflow("a>x", "b>d", "c>y"))
    step = machine.restore({A: FAILED, B: DONE}, started={A, B, C})
    assert (step.ready, step.skipped, step.finished) == ([C], [D], False)
    assert machine.settle(C, DONE) == StateChange(skipped=["x", "y"], finished=True)


def test_a_drop_is_no_failure_of_its_own():
    machine = RunState(workflow("a>b", "c>d"))
    machine.begin()
    machine.settle(A, FAILED)
    assert machine.settle(C, DROPPED).finished
    assert machine.status is RunStatus.FAILED


@pytest.mark.parametrize("node_id", ["b", "nobody"])
def test_only_an_open_node_can_be_settled(node_id: str):
    machine = RunState(workflow("a>b"))
    machine.begin()
    with pytest.raises(ValueError, match="is not open"):
        machine.settle(NodeId(node_id), DONE)


def test_open_nodes():
    assert [status for status in NodeStatus if status.open] == ["running", "retrying", "waiting"]


def test_terminal_statuses():
    assert [status for status in RunStatus if status.terminal] == ["completed", "failed", "cancelled"]
