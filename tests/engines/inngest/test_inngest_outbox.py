"""Runs that are started while Inngest cannot be reached are not lost, and none is started twice."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from support.graphs import node, workflow
from support.inngest_server import REAL_SERVER
from support.inngest_stage import Process, Stage, until

from voicegraph.graph.model import RunId
from voicegraph.run.state import RunStatus
from voicegraph.store.core.event_feed import StatusChange
from voicegraph.store.views.summaries import RunSummary

pytestmark = pytest.mark.skipif(bool(REAL_SERVER), reason="needs a server that goes away")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inngest._internal.client_lib.client.RETRY_BASE_DELAY", 0.001)
    monkeypatch.setattr("voicegraph.engines.inngest.sender.LOOK_SECONDS", 0.2)


async def summaries_of(process: Process, ids: list[RunId]) -> list[RunSummary]:
    return [await process.pipeline.queries.summary(run_id) for run_id in ids]


async def test_fifty_runs_submitted_during_an_outage_complete_once_each(on_stage: Stage) -> None:
    first = await on_stage.process()
    second = await on_stage.process(first.probe, sync=False)
    on_stage.server.down = True
    ids = [await (first if index % 2 else second).start(workflow("a>b")) for index in range(50)]
    async with asyncio.timeout(60):
        while not all(summary.unsent for summary in await summaries_of(first, ids)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    summaries = await summaries_of(first, ids)
    assert {summary.status for summary in summaries} == {"pending"}
    told = (await first.pipeline.queries.detail(ids[0])).events
    assert [event.kind for event in told] == ["log"]
    assert "Inngest cannot be reached" in told[0].message
    assert told[0].data == {"unsent": True}

    on_stage.server.down = False
    runs = await asyncio.gather(*(first.end_of(run_id) for run_id in ids))
    assert {run.summary.status for run in runs} == {"completed"}
    assert not any(run.summary.unsent for run in runs)
    started = Counter(run.event["data"]["runId"] for run in on_stage.server.runs)
    assert set(started) == set(ids)
    assert set(started.values()) == {1}
    assert first.probe.starts == {"a": 50, "b": 50}


async def test_an_event_key_that_inngest_does_not_know_is_named_and_nothing_is_lost(on_stage: Stage) -> None:
    process = await on_stage.process()
    on_stage.server.event_key = "another"
    run_id = await process.start(workflow("a>b"))
    async with asyncio.timeout(20):
        while not (events := (await process.pipeline.queries.detail(run_id)).events):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    told = events[0].message
    assert ("INNGEST_EVENT_KEY" in told, "cannot be reached" in told) == (True, False)
    on_stage.server.event_key = None
    assert (await process.end_of(run_id)).summary.status == "completed"


async def test_who_watches_the_list_hears_that_a_run_is_stored_and_not_sent(on_stage: Stage) -> None:
    process = await on_stage.process(sync=False)
    on_stage.server.down = True
    with process.pipeline.feed.watch_all() as watcher:
        run_id = await process.start(workflow("a>b"))
        async with asyncio.timeout(20):
            changes = [await watcher.get(), await watcher.get()]
    assert changes == [StatusChange(run_id, RunStatus.PENDING)] * 2
    assert (await process.pipeline.queries.summary(run_id)).unsent, "the list that is read again says why"


async def test_a_message_that_is_sent_twice_starts_one_run(on_stage: Stage) -> None:
    process = await on_stage.process()
    run = await process.run(workflow("a>b"))
    event = on_stage.server.events[0]
    assert event["id"] == run.summary.id
    on_stage.server.send(dict(event))
    assert len(on_stage.server.runs) == 1


async def test_a_run_that_inngest_took_before_it_knew_our_function_is_sent_again(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicegraph.engines.inngest.sender.AGAIN_SECONDS", 0.2)
    process = await on_stage.process(sync=False)
    run_id = await process.start(workflow("a>b"))
    await until(lambda: len(on_stage.server.events) > 1)
    assert not on_stage.server.runs
    summary = await process.pipeline.queries.summary(run_id)
    assert (summary.status, summary.unsent) == ("pending", False)

    await on_stage.server.sync(f"{process.url}/api/inngest")
    run = await process.end_of(run_id)
    assert run.summary.status == "completed"
    assert process.probe.starts == {"a": 1, "b": 1}
    assert ["sent again" in event.message for event in run.events if event.kind == "log"] == [True]


async def test_what_has_begun_is_not_sent_again(on_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a run that is over nor one that waits in its workflow's line."""
    monkeypatch.setattr("voicegraph.engines.inngest.sender.AGAIN_SECONDS", 0.2)
    process = await on_stage.process()
    graph = workflow("a>b", nodes=[node("a", "gate")])
    graph.concurrency = 1
    first = await process.start(graph)
    await process.reaches(first, "running")
    second = await process.start(graph)
    outbox = process.engine._sender._outbox
    async with asyncio.timeout(20):
        while await outbox.next_due() is not None:  # noqa: ASYNC110 - an empty outbox tells nobody
            await asyncio.sleep(0.02)
    assert (await process.pipeline.queries.summary(second)).status == "pending"
    assert Counter(event["id"] for event in on_stage.server.events) == {first: 1, second: 1}
    for run_id in (first, second):
        assert await process.pipeline.cancel(run_id)


async def test_a_run_that_is_cancelled_before_it_was_sent_never_starts(on_stage: Stage) -> None:
    process = await on_stage.process()
    on_stage.server.down = True
    run_id = await process.start(workflow("a>b", nodes=[node("a")]))
    assert await process.pipeline.cancel(run_id)
    on_stage.server.down = False
    await until(lambda: any(event["name"] == "workflow/execute.cancelled" for event in on_stage.server.events))
    assert (await process.end_of(run_id)).summary.status == "cancelled"
    assert not process.probe.starts


async def test_what_a_dead_process_left_in_the_outbox_is_sent_by_the_next(on_stage: Stage) -> None:
    on_stage.server.down = True
    dying = await on_stage.process(sync=False)
    run_id = await dying.start(workflow("a>b"))
    await dying.engine.close()
    on_stage.server.down = False
    process = await on_stage.process()
    assert (await process.end_of(run_id)).summary.status == "completed"


async def test_the_same_idempotency_key_is_one_run(on_stage: Stage) -> None:
    process = await on_stage.process()
    one, two = await asyncio.gather(*(process.start(workflow("a>b"), idempotency_key="k") for _ in range(2)))
    assert one == two
    await process.end_of(one)
    assert process.probe.starts == {"a": 1, "b": 1}


async def test_a_process_that_stops_in_the_middle_of_sending_leaves_the_message_to_the_next(on_stage: Stage) -> None:
    stopping = await on_stage.process(sync=False)
    asked, answered = asyncio.Event(), asyncio.Event()

    async def never(*_: object) -> list[str]:
        asked.set()
        await answered.wait()
        return []

    stopping.engine._sender._client.send = never  # pyright: ignore[reportAttributeAccessIssue] - a server that hangs
    run_id = await stopping.start(workflow("a>b"))
    await asked.wait()
    await stopping.engine.close()
    process = await on_stage.process()
    assert (await process.end_of(run_id)).summary.status == "completed"
