from __future__ import annotations

from support.graphs import node, workflow
from support.hosts import Host

from voicegraph.graph.model import Workflow


async def test_nodes_run_in_the_order_of_the_edges_and_pass_their_results_on(host: Host):
    told = await host.run(workflow("c>a", "a>b", nodes=[node("c", text="from c"), node("b", text="{{ input }} to b")]))
    assert host.probe.order == ["c", "a", "b"]
    assert told.status == "completed"
    assert told.text("b") == "from c to b"


async def test_what_the_run_was_given_reaches_its_nodes(host: Host):
    graph = workflow(nodes=[node("a", text="{{ config.who }} {{ trigger.body.id }} {{ run.id }}")])
    run_id = await host.start(graph, config={"who": "me"}, trigger="webhook", trigger_data={"body": {"id": 7}})
    told = await host.told(run_id)
    assert told.text("a") == f"me 7 {run_id}"
    assert host.probe.contexts[0].idempotency_key == f"{run_id}:a"


async def test_several_inputs_keep_the_order_of_the_edges(host: Host):
    nodes = [node("slow", "sleep", seconds=0.05, text="S", label="Slow"), node("quick", text="Q"), node("end")]
    told = await host.run(workflow("slow>end", "quick>end", nodes=nodes))
    assert told.text("end") == "## Slow\n\nS\n\n---\n\n## quick\n\nQ"


async def test_a_workflow_without_nodes_completes(host: Host):
    told = await host.run(Workflow())
    assert told.status == "completed"
    assert [event.kind for event in told.heard] == ["start", "complete"]


async def test_the_story_has_a_beginning_an_end_and_no_gap(host: Host):
    told = await host.run(workflow("a>b", "a>c", "b>d", "c>d"))
    assert [event.seq for event in told.heard] == [*range(1, len(told.heard) + 1)]
    assert told.heard[0].kind == "start"
    assert told.heard[0].data == {"runId": told.detail.summary.id}
    assert told.heard[-1].final
    assert [event.to_wire() for event in told.heard] == [event.to_wire() for event in told.detail.events]
    times = [event.at for event in told.heard]
    assert times == sorted(times)
    for one in "abcd":
        assert told.kinds(one) == ["start", "success"]


async def test_the_summary_says_when_and_how_much(host: Host):
    summary = (await host.run(workflow("a>b"), command="Do it")).detail.summary
    assert (summary.engine, summary.command, summary.node_count, summary.done_count) == (host.name, "Do it", 2, 2)
    assert summary.started_at is not None
    assert summary.finished_at is not None
    assert summary.created_at <= summary.started_at <= summary.finished_at
