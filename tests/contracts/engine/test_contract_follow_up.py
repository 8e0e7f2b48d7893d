"""A failed run leaves word of its error workflow, in the transaction in which it fails."""

from __future__ import annotations

import pytest
from support.graphs import node, workflow
from support.hosts import Host

from voicegraph.graph.model import Node, RunId, Workflow, WorkflowId
from voicegraph.store.runs.failed_runs import FollowUp, FollowUps

OTHER = WorkflowId("wf_other")


def followed(*edges: str, nodes: list[Node], **more: object) -> Workflow:
    return workflow(*edges, nodes=nodes).model_copy(update={"error_workflow": OTHER, **more})


async def left(host: Host) -> list[FollowUp]:
    return await FollowUps(host.history.reader, host.history.journal).open()


async def test_a_failed_run_leaves_word(host: Host):
    told = await host.run(followed("a>b", nodes=[node("a", "fail")]))
    assert await left(host) == [FollowUp(RunId(told.detail.summary.id), OTHER)]


async def test_so_does_one_that_ran_out_of_time(host: Host):
    told = await host.run(followed(nodes=[node("a", "gate")], timeout=0.2))
    assert await left(host) == [FollowUp(RunId(told.detail.summary.id), OTHER)]


async def test_a_good_end_leaves_none_and_a_cancelled_run_neither(host: Host):
    assert (await host.run(followed(nodes=[node("a")]))).status == "completed"
    run_id = await host.start(followed(nodes=[node("a", "gate")]))
    await host.probe.gates["a"].enter()
    await host.cancel(run_id)
    assert (await host.told(run_id)).status == "cancelled"
    assert await left(host) == []


async def test_the_failure_of_an_error_workflow_leads_to_nothing(host: Host):
    assert (await host.run(followed(nodes=[node("a", "fail")]), trigger="error")).status == "failed"
    assert await left(host) == []


async def test_a_crash_before_the_failure_changes_nothing(host: Host):
    run_id = await host.start(followed(nodes=[node("a", "gate_then_fail")]))
    await host.probe.gates["a"].enter()
    await host.kill()
    host.probe.gates["a"].opened.set()
    await host.open()
    assert (await host.told(run_id)).status == "failed"
    assert await left(host) == [FollowUp(run_id, OTHER)]


@pytest.mark.parametrize("code", ["broken"])
async def test_an_error_that_became_the_output_is_no_failure(host: Host, code: str):
    told = await host.run(followed("a>b", nodes=[node("a", "fail", code=code, on_error="continue")]))
    assert told.status == "completed"
    assert await left(host) == []
