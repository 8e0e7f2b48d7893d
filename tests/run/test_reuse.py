"""What a replay takes over, and what it says about the rest. Each kind of change, alone."""

from __future__ import annotations

from typing import Any

import pytest
from support.actions import Probe
from support.graphs import choice, node, workflow

from voicegraph.errors import Conflict, NotFound, UserError
from voicegraph.graph.model import NodeId, Pin, RunId, Workflow
from voicegraph.nodes.output import Metrics, Output
from voicegraph.run.events import NewRun, NodeRun, Reuse, StoredRun
from voicegraph.run.replay import Replay, ReplayPlan, plan_replay
from voicegraph.run.state import NodeStatus, RunStatus

A, B, C, D = (NodeId(name) for name in "abcd")
CHAIN = workflow("a>b", "b>c", "c>d", nodes=[node("a"), node("b"), node("c", "fail"), node("d")])
REGISTRY = Probe().registry()


def ran(graph: Workflow, status: RunStatus = RunStatus.FAILED, **given: Any) -> StoredRun:
    """A run of `graph` in which every echo gave its id and the first `fail` ended it."""
    run = NewRun(RunId("run_1"), graph, "live", 0.0, **given)
    rows: dict[NodeId, NodeRun] = {}
    failed = False
    for one in graph.nodes:
        if failed:
            rows[one.id] = NodeRun(one.id, NodeStatus.SKIPPED, starts=0)
        elif one.action == "fail":
            rows[one.id] = NodeRun(one.id, NodeStatus.FAILED, error={"code": "broken", "message": "It broke."})
            failed = True
        else:
            branch = one.params.get("branch") if one.type == "condition" else None
            output = Output(text=one.id, branch=branch, metrics=Metrics(cost=1.0))  # pyright: ignore[reportArgumentType]
            rows[one.id] = NodeRun(one.id, NodeStatus.COMPLETED, attempt=2, started_at=1.0, output=output)
    return StoredRun(run, status, nodes=rows)


def planned(origin: StoredRun, start: str | None = "failed", **asked: Any) -> ReplayPlan:
    return plan_replay(origin, Replay(start, **asked), REGISTRY)


def changed(graph: Workflow, node_id: str, **update: Any) -> Workflow:
    nodes = [one.model_copy(update=update) if one.id == node_id else one for one in graph.nodes]
    return graph.model_copy(update={"nodes": nodes})


def with_edges(graph: Workflow, *edges: str) -> Workflow:
    return graph.model_copy(update={"edges": workflow(*edges).edges})


@pytest.mark.parametrize("when", [None, True])
def test_behind_a_rejected_approval_what_was_skipped_stays_skipped_and_what_joins_again_is_reused(when: bool | None):
    nodes = [node("ask", "request", type="approval"), node("send"), node("sorry"), node("d"), node("e", "fail")]
    graph = workflow("ask>send", "ask->sorry", "send>d", "sorry>d", "d>e", nodes=nodes)
    graph.edges[0] = graph.edges[0].model_copy(update={"when": when})
    origin = ran(graph)
    origin.nodes[NodeId("ask")].output = Output(text="the draft", branch=False)
    origin.nodes[NodeId("send")] = NodeRun(NodeId("send"), NodeStatus.SKIPPED, starts=0)
    reuse = planned(origin).reuse
    assert {*reuse.rows} == {"ask", "sorry", "d"}
    assert reuse.reasons == {}
    named = [graph.edges[0].model_copy(update={"when": True}), *graph.edges[1:]]
    assert planned(origin, workflow=graph.model_copy(update={"edges": named})).reuse.reasons == {}


def test_a_row_that_is_taken_over_was_not_started_here_and_nobody_pays_for_it_again():
    row = planned(ran(CHAIN)).reuse.rows[A]
    assert (row.status, row.attempt, row.starts, row.started_at) == (NodeStatus.COMPLETED, 2, 0, None)
    assert row.reused_from == "run_1"
    assert row.finished_at
    assert row.output == Output(text="a")


@pytest.mark.parametrize(
    ("update", "reason"),
    [
        ({"type": "prompt", "action": "seed"}, "Its action has changed from test.echo to prompt.seed."),
        ({"params": {"text": "new"}}, "Its settings have changed: text."),
        ({"each": True}, "It has changed: each."),
        ({"pin": Pin(text="pinned")}, "It has changed: pin."),
    ],
)
def test_a_change_of_what_a_node_does_runs_it_again_and_all_after_it(update: dict[str, Any], reason: str):
    reuse = planned(ran(CHAIN), workflow=changed(CHAIN, "a", **update)).reuse
    assert reuse.rows == {}
    assert reuse.reasons == {A: reason, B: "“a” before it runs again."}


