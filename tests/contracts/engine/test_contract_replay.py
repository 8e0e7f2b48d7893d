"""A replay is a new run that takes over what was done: no node of it is run again, and no effect is made again."""

from __future__ import annotations

import asyncio

import pytest
from support.graphs import choice, node, workflow
from support.hosts import Host, hosted
from support.replays import replay, replay_through_a_crash, reused, start_replay

from voicegraph.errors import Conflict, NotFound
from voicegraph.graph.model import Node, NodeId, Workflow
from voicegraph.nodes.output import Output
from voicegraph.settings import Settings

CHAIN = ("a>b", "b>c", "c>d")


def failing(*edges: str, at: str, nodes: list[Node] | None = None) -> Workflow:
    return workflow(*edges, nodes=[*(nodes or []), node(at, "fail")])


def mended(graph: Workflow, node_id: str, **changes: object) -> Workflow:
    """The graph with the cause of the failure removed."""
    good = node(node_id, "echo", **changes)
    return graph.model_copy(update={"nodes": [good if one.id == node_id else one for one in graph.nodes]})


async def test_from_the_failed_node_what_was_done_is_not_done_again(host: Host):
    graph = failing(*CHAIN, at="c", nodes=[node("a", text="A")])
    first = await host.run(graph)
    assert first.status == "failed"
    second = await replay(host, first, "failed", workflow=mended(graph, "c"))
    assert second.status == "completed"
    assert reused(second) == {"a", "b"}
    assert second.text("d") == "A"
    assert host.probe.order == ["a", "b", "c", "c", "d"]
    assert second.kinds("a") == ["success"]
    assert second.kinds("c") == ["start", "success"]
    assert [event.seq for event in second.heard] == [*range(1, len(second.heard) + 1)]
    summary = second.detail.summary
    assert (summary.trigger, summary.origin_run_id) == ("replay", first.detail.summary.id)


async def test_the_same_graph_again_fails_at_the_same_node_alone(host: Host):
    first = await host.run(failing(*CHAIN, at="c"))
    second = await replay(host, first, "failed")
    assert second.statuses == {"a": "completed", "b": "completed", "c": "failed", "d": "skipped"}
    assert host.probe.order == ["a", "b", "c", "c"]


async def test_from_any_node_everything_after_it_runs_again(host: Host):
    first = await host.run(workflow("a>b", "b>d", "a>c", "c>d"))
    second = await replay(host, first, "b")
    assert second.status == "completed"
    assert reused(second) == {"a", "c"}
    assert host.probe.order[4:] == ["b", "d"]
    assert [*host.probe.inputs["d"].nodes] == ["b", "c"]


async def test_the_whole_run_again_takes_nothing_over(host: Host):
    first = await host.run(workflow("a>b"))
    second = await replay(host, first)
    assert second.status == "completed"
    assert reused(second) == set()
    assert host.probe.order == ["a", "b", "a", "b"]


@pytest.mark.parametrize("taken", [True, False])
async def test_conditions_keep_their_branch_and_what_was_skipped_stays_skipped(host: Host, taken: bool):
    edges = ("if+>yes", "if->no", "yes>end", "no>end")
    graph = workflow(*edges, nodes=[choice("if", taken), node("end", "fail")])
    first = await host.run(graph)
    assert first.status == "failed"
    ran, skipped = ("yes", "no") if taken else ("no", "yes")
    second = await replay(host, first, "failed", workflow=mended(graph, "end"))
    assert second.status == "completed"
    assert second.statuses == {"if": "completed", ran: "completed", skipped: "skipped", "end": "completed"}
    assert reused(second) == {"if", ran}
    assert host.probe.order == ["if", ran, "end", "end"]
    assert second.text("end") == ran


async def test_behind_a_rejected_approval_nothing_that_was_done_is_done_again(host: Host):
    ask = Node(id=NodeId("ask"), type="approval", action="request")
    edges = ("ask>send", "ask->sorry", "send>join", "sorry>join", "join>end")
    graph = workflow(*edges, nodes=[ask, node("end", "fail")])
    run_id = await host.start(graph)
    await host.until(run_id, "waiting", "ask")
    await host.decide(run_id, "ask", approved=False)
    first = await host.told(run_id)
    assert first.status == "failed"
    second = await replay(host, first, "failed", workflow=mended(graph, "end"))
    assert second.status == "completed"
    assert reused(second) == {"ask", "sorry", "join"}
    assert second.statuses["send"] == "skipped"
    assert host.probe.order == ["ask", "sorry", "join", "end", "end"]


