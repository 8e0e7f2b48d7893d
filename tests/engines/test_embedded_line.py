"""A run that waits is in the line, in memory or on its timer: it is lost between none of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import cast

import pytest
from sqlalchemy import text
from support.graphs import node, workflow
from support.history import new_run
from support.hosts import EmbeddedHost, hosted
from support.stores import late

from voicegraph.errors import Conflict, StorageError
from voicegraph.graph.model import Node, NodeId, RunId
from voicegraph.run.events import Entry, NewRun
from voicegraph.settings import Settings

HELD = workflow("a>b", nodes=[node("a", "gate")])


class HeldSink:
    """The history, but an entry that makes a run waits."""

    def __init__(self, host: EmbeddedHost) -> None:
        self._journal = host.history.journal
        self.release = asyncio.Event()

    def record(self, entry: Entry, **asked: bool) -> Awaitable[None]:
        return self._late(entry) if entry.create else self._journal.record(entry, **asked)

    async def _late(self, entry: Entry) -> None:
        await self.release.wait()
        await self._journal.record(entry)


async def test_a_run_that_is_just_being_read_is_not_started_again_nor_lost(embedded: EmbeddedHost):
    run = new_run(workflow("a>b"))
    embedded.engine._closing = True
    await embedded.accept(run)
    embedded.engine._closing = False
    store, sink = late(embedded), HeldSink(embedded)
    embedded.engine._sink = sink  # pyright: ignore[reportAttributeAccessIssue]
    hold = store.hold_next()
    with pytest.raises(Conflict):
        await asyncio.wait_for(embedded.accept(run), 20)  # it stands in the line
    embedded.engine._fill()
    await store.held.wait()
    again = asyncio.create_task(embedded.accept(run))
    await asyncio.sleep(0)
    hold.set()
    assert (await embedded.told(run.run_id)).status == "completed"
    sink.release.set()
    with pytest.raises(Conflict):
        await again


async def test_a_turn_that_comes_while_a_run_is_started_a_second_time_is_not_lost(
    embedded: EmbeddedHost, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("voicegraph.run.driver.PARK_AFTER", 0.01)
    run = new_run(workflow("w>b", nodes=[node("w", "later", seconds=0.3)]))
    await embedded.accept(run)
    await embedded.parked(run.run_id, "w")
    store, sink = late(embedded), HeldSink(embedded)
    embedded.engine._sink = sink  # pyright: ignore[reportAttributeAccessIssue]
    again = asyncio.create_task(embedded.accept(run))
    hold = store.hold_next()
    await store.held.wait()
    hold.set()
    async with asyncio.timeout(20):
        while embedded.engine._loading:  # noqa: ASYNC110 - a few turns of the loop
            await asyncio.sleep(0)
    sink.release.set()
    with pytest.raises(Conflict):
        await again
    assert (await embedded.told(run.run_id)).status == "completed"


async def test_a_parked_run_that_is_started_a_second_time_keeps_its_place_in_its_group(embedded: EmbeddedHost):
    graph = workflow(nodes=[node("w", "later", seconds=3600)]).model_copy(update={"concurrency": 2})
    run = new_run(graph)
    await embedded.accept(run)
    await embedded.parked(run.run_id, "w")
    with pytest.raises(Conflict):
        await embedded.accept(run)
    second, third = await embedded.start(graph), await embedded.start(graph)
    await embedded.parked(second, "w")
    assert (await embedded.history.queries.summary(third)).started_at is None


async def test_a_look_that_comes_while_the_run_of_a_step_is_made_makes_no_second(
    embedded: EmbeddedHost, monkeypatch: pytest.MonkeyPatch
):
    await embedded.history.workflows.save(workflow(nodes=[node("inner")]).model_copy(update={"name": "Child"}))
    begun, start, go_on = list[RunId](), embedded.engine.start, asyncio.Event()

    async def starting(run: NewRun) -> None:
        begun.append(run.run_id)
        if run.parent_run_id:
            await go_on.wait()
        await start(run)

    monkeypatch.setattr(embedded.engine, "start", starting)
    step = Node(id=NodeId("step"), type="workflow", action="run", params={"workflow": "Child"})
    run_id = await embedded.start(workflow(nodes=[step]))
    await embedded.until(run_id, "waiting", "step")
    async with asyncio.timeout(20):
        while len(begun) < 2:  # noqa: ASYNC110 - as soon as the child is to be made
            await asyncio.sleep(0.01)
        await embedded.children._look()
        while len(embedded.children._tasks) > 1 and len(begun) < 3:  # noqa: ASYNC110 - the second has ended
            await asyncio.sleep(0)
    assert len(begun) == 2
    go_on.set()
    assert (await embedded.told(run_id)).status == "completed"


async def test_a_timer_that_came_is_not_lost_where_the_database_does_not_answer_then(
    embedded: EmbeddedHost, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("voicegraph.run.driver.PARK_AFTER", 0.01)
    monkeypatch.setattr("voicegraph.engines.embedded_engine.READ_AGAIN", 0.02)
    store, tickets, asked = late(embedded), embedded.history.store.tickets, list[object]()

    async def refuse(run_ids: list[RunId]) -> object:
        asked.extend(run_ids)
        if 0 < len(asked) < 3:
            raise StorageError("The database did not answer.")
        return await tickets(run_ids)

    monkeypatch.setattr(store, "tickets", refuse, raising=False)
    run_id = await embedded.start(workflow(nodes=[node("a", "later", seconds=0.1)]))
    assert (await embedded.told(run_id)).status == "completed"
    assert asked == [run_id] * 3


async def test_a_run_whose_question_lost_its_id_can_be_cancelled_and_the_others_go_on(embedded: EmbeddedHost):
    await embedded.history.workflows.save(workflow(nodes=[node("inner", "gate")]).model_copy(update={"name": "Child"}))
    step = Node(id=NodeId("step"), type="workflow", action="run", params={"workflow": "Child"})
    run_id = await embedded.start(workflow(nodes=[step]))
    await embedded.parked(run_id, "step")
    await embedded.probe.gates["inner"].enter()
    damage = text("UPDATE node_runs SET waits = json_remove(waits, '$.runId') WHERE waits IS NOT NULL")
    await embedded.history.journal.execute(lambda c: c.execute(damage) and None)
    async with asyncio.timeout(20):
        assert await embedded.cancel(run_id)
        assert (await embedded.run(workflow("x>y"))).status == "completed"


async def test_a_queued_run_that_cannot_be_cancelled_for_want_of_an_answer_keeps_its_place(
    sqlite_settings: Settings,
):
    async with hosted("embedded", sqlite_settings, max_concurrent_runs=1) as host:
        embedded = cast("EmbeddedHost", host)
        first = await embedded.start(HELD)
        await embedded.probe.gates["a"].enter()
        second = await embedded.start(workflow("x>y"))
        late(embedded).errors.append(StorageError("The database did not answer."))
        with pytest.raises(StorageError):
            await embedded.cancel(second)
        embedded.probe.gates["a"].opened.set()
        assert (await embedded.told(first)).status == "completed"
        assert (await embedded.told(second)).status == "completed"


async def test_an_unreadable_run_that_is_cancelled_gives_back_its_place_in_its_group(embedded: EmbeddedHost):
    graph = workflow(nodes=[node("w", "later", seconds=3600)]).model_copy(update={"concurrency": 1})
    first = await embedded.start(graph)
    await embedded.parked(first, "w")
    damage = text("UPDATE run_payloads SET workflow = '{\"nodes\": 7}'")
    await embedded.history.journal.execute(lambda c: c.execute(damage) and None)
    second = await embedded.start(graph)
    assert await embedded.cancel(first)
    await embedded.until(second, "waiting", "w")
