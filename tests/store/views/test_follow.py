"""Watch a run from any point: nothing twice, nothing missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from support.history import History, new_run, open_history

from voicegraph.errors import NotFound
from voicegraph.graph.model import NodeId, RunId
from voicegraph.nodes.output import Metrics, Output
from voicegraph.run.events import Entry, NodeRun, RunChange, RunEvent
from voicegraph.run.state import NodeStatus, RunStatus
from voicegraph.settings import Settings
from voicegraph.store.core.event_feed import CAPACITY
from voicegraph.store.views.follow import PAGE, follow
from voicegraph.store.views.queries import RunQueries


def said(run_id: RunId, *messages: object) -> Entry:
    return Entry(run_id, events=[RunEvent("log", 1.0, str(message)) for message in messages])


def ending(run_id: RunId) -> Entry:
    change = RunChange(RunStatus.COMPLETED, 1.0, 9.0)
    return Entry(run_id, events=[RunEvent("complete", 9.0, "Run completed")], change=change)


async def begin(history: History, events: int = 0) -> RunId:
    run = new_run()
    await history.journal.record(Entry(run.run_id, create=run))
    if events:
        await history.journal.record(said(run.run_id, *range(1, events + 1)))
    return run.run_id


async def collect(events: AsyncIterator[RunEvent], most: int = 1_000_000) -> list[RunEvent]:
    found: list[RunEvent] = []
    async with asyncio.timeout(20):
        async for event in events:
            found.append(event)
            if len(found) == most:
                break
    return found


async def test_a_run_that_is_over_is_told_from_any_point(history: History):
    run_id = await begin(history, events=9)
    await history.journal.record(ending(run_id))
    for after in range(12):
        events = await collect(follow(history.queries, history.feed, run_id, after))
        assert [event.seq for event in events] == [*range(after + 1, 11)]


async def test_a_reader_that_comes_back_at_every_event_misses_nothing_and_sees_nothing_twice(history: History):
    run_id = await begin(history, events=3)

    async def talk() -> None:
        for number in range(4, 40):
            await history.journal.record(said(run_id, number))
        await history.journal.record(ending(run_id))

    talking = asyncio.create_task(talk())
    seen: list[int] = []
    while len(seen) < 40:
        after = seen[-1] if seen else 0
        seen += [event.seq for event in await collect(follow(history.queries, history.feed, run_id, after), most=1)]
    await talking
    assert seen == [*range(1, 41)]
    assert await collect(follow(history.queries, history.feed, run_id, 40)) == []


async def test_many_readers_from_many_points_while_the_run_goes_on(history: History):
    run_id = await begin(history, events=5)
    readers = [asyncio.create_task(collect(follow(history.queries, history.feed, run_id, after))) for after in range(6)]
    for number in range(6, 60):
        await history.journal.record(said(run_id, number))
        if number % 10 == 0:
            readers.append(asyncio.create_task(collect(follow(history.queries, history.feed, run_id))))
    await history.journal.record(ending(run_id))
    for index, reader in enumerate(readers):
        first = index + 1 if index < 6 else 1
        assert [event.seq for event in await reader] == [*range(first, 61)]


async def test_more_than_a_page_is_read_in_pages(history: History):
    run_id = await begin(history, events=PAGE * 2 + 1)
    await history.journal.record(ending(run_id))
    events = await collect(follow(history.queries, history.feed, run_id))
    assert [event.seq for event in events] == [*range(1, PAGE * 2 + 3)]


async def test_a_reader_goes_on_across_a_restart(settings: Settings):
    async with open_history(settings) as history:
        run_id = await begin(history, events=4)
        watching = asyncio.create_task(collect(follow(history.queries, history.feed, run_id)))
        await history.journal.record(said(run_id, 5))
        history.feed.close()
        seen = [event.seq for event in await watching]
        assert seen == [1, 2, 3, 4, 5]
    async with open_history(settings) as history:
        watching = asyncio.create_task(collect(follow(history.queries, history.feed, run_id, seen[-1])))
        await history.journal.record(said(run_id, 6))
        await history.journal.record(ending(run_id))
        assert [event.seq for event in await watching] == [6, 7]


class Watching(RunQueries):
    """Says when there is nothing more on disk, so that the next event can only come from the feed."""

    def __init__(self, history: History) -> None:
        super().__init__(history.reader)
        self.read_all = asyncio.Event()

    async def events(self, run_id: RunId, after: int = 0, limit: int = 500, *, whole: bool = False) -> list[RunEvent]:
        page = await super().events(run_id, after, limit, whole=whole)
        if not page:
            self.read_all.set()
        return page


async def test_a_reader_that_falls_behind_is_let_go_and_can_come_back(history: History):
    run_id = await begin(history)
    queries = Watching(history)
    reading = follow(queries, history.feed, run_id)
    waiting = asyncio.ensure_future(anext(reading))
    await queries.read_all.wait()
    await history.journal.record(said(run_id, 1))
    seen = [(await waiting).seq]
    await history.journal.record(said(run_id, *range(2, CAPACITY + 10)))
    await history.journal.record(ending(run_id))
    seen += [event.seq for event in await collect(reading)]
    assert seen == [*range(1, CAPACITY + 2)], "it was let go, but what it got has no gap"
    rest = [event.seq for event in await collect(follow(history.queries, history.feed, run_id, seen[-1]))]
    assert rest == [*range(seen[-1] + 1, CAPACITY + 11)]


async def test_what_is_told_live_is_what_is_told_from_disk(history: History):
    run_id = await begin(history)
    watching = asyncio.create_task(collect(follow(history.queries, history.feed, run_id)))
    await history.queries.summary(run_id)
    node = NodeId("a")
    output = Output(
        text="T", data={"k": [1, None]}, meta={"m": True}, metrics=Metrics(model="m", cost=0.5), branch=False
    )
    error = {"code": "broken", "message": "It broke.", "retryable": False}
    lenient = Output(text="It broke.", data={"error": error}, meta={"failed": True})
    entries = [
        Entry(run_id, events=[RunEvent("start", 1.0, "Run started", data={"runId": run_id})]),
        Entry(
            run_id,
            nodes=[NodeRun(node, NodeStatus.COMPLETED, output=output)],
            events=[RunEvent("success", 2.0, "Finished", node, 2, output)],
        ),
        Entry(
            run_id,
            nodes=[NodeRun(NodeId("b"), NodeStatus.FAILED, error=error, output=lenient)],
            events=[RunEvent("error", 3.0, "It broke.", NodeId("b"), 1, lenient, error)],
        ),
        Entry(
            run_id,
            nodes=[NodeRun(NodeId("c"), NodeStatus.RETRYING, error=error)],
            events=[RunEvent("retry", 4.0, "It broke.", NodeId("c"), 1, error=error, data={"dueAt": "soon"})],
        ),
        ending(run_id),
    ]
    for entry in entries:
        await history.journal.record(entry)
    live = [event.to_wire() for event in await watching]
    stored = [event.to_wire() for event in await collect(follow(history.queries, history.feed, run_id))]
    assert live == stored
    assert len(stored) == 5


async def test_an_unknown_run_is_not_found(history: History):
    with pytest.raises(NotFound):
        await collect(follow(history.queries, history.feed, RunId("run_nobody")))
    assert not history.feed._runs