async def test_a_replay_from_a_condition_chooses_anew(host: Host):
    graph = workflow("a>if", "if+>yes", "if->no", nodes=[choice("if", True)])
    first = await host.run(graph)
    other = graph.model_copy(update={"nodes": [choice("if", False) if n.id == "if" else n for n in graph.nodes]})
    second = await replay(host, first, "if", workflow=other)
    assert second.statuses == {"a": "completed", "if": "completed", "yes": "skipped", "no": "completed"}
    assert host.probe.order == ["a", "if", "yes", "if", "no"]


async def test_a_failure_the_run_went_on_with_is_a_result_like_others(host: Host):
    nodes = [node("a", "fail", on_error="continue", message="no such page"), node("c", "fail")]
    graph = workflow("a>b", "b>c", nodes=nodes)
    first = await host.run(graph)
    second = await replay(host, first, "b", workflow=mended(graph, "c"))
    assert second.status == "completed"
    assert second.statuses["a"] == "failed"
    assert reused(second) == {"a"}
    assert second.text("c") == "no such page"


async def test_where_a_run_was_cancelled_it_can_be_taken_up(host: Host):
    run_id = await host.start(workflow("a>b", "b>c", nodes=[node("b", "gate", text="through")]))
    await host.probe.gates["b"].enter()
    await host.cancel(run_id)
    first = await host.told(run_id)
    host.probe.gates["b"].opened.set()
    second = await replay(host, first, "failed")
    assert second.status == "completed"
    assert second.text("c") == "through"
    assert host.probe.order == ["a", "b", "b", "c"]


async def test_a_replay_of_a_replay_names_the_run_that_did_the_work(host: Host):
    first = await host.run(failing(*CHAIN, at="c"))
    second = await replay(host, first, "failed")
    third = await replay(host, second, "failed", workflow=mended(second_graph(), "c"))
    assert third.status == "completed"
    assert {row.reused_from for row in third.detail.nodes} == {first.detail.summary.id, None}
    lineage = (await host.history.queries.detail(second.detail.summary.id)).lineage
    assert lineage.origin
    assert lineage.origin.id == first.detail.summary.id
    assert [link.id for link in lineage.replays] == [third.detail.summary.id]


def second_graph() -> Workflow:
    return failing(*CHAIN, at="c")


async def test_what_was_taken_over_survives_a_crash(host: Host):
    graph = workflow("a>b", "b>c", nodes=[node("b", "gate_then_fail")])
    gate = host.probe.gates["b"]
    gate.opened.set()
    first = await host.run(graph)
    gate.opened.clear()
    gate.entered.clear()
    second = await replay_through_a_crash(host, first, "b")
    if second is None:
        return
    assert second.status == "failed"
    assert reused(second) == {"a"}
    assert host.probe.starts["a"] == 1
    assert [event.seq for event in second.heard] == [*range(1, len(second.heard) + 1)]


async def test_a_replay_that_waits_for_room_keeps_what_it_took_over(settings: Settings):
    """Only engines with a queue have such runs."""
    async with hosted("embedded", settings, max_concurrent_runs=1) as host:
        graph = workflow("if+>yes", "if->no", "yes>end", "no>end", nodes=[choice("if", True), node("end", "fail")])
        first = await host.run(graph)
        blocking = await host.start(workflow(nodes=[node("gate", "gate")]))
        await host.probe.gates["gate"].enter()
        queued = await start_replay(host, first, "failed", workflow=mended(graph, "end"))
        detail = await host.history.queries.detail(queued)
        assert {row.node_id: str(row.status) for row in detail.nodes} == {
            "if": "completed", "yes": "completed", "no": "skipped",
        }  # fmt: skip
        host.probe.gates["gate"].opened.set()
        second = await host.told(queued)
        assert second.status == "completed"
        assert second.kinds("no") == ["skipped"]
        assert host.probe.starts["yes"] == 1
        assert (await host.told(blocking)).status == "completed"