@pytest.mark.parametrize(
    "update",
    [{"label": "New"}, {"position": None}, {"retry": {"attempts": 9}}, {"timeout": 5}, {"on_error": "continue"}],
)
def test_what_does_not_change_a_result_is_not_compared(update: dict[str, Any]):
    reuse = planned(ran(CHAIN), workflow=changed(CHAIN, "a", **update)).reuse
    assert [*reuse.rows] == [A, B]
    assert reuse.reasons == {}


def test_a_change_after_the_failure_takes_nothing_away():
    assert [*planned(ran(CHAIN), workflow=changed(CHAIN, "d", params={"text": "x"})).reuse.rows] == [A, B]


def test_a_node_that_is_led_to_otherwise_runs_again():
    origin = ran(workflow("a>c", "b>c", "c>d", nodes=[node("a"), node("b"), node("c"), node("d", "fail")]))
    for edges in (("b>c", "a>c", "c>d"), ("a>c", "c>d"), ("a>b", "b>c", "a>c", "c>d")):
        reuse = planned(origin, workflow=with_edges(origin.run.workflow, *edges)).reuse
        assert reuse.reasons[C] == "What leads to it has changed."
        assert A in reuse.rows


def test_a_node_that_the_earlier_run_does_not_have_just_runs():
    graph = workflow("a>new", "new>b", "b>c", "c>d", nodes=[*CHAIN.nodes])
    reuse = planned(ran(CHAIN), workflow=graph).reuse
    assert [*reuse.rows] == [A]
    assert reuse.reasons == {B: "What leads to it has changed."}


def test_a_result_without_its_node_in_the_earlier_graph_does_not_hold():
    origin = ran(CHAIN)
    origin.run.workflow = origin.run.workflow.model_copy(update={"nodes": CHAIN.nodes[1:], "edges": CHAIN.edges[1:]})
    assert planned(origin, workflow=CHAIN).reuse.reasons[A] == "The earlier run does not have this node."


def test_values_of_the_run_count_where_they_are_used():
    nodes = [node("a"), node("b", text="{{ config.x }}"), node("c", "fail")]
    origin = ran(workflow("a>c", "b>c", nodes=nodes), config={"x": 1, "params": {"a": {}}})
    assert [*planned(origin, config={"x": 1}).reuse.rows] == [A, B]
    reuse = planned(origin, config={"x": 2}).reuse
    assert [*reuse.rows] == [A]
    assert reuse.reasons == {B: "It uses values of the run that have changed."}
    own = planned(origin, config={"x": 1, "params": {"a": {"text": "other"}}}).reuse
    assert own.reasons == {A: "Its settings have changed: text."}


def test_the_node_that_is_asked_for_runs_again_and_what_is_beside_it_does_not():
    origin = ran(workflow("a>b", "a>c", "b>d", "c>d"), RunStatus.COMPLETED)
    reuse = planned(origin, "b").reuse
    assert [*reuse.rows] == [A, C]
    assert reuse.reasons == {B: "You asked for it.", D: "“b” before it runs again."}


def test_the_whole_run_takes_nothing_over_and_needs_no_reasons():
    plan = planned(ran(CHAIN, config={"x": 1}), None)
    assert (plan.reuse, plan.workflow, plan.config) == (Reuse(), CHAIN, {"x": 1})


def test_an_error_the_run_went_on_with_is_tried_again_from_the_failure_and_kept_from_elsewhere():
    graph = workflow("a>b", "b>c", nodes=[node("a"), node("b"), node("c", "fail")])
    origin = ran(graph)
    origin.nodes[A] = NodeRun(A, NodeStatus.FAILED, error={"code": "x", "message": "y"}, output=Output(text="y"))
    assert planned(origin).reuse.rows == {}
    assert [*planned(origin, "b").reuse.rows] == [A]


def branching(taken: bool = True) -> Workflow:
    nodes = [choice("if", taken), node("yes"), node("no"), node("end"), node("last", "fail")]
    return workflow("if+>yes", "if->no", "yes>end", "no>end", "end>last", nodes=nodes)


def branched() -> StoredRun:
    origin = ran(branching())
    origin.nodes[NodeId("no")] = NodeRun(NodeId("no"), NodeStatus.SKIPPED, starts=0)
    return origin


def test_what_was_skipped_does_not_keep_what_follows_from_being_reused():
    assert [*planned(branched()).reuse.rows] == ["if", "yes", "end"]


def test_a_node_on_a_branch_that_is_not_taken_any_more_is_not_taken_over():
    graph = branching()
    swapped = [edge.model_copy(update={"when": not edge.when}) if edge.source == "if" else edge for edge in graph.edges]
    plan = planned(branched(), workflow=graph.model_copy(update={"edges": swapped}))
    assert [*plan.reuse.rows] == ["if"]


def test_a_condition_that_runs_again_decides_anew():
    reuse = planned(branched(), "if").reuse
    assert reuse.rows == {}
    assert {*reuse.reasons} == {"if", "yes", "end"}


