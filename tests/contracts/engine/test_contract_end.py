"""The end of a process: in good order, or not."""

from __future__ import annotations

from support.graphs import choice, node, workflow
from support.hosts import Host

from voicegraph.graph.model import Retry


async def test_after_a_crash_a_run_goes_on_or_says_that_it_cannot(host: Host):
    run_id = await host.start(workflow("a>b", "b>c", nodes=[node("b", "gate")]))
    await host.probe.gates["b"].enter()
    await host.kill()
    await host.open()
    if host.survives:
        await host.probe.gates["b"].enter()
        host.probe.gates["b"].opened.set()
        told = await host.told(run_id)
        assert told.status == "completed"
        assert host.probe.order == ["a", "b", "b", "c"], "what was finished did not run again"
    else:
        told = await host.told(run_id)
        assert told.status == "failed"
        assert told.detail.summary.error
        assert told.detail.summary.error["code"] == "interrupted"
        assert told.statuses == {"a": "completed", "b": "cancelled"}
    assert [event.seq for event in told.heard] == [*range(1, len(told.heard) + 1)]
    assert not {"running", "waiting", "retrying"} & {*told.statuses.values()}


async def test_waits_and_retries_outlive_the_process(host: Host):
    if not host.survives:
        return
    nodes = [
        node("a", "later", seconds=0.2, text="waited"),
        node("b", "fail", times=1, retryable=True, retry_after=0.2, retry=Retry(attempts=3)),
        choice("c", True),
    ]
    run_id = await host.start(workflow("a>d", "b>d", "c->x", nodes=nodes))
    await host.until(run_id, "waiting", "a")
    await host.until(run_id, "retry", "b")
    await host.kill()
    await host.open()
    told = await host.told(run_id)
    assert told.status == "completed"
    assert host.probe.starts == {"a": 1, "b": 2, "c": 1, "d": 1}
    assert told.statuses == {"a": "completed", "b": "completed", "c": "completed", "d": "completed", "x": "skipped"}


async def test_a_stop_in_good_order_lets_nodes_finish(host: Host):
    run_id = await host.start(workflow(nodes=[node("a", "sleep", seconds=0.05)]))
    await host.until(run_id, "start", "a")
    await host.close()
    await host.open()
    told = await host.told(run_id)
    assert told.status == "completed"
    assert host.probe.starts["a"] == 1


async def test_runs_that_are_over_stay_as_they_are(host: Host):
    done = [await host.run(workflow("a>b")), await host.run(workflow(nodes=[node("x", "fail")]))]
    cancelled = await host.start(workflow(nodes=[node("c", "gate")]))
    await host.cancel(cancelled)
    await host.kill()
    await host.open()
    for told in done:
        again = await host.told(told.detail.summary.id)
        assert again.detail == told.detail
    assert (await host.told(cancelled)).status == "cancelled"