async def test_one_node_runs_alone_on_what_an_earlier_run_gave_it(host: Host):
    first = await host.run(workflow("a>c", "b>c", "c>d", nodes=[node("a", text="A"), node("b", text="B")]))
    alone = await replay(host, first, only="c")
    assert alone.status == "completed"
    assert alone.statuses == {"a": "completed", "b": "completed", "c": "completed"}
    assert reused(alone) == {"a", "b"}
    assert host.probe.inputs["c"].text == "## a\n\nA\n\n---\n\n## b\n\nB"
    assert [host.probe.starts[one] for one in "abcd"] == [1, 1, 2, 1]


async def test_one_node_runs_alone_with_other_params(host: Host):
    graph = workflow("a>b", nodes=[node("b", "fail")])
    first = await host.run(graph)
    alone = await replay(host, first, only="b", workflow=mended(graph, "b", text="better"))
    assert (alone.status, alone.text("b")) == ("completed", "better")


async def test_what_cannot_be_replayed_is_refused_in_words(host: Host):
    graph = workflow("if+>yes", "if->no", "no>later", nodes=[choice("if", True)])
    first = await host.run(graph)
    with pytest.raises(Conflict, match="Nothing failed"):
        await replay(host, first, "failed")
    for asked in ({"start": "no"}, {"only": "no"}):
        with pytest.raises(Conflict, match="“no” was skipped in that run: the branch"):
            await replay(host, first, **asked)
    with pytest.raises(Conflict, match="no result of “no”"):
        await replay(host, first, only="later")
    with pytest.raises(NotFound, match="no node ghost"):
        await replay(host, first, "ghost")
    run_id = await host.start(workflow(nodes=[node("g", "gate")]))
    await host.probe.gates["g"].enter()
    detail = await host.history.queries.detail(run_id)
    with pytest.raises(Conflict, match="not over"):
        await replay(host, type(first)([], detail))
    await host.cancel(run_id)


async def test_many_replays_of_one_run_at_once_keep_apart(host: Host):
    graph = failing(*CHAIN, at="c")
    first = await host.run(graph)
    ended = await asyncio.gather(
        *(replay(host, first, "failed", workflow=mended(graph, "c", text=f"run {n}")) for n in range(10))
    )
    assert [told.text("d") for told in ended] == [f"run {n}" for n in range(10)]
    assert (host.probe.starts["a"], host.probe.starts["b"]) == (1, 1)


async def test_a_pinned_output_is_given_instead_of_running_the_node(host: Host):
    pinned = node("a", "fail", pin={"text": "pinned text", "data": {"n": 1}})
    told = await host.run(workflow("a>b", nodes=[pinned]))
    assert told.status == "completed"
    assert told.text("b") == "pinned text"
    assert host.probe.inputs["b"].data == {"n": 1}
    assert host.probe.starts["a"] == 0
    output = told.nodes[NodeId("a")].output
    assert isinstance(output, Output)
    assert output.meta == {"pinned": True}
    assert told.kinds("a") == ["start", "log", "success"]
    assert "pinned" in told.heard[2].message


async def test_a_pinned_node_with_items_gives_its_output_as_a_whole(host: Host):
    lines = node("list", "values", data=["x", "y", "z"])
    pinned = node("w", "work", each=True, pin={"text": "as a whole", "data": ["p", "q"]})
    told = await host.run(workflow("list>w", "w>each", nodes=[lines, pinned, node("each", "work", each=True)]))
    assert told.status == "completed"
    row = told.nodes[NodeId("w")]
    assert isinstance(row.output, Output)
    assert (row.output.text, row.output.data, row.output.meta) == ("as a whole", ["p", "q"], {"pinned": True})
    assert row.items is None
    assert told.kinds("w") == ["start", "log", "success"]
    assert host.probe.starts["w"] == 0
    assert told.text("each") == "P\nQ"


@pytest.mark.parametrize("trigger", ["schedule", "webhook"])
async def test_runs_that_start_by_themselves_take_no_pins(host: Host, trigger: str):
    told = await host.run(workflow("a>b", nodes=[node("a", text="real", pin={"text": "pinned"})]), trigger=trigger)
    assert told.text("b") == "real"
    assert host.probe.starts["a"] == 1


async def test_a_pinned_condition_takes_its_branch(host: Host):
    chosen = choice("if", True).model_copy(update={"pin": node("x", pin={"branch": False}).pin})
    told = await host.run(workflow("if+>yes", "if->no", nodes=[chosen]))
    assert told.statuses == {"if": "completed", "yes": "skipped", "no": "completed"}
