from __future__ import annotations

from support.graphs import node, workflow
from support.hosts import Host


async def test_nodes_in_flight_finish_and_nothing_starts_after_a_failure(host: Host):
    graph = workflow("bad>x", "good>y", nodes=[node("bad", "fail"), node("good", "gate", text="kept")])
    run_id = await host.start(graph)
    await host.until(run_id, "error", "bad")
    await host.probe.gates["good"].enter()
    host.probe.gates["good"].opened.set()
    told = await host.told(run_id)
    assert told.status == "failed"
    assert told.statuses == {"bad": "failed", "good": "completed", "x": "skipped", "y": "skipped"}
    assert told.text("good") == "kept"
    assert {*host.probe.order} == {"bad", "good"}


async def test_the_first_failure_is_the_reason(host: Host):
    nodes = [node("late", "gate_then_fail", message="Second."), node("early", "fail", message="First.", label="Fetch")]
    run_id = await host.start(workflow(nodes=nodes))
    await host.until(run_id, "error", "early")
    await host.probe.gates["late"].enter()
    host.probe.gates["late"].opened.set()
    told = await host.told(run_id)
    assert told.statuses == {"late": "failed", "early": "failed"}
    assert told.heard[-1].message == "Fetch failed: First."
    assert told.detail.summary.error
    assert told.detail.summary.error["nodeId"] == "early"


async def test_a_node_may_go_on_with_its_error(host: Host):
    graph = workflow("a>b", nodes=[node("a", "fail", message="No answer.", on_error="continue"), node("b")])
    told = await host.run(graph)
    assert told.status == "completed"
    assert told.statuses == {"a": "failed", "b": "completed"}
    assert told.text("b") == "No answer."


async def test_a_failure_does_not_wait_for_timers(host: Host):
    nodes = [node("wait", "later", seconds=3600), node("bad", "gate_then_fail")]
    run_id = await host.start(workflow("wait>x", nodes=nodes))
    await host.until(run_id, "waiting", "wait")
    await host.probe.gates["bad"].enter()
    host.probe.gates["bad"].opened.set()
    told = await host.told(run_id)
    assert told.status == "failed"
    assert told.statuses == {"wait": "cancelled", "bad": "failed", "x": "skipped"}
