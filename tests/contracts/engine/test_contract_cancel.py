from __future__ import annotations

from support.graphs import node, workflow
from support.hosts import Host, Told, hosted

from voicegraph.graph.model import Retry
from voicegraph.settings import Settings


def check(told: Told) -> None:
    assert told.status == "cancelled"
    assert told.heard[-1].kind == "cancelled"
    assert told.kinds(None).count("cancelled") == 1
    assert not {"running", "waiting", "retrying"} & {*told.statuses.values()}
    assert told.detail.summary.finished_at is not None


async def test_a_node_at_work_is_stopped(host: Host):
    run_id = await host.start(workflow("a>b", nodes=[node("a", "gate")]))
    await host.probe.gates["a"].enter()
    assert await host.cancel(run_id)
    told = await host.told(run_id)
    check(told)
    assert told.statuses == {"a": "cancelled"}
    await host.probe.gates["a"].left.wait()
    assert host.probe.order == ["a"]


async def test_what_was_done_is_kept(host: Host):
    run_id = await host.start(workflow("a>b", nodes=[node("a", text="done"), node("b", "gate")]))
    await host.probe.gates["b"].enter()
    assert await host.cancel(run_id)
    told = await host.told(run_id)
    check(told)
    assert told.statuses == {"a": "completed", "b": "cancelled"}
    assert told.text("a") == "done"


async def test_cancel_wins_over_a_wait(host: Host):
    run_id = await host.start(workflow("a>b", nodes=[node("a", "later", seconds=3600)]))
    await host.until(run_id, "waiting", "a")
    assert await host.cancel(run_id)
    told = await host.told(run_id)
    check(told)
    assert told.statuses == {"a": "cancelled"}


async def test_cancel_wins_over_a_retry(host: Host):
    if not host.retries:
        return
    again = node("a", "fail", retryable=True, retry_after=3600, retry=Retry(attempts=9))
    run_id = await host.start(workflow(nodes=[again]))
    await host.until(run_id, "retry", "a")
    assert await host.cancel(run_id)
    check(await host.told(run_id))
    assert host.probe.starts["a"] == 1


async def test_a_run_that_waits_for_room_can_be_cancelled(settings: Settings):
    """Only engines with a queue have such runs."""
    async with hosted("embedded", settings, max_concurrent_runs=1) as host:
        first = await host.start(workflow(nodes=[node("first", "gate")]))
        await host.probe.gates["first"].enter()
        queued = await host.start(workflow(nodes=[node("queued")]))
        behind = await host.start(workflow(nodes=[node("behind")]))
        assert (await host.history.queries.summary(queued)).status == "pending"
        assert await host.cancel(queued)
        told = await host.told(queued)
        check(told)
        assert told.statuses == {}
        host.probe.gates["first"].opened.set()
        assert (await host.told(first)).status == "completed"
        assert (await host.told(behind)).status == "completed"
        assert host.probe.order == ["first", "behind"]


async def test_a_run_that_is_over_cannot_be_cancelled(host: Host):
    told = await host.run(workflow("a>b"))
    assert not await host.cancel(told.detail.summary.id)
    assert (await host.told(told.detail.summary.id)).status == "completed"