def test_a_run_that_took_no_pins_is_replayed_without_them():
    graph = changed(CHAIN, "a", pin=Pin(text="pinned"))
    assert planned(ran(graph, trigger="schedule"), None).workflow.node("a").pin is None
    assert planned(ran(graph), None).workflow.node("a").pin
    assert planned(ran(CHAIN, trigger="webhook"), None, workflow=graph).workflow.node("a").pin


def test_an_approval_holds_from_the_failure_on_and_is_asked_for_again_from_elsewhere():
    ask = node("b", "request", type="approval")
    origin = ran(workflow("a>b", "b>c", nodes=[node("a"), ask, node("c", "fail")]))
    origin.nodes[B] = NodeRun(B, NodeStatus.COMPLETED, output=Output(text="a", branch=True))
    assert [*planned(origin).reuse.rows] == [A, B]
    chosen = planned(origin, "c").reuse
    assert [*chosen.rows] == [A]
    assert chosen.reasons == {B: "An approval is good for once: it is asked for again."}


# -- one node alone


def test_one_node_alone_has_what_is_before_it_and_nothing_else():
    origin = ran(workflow("a>b", "b>c", "c>d", "a>c"), RunStatus.COMPLETED)
    plan = planned(origin, None, only="c")
    assert [one.id for one in plan.workflow.nodes] == [A, B, C]
    assert [(edge.source, edge.target) for edge in plan.workflow.edges] == [(A, B), (B, C), (A, C)]
    assert {*plan.reuse.rows} == {A, B}
    assert plan.workflow.name == "c (alone)"
    assert plan.workflow.workflow_id != origin.run.workflow.workflow_id


def test_a_new_node_of_an_edited_graph_can_run_alone_whatever_was_changed_elsewhere():
    graph = workflow("a>new", "a>b", nodes=[node("a"), node("b", text="other"), node("new", label="New one")])
    plan = planned(ran(CHAIN), None, only="new", workflow=graph)
    assert {*plan.reuse.rows} == {A}
    assert plan.workflow.name == "New one (alone)"


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (changed(CHAIN, "b", type="approval", action="request"), "Its action has changed"),
        (changed(CHAIN, "b", params={"text": "other"}), "Its settings have changed: text."),
        (changed(CHAIN, "b", each=True), "It has changed: each."),
        (changed(CHAIN, "a", params={"text": "other"}), "“a” before it runs again."),
        (with_edges(CHAIN, "b>c", "c>d"), "What leads to it has changed."),
    ],
)
def test_a_result_does_not_pass_for_that_of_another_node(graph: Workflow, words: str):
    with pytest.raises(Conflict) as refused:
        planned(ran(CHAIN), None, only="c", workflow=graph)
    assert refused.value.code == "changed_since"
    assert words in refused.value.message
    assert "“b”" in refused.value.message


def test_a_result_does_not_pass_for_that_of_a_node_with_other_answers():
    with pytest.raises(Conflict) as refused:
        planned(ran(CHAIN), None, only="b", config={"params": {"a": {"text": "other"}}})
    assert refused.value.code == "changed_since"


def test_a_node_alone_has_the_pinned_outputs_before_it():
    plan = planned(ran(CHAIN), None, only="c", workflow=changed(CHAIN, "b", pin=Pin(text="x")))
    assert ([one.id for one in plan.workflow.nodes], plan.reuse.rows) == ([B, C], {})
    plan = planned(ran(CHAIN), None, only="d", workflow=changed(CHAIN, "c", pin=Pin(text="x")))
    assert ([one.id for one in plan.workflow.nodes], plan.reuse.rows) == ([C, D], {})


def test_the_node_itself_may_be_another_when_it_runs_alone():
    plan = planned(ran(CHAIN), None, only="c", workflow=changed(CHAIN, "c", action="echo", params={"text": "x"}))
    assert {*plan.reuse.rows} == {A, B}


def test_a_root_needs_no_inputs():
    assert planned(ran(CHAIN), None, only="a").reuse.rows == {}


# -- refusals


@pytest.mark.parametrize(
    ("origin", "asked", "kind", "code"),
    [
        (ran(CHAIN, RunStatus.WAITING), {"start": None}, Conflict, "run_active"),
        (ran(workflow("a>b"), RunStatus.COMPLETED), {"start": "failed"}, Conflict, "nothing_to_replay"),
        (ran(CHAIN), {"start": "ghost"}, NotFound, "not_found"),
        (ran(CHAIN), {"start": None, "only": "ghost"}, NotFound, "not_found"),
        (ran(CHAIN), {"start": "a", "only": "a"}, UserError, "bad_replay"),
        (ran(CHAIN), {"start": None, "only": "d"}, Conflict, "no_inputs"),
        (branched(), {"start": "no"}, Conflict, "not_reached"),
        (branched(), {"start": None, "only": "no"}, Conflict, "not_reached"),
    ],
)
def test_what_cannot_be_is_refused(origin: StoredRun, asked: dict[str, Any], kind: type[UserError], code: str):
    with pytest.raises(kind) as refused:
        planned(origin, **asked)
    assert refused.value.code == code
