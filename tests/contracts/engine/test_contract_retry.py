from __future__ import annotations

from support.graphs import node, workflow
from support.hosts import Host

from voicegraph.graph.model import NodeId, Retry


async def test_a_failure_that_may_pass_is_tried_again_where_that_is_promised(host: Host):
    told = await host.run(workflow("a>b", nodes=[node("a", "fail", times=2, retryable=True)]))
    if host.retries:
        assert told.status == "completed"
        assert told.kinds("a") == ["start", "retry", "start", "retry", "start", "success"]
        assert [event.attempt for event in told.heard if event.node_id == "a"] == [1, 1, 2, 2, 3, 3]
        assert told.nodes[NodeId("a")].attempt == 3
        assert {context.idempotency_key for context in host.probe.contexts[:3]} == {f"{told.detail.summary.id}:a"}
    else:
        assert told.status == "failed"
        assert told.kinds("a") == ["start", "error"]
        assert host.probe.starts["a"] == 1


async def test_tries_end_where_the_node_says(host: Host):
    told = await host.run(workflow(nodes=[node("a", "fail", retryable=True, retry=Retry(attempts=2))]))
    assert told.status == "failed"
    assert host.probe.starts["a"] == (2 if host.retries else 1)


async def test_a_failure_that_cannot_pass_is_final(host: Host):
    told = await host.run(workflow("a>b", nodes=[node("a", "fail", code="forbidden", message="No.")]))
    assert told.status == "failed"
    assert told.kinds("a") == ["start", "error"]
    assert told.statuses == {"a": "failed", "b": "skipped"}
    assert told.detail.summary.error == {"code": "forbidden", "message": "No.", "retryable": False, "nodeId": "a"}


async def test_a_node_that_takes_too_long_fails(host: Host):
    told = await host.run(workflow(nodes=[node("a", "gate", timeout=0.05, retry=Retry(attempts=1))]))
    assert told.status == "failed"
    assert told.detail.summary.error
    assert told.detail.summary.error["code"] == "timeout"
    assert host.probe.gates["a"].left.is_set()


async def test_an_unforeseen_error_ends_the_run_with_a_reason(host: Host):
    told = await host.run(workflow("a>b", nodes=[node("a", "crash", text="what?")]))
    assert told.status == "failed"
    assert told.detail.summary.error
    assert told.detail.summary.error["message"] == "ValueError: what?"
