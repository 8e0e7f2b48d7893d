from __future__ import annotations

import asyncio
from typing import Any

import pytest
from support.graphs import node, workflow
from support.history import new_run
from support.hosts import Host, Told, hosted

from voicegraph.errors import Conflict
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


async def test_a_run_that_was_brought_twice_is_still_in_hand(host: Host):
    """Whoever starts the run of a step may do so twice at a time: the second is refused, and takes nothing away."""
    run = new_run(workflow("a>b", nodes=[node("a", "gate")]), host.name)
    await host.accept(run)
    await host.probe.gates["a"].enter()
    with pytest.raises(Conflict, match="exists already"):
        await host.accept(run)
    assert await host.cancel(run.run_id)
    check(await host.told(run.run_id))
    async with asyncio.timeout(20):
        await host.probe.gates["a"].left.wait()


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


async def test_a_request_in_flight_is_broken_off(host: Host):
    arrived, gone = asyncio.Event(), asyncio.Event()

    async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        await reader.read()  # ends when the other side hangs up
        gone.set()
        writer.close()

    async with asyncio.timeout(60), await asyncio.start_server(never_answers, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        run_id = await host.start(workflow("a>b", nodes=[node("a", "request", type="http", url=url)]))
        await arrived.wait()
        assert await host.cancel(run_id)
        await gone.wait()
    told = await host.told(run_id)
    check(told)
    assert told.statuses == {"a": "cancelled"}


async def test_a_child_process_that_computes_is_killed(host: Host, monkeypatch: pytest.MonkeyPatch):
    """A script in the sandbox that would compute for a minute."""
    children: list[asyncio.subprocess.Process] = []
    started, start = asyncio.Event(), asyncio.create_subprocess_exec

    async def noted(*args: Any, **options: Any) -> asyncio.subprocess.Process:
        children.append(await start(*args, **options))
        started.set()
        return children[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    busy = node("a", "run", type="code", code="while True:\n    pass", seconds=60)
    async with asyncio.timeout(60):
        run_id = await host.start(workflow("a>b", nodes=[busy]))
        await started.wait()
        assert await host.cancel(run_id)
        told = await host.told(run_id)
        check(told)
        assert told.statuses == {"a": "cancelled"}
        assert await children[0].wait() < 0, "it ended by a signal, not by itself"


async def test_many_are_cancelled_at_once_whatever_they_do(host: Host):
    graphs = [
        workflow("a>b", nodes=[node("a", "gate")]),
        workflow("a>b", nodes=[node("a", "later", seconds=3600)]),
        workflow("a>b", "a>c", nodes=[node("b", "gate"), node("c", "later", seconds=3600)]),
        workflow("a>b", nodes=[node("a", "request", type="approval")]),
    ]
    runs = [await host.start(graphs[number % len(graphs)]) for number in range(20)]
    for number, run_id in enumerate(runs):
        kind, where = [("start", "a"), ("waiting", "a"), ("waiting", "c"), ("waiting", "a")][number % len(graphs)]
        await host.until(run_id, kind, where)
    answers = await asyncio.gather(*(host.cancel(run_id) for run_id in [*runs, *runs]))
    assert answers.count(True) == len(runs), "each is cancelled once"
    for run_id in runs:
        check(await host.told(run_id))


async def test_a_run_that_is_over_cannot_be_cancelled(host: Host):
    told = await host.run(workflow("a>b"))
    assert not await host.cancel(told.detail.summary.id)
    assert (await host.told(told.detail.summary.id)).status == "completed"
