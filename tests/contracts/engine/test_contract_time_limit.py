"""The time limit of a whole run: on every engine, in flight, while waiting, and across restarts."""

from __future__ import annotations

import pytest
from support.graphs import node, workflow
from support.hosts import Host, Told

from voicegraph.graph.model import Node, Workflow


def limited(seconds: float, *edges: str, nodes: list[Node]) -> Workflow:
    return workflow(*edges, nodes=nodes).model_copy(update={"timeout": seconds})


def out_of_time(told: Told) -> bool:
    error = told.detail.summary.error or {}
    return told.status == "failed" and error["code"] == "run_timeout" and told.kinds(None)[-1] == "error"


async def test_nodes_in_flight_are_stopped(host: Host):
    told = await host.run(limited(0.3, "a>b", nodes=[node("a", "gate")]))
    assert out_of_time(told)
    assert told.statuses == {"a": "cancelled"}
    await host.probe.gates["a"].left.wait()
    assert told.heard[-1].message == "The run took longer than the 0.3 seconds its workflow allows, and was stopped."


async def test_it_holds_while_the_run_waits(host: Host):
    told = await host.run(limited(0.3, "a>b", nodes=[node("a", "later", seconds=3600)]))
    assert out_of_time(told)
    assert told.statuses == {"a": "cancelled"}


async def test_it_holds_while_a_try_is_to_come(host: Host):
    nodes = [node("a", "fail", retryable=True, retry_after=3600.0)]
    told = await host.run(limited(0.3, nodes=nodes))
    assert told.status == "failed"
    assert out_of_time(told) is host.retries


async def test_a_run_that_is_quicker_never_hears_of_it(host: Host):
    told = await host.run(limited(3600, "a>b", nodes=[node("a", "later", seconds=0.05)]))
    assert told.status == "completed"
    assert told.kinds(None) == ["start", "complete"]


@pytest.mark.parametrize("action", ["gate", "later"])
async def test_it_counts_on_while_the_server_is_down(host: Host, action: str):
    if not host.survives:
        pytest.skip("its runs end with the process")
    more = {"seconds": 3600} if action == "later" else {}
    run_id = await host.start(limited(1.0, "a>b", nodes=[node("a", action, **more)]))
    await host.until(run_id, "waiting" if action == "later" else "start", "a")
    await host.kill()
    await host.open()
    told = await host.told(run_id)
    assert out_of_time(told)
    assert "b" not in host.probe.order


async def test_a_run_that_failed_in_time_keeps_its_own_reason(host: Host):
    told = await host.run(limited(60, nodes=[node("a", "fail", code="broken")]))
    assert (told.detail.summary.error or {})["code"] == "broken"
