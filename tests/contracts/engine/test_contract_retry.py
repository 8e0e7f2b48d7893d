from __future__ import annotations

from datetime import datetime

import pytest
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
    assert told.detail.summary.error["code"] == "unexpected"
    assert "The server's log has the details." in told.detail.summary.error["message"]


@pytest.mark.parametrize(
    ("on", "code", "again"),
    [
        (["rate_limit"], "rate_limited", True),
        (["broken"], "broken", True),
        (["any"], "broken", True),
        (["timeout", "server"], "broken", False),
        ([], "broken", False),
    ],
)
async def test_the_node_says_after_which_errors(host: Host, on: list[str], code: str, again: bool):
    """Whatever the error itself says: here it never says that it may pass, or always."""
    nodes = [node("a", "fail", code=code, times=1, retryable=not again, retry=Retry(attempts=2, on=on))]
    told = await host.run(workflow(nodes=nodes))
    assert told.status == ("completed" if again and host.retries else "failed")


async def test_waits_start_and_end_where_the_node_says(host: Host):
    nodes = [node("a", "fail", times=3, retryable=True, retry=Retry(attempts=4, base=0.2, cap=0.21))]
    told = await host.run(workflow(nodes=nodes))
    if not host.retries:
        return
    failed = [event.at for event in told.heard if event.kind == "retry"]
    due = [
        datetime.fromisoformat(str((event.data or {})["dueAt"])).timestamp()
        for event in told.heard
        if event.kind == "retry"
    ]
    waits = [until - at for at, until in zip(failed, due, strict=True)]
    assert len(waits) == 3
    assert all(0.09 < wait < 0.25 for wait in waits)


async def test_first_the_tries_then_the_error_as_the_output(host: Host):
    nodes = [node("a", "fail", retryable=True, retry=Retry(attempts=2), on_error="continue")]
    told = await host.run(workflow("a>b", nodes=nodes))
    assert told.status == "completed"
    assert host.probe.starts["a"] == (2 if host.retries else 1)
    assert told.text("b") == "It broke."
