from __future__ import annotations

import time

import pytest
from support.graphs import node, workflow
from support.hosts import Host, LocalHost


@pytest.mark.parametrize("seconds", [0.05, 1.3])
async def test_a_wait_takes_its_time_and_no_more_attempts(host: Host, seconds: float):
    """The short one stays in memory, the long one may leave it; nobody sees a difference."""
    before = time.monotonic()
    told = await host.run(workflow("a>b", nodes=[node("a", "later", seconds=seconds, text="waited")]))
    assert time.monotonic() - before >= seconds
    assert told.status == "completed"
    assert told.text("b") == "waited"
    assert told.kinds("a") == ["start", "waiting", "success"]
    assert host.probe.starts["a"] == 1


async def test_a_run_that_waits_says_so(host: Host):
    run_id = await host.start(workflow("a>b", nodes=[node("a", "later", seconds=3600)]))
    event = await host.until(run_id, "waiting", "a")
    assert event.data
    assert "until" in event.data
    summary = await host.history.queries.summary(run_id)
    assert summary.status == "waiting"
    if isinstance(host, LocalHost) and host.survives:
        assert not host.holds(run_id), "an hour's wait takes no memory"
    await host.cancel(run_id)


async def test_other_branches_go_on_meanwhile(host: Host):
    nodes = [node("wait", "later", seconds=3600)]
    run_id = await host.start(workflow("wait>end", "a>b", "b>c", "c>end", nodes=nodes))
    await host.until(run_id, "success", "c")
    assert await host.cancel(run_id)
    told = await host.told(run_id)
    assert told.statuses == {"a": "completed", "b": "completed", "c": "completed", "wait": "cancelled"}
    assert not host.probe.starts["end"]
