"""What only durable runs do: see `contracts/engine` for the rest."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import text
from support.graphs import node, workflow
from support.history import new_run
from support.hosts import EmbeddedHost, hosted
from support.postgres import Postgres
from support.stores import late

from voicegraph.api.schemas.runs import NodeResult
from voicegraph.db.connect import connect
from voicegraph.db.lock import OwnerLock
from voicegraph.errors import ConfigError, Conflict, NotFound, Overloaded, StorageError
from voicegraph.graph.model import RunId
from voicegraph.run.crash_blame import MAX_DEATHS, SUSPECT_DEATHS
from voicegraph.run.driver import RunDriver
from voicegraph.run.events import NewRun
from voicegraph.run.ports import Engine
from voicegraph.settings import Settings

HELD = workflow("a>b", nodes=[node("a", "gate")])


async def test_it_is_an_engine(embedded: EmbeddedHost):
    engine: Engine = embedded.engine
    assert engine.name == "embedded"


# -- room


async def test_many_more_runs_than_fit_finish_and_the_limit_holds(
    embedded: EmbeddedHost, monkeypatch: pytest.MonkeyPatch
):
    sizes: list[int] = []
    hold = embedded.engine._hold

    def counting(run: NewRun) -> RunDriver:
        driver = hold(run)
        sizes.append(len(embedded.engine._drivers))
        return driver

    monkeypatch.setattr(embedded.engine, "_hold", counting)
    graph = workflow("a>b")
    runs = await asyncio.gather(*(embedded.start(graph) for _ in range(300)))
    for run_id in runs:
        assert (await embedded.told(run_id)).status == "completed"
    assert max(sizes) == 10
    assert embedded.probe.starts == {"a": 300, "b": 300}


async def test_more_than_may_wait_is_refused(sqlite_settings: Settings):
    async with hosted("embedded", sqlite_settings, max_concurrent_runs=1, max_queued_runs=1) as host:
        first = await host.start(HELD)
        second = await host.start(HELD)
        with pytest.raises(Overloaded) as caught:
            await host.start(HELD)
        assert caught.value.retry_after > 0
        assert host.history.rows("SELECT count(*) FROM runs") == [(2,)]
        host.probe.gates["a"].opened.set()
        for run_id in (first, second):
            assert (await host.told(run_id)).status == "completed"


async def test_queued_runs_outlive_the_process_in_order(sqlite_settings: Settings):
    async with hosted("embedded", sqlite_settings, max_concurrent_runs=1) as host:
        held = await host.start(HELD)
        await host.probe.gates["a"].enter()
        queued = {await host.start(workflow(nodes=[node(name)])): name for name in ("n0", "n1", "n2", "n3", "n4")}
        await host.kill()
        host.probe.gates["a"].opened.set()
        await host.open()
        for run_id in (held, *queued):
            assert (await host.told(run_id)).status == "completed"
        in_time = [queued[run_id] for run_id in sorted(queued)]
        assert host.probe.order == ["a", "a", "b", *in_time]


async def test_a_run_that_is_not_accepted_takes_no_room(embedded: EmbeddedHost):
    await embedded.accept(new_run(workflow("a>b"), idempotency_key="once"))
    for _ in range(30):
        with pytest.raises(Conflict):
            await embedded.accept(new_run(workflow("a>b"), idempotency_key="once"))
    assert not embedded.engine._drivers or len(embedded.engine._drivers) == 1
    assert (await embedded.run(workflow("a>b"))).status == "completed"


async def test_a_run_is_accepted_while_the_server_stops_and_started_by_the_next(embedded: EmbeddedHost):
    embedded.engine._closing = True
    run_id = await embedded.start(workflow("a>b"))
    assert embedded.probe.order == []
    await embedded.kill()
    await embedded.open()
    assert (await embedded.told(run_id)).status == "completed"


async def test_a_queued_run_that_was_removed_meanwhile_is_passed_over(embedded: EmbeddedHost):
    embedded.engine.accepted(RunId("run_nobody"))
    assert (await embedded.run(workflow("a>b"))).status == "completed"
    assert not embedded.engine._loading


# -- one owner


async def test_a_second_engine_on_the_same_database_refuses(settings: Settings):
    async with hosted("embedded", settings):
        with pytest.raises(ConfigError, match="Another VoiceGraph command or server"):
            async with hosted("embedded", settings):
                raise AssertionError("it opened")


# -- timers


async def test_a_nearer_timer_is_not_overslept(embedded: EmbeddedHost, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voicegraph.run.driver.PARK_AFTER", 0.05)
    far = await embedded.start(workflow(nodes=[node("far", "later", seconds=3600)]))
    await embedded.until(far, "waiting", "far")
    near = await embedded.start(workflow(nodes=[node("near", "later", seconds=0.3)]))
    assert (await embedded.told(near)).status == "completed"
    assert (await embedded.history.queries.summary(far)).status == "waiting"


async def test_parked_runs_come_back_each_at_its_time(embedded: EmbeddedHost, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voicegraph.run.driver.PARK_AFTER", 0.01)
    runs = [
        await embedded.start(workflow(f"w{number}>n{number}", nodes=[node(f"w{number}", "later", seconds=wait)]))
        for number, wait in enumerate((0.6, 0.2, 0.4))
    ]
    for run_id in runs:
        assert (await embedded.told(run_id)).status == "completed"
    assert [one for one in embedded.probe.order if one.startswith("n")] == ["n1", "n2", "n0"]


async def test_timers_survive_a_database_that_does_not_answer(embedded: EmbeddedHost, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voicegraph.run.driver.PARK_AFTER", 0.01)
    store = late(embedded)
    asked = asyncio.Event()

    async def refuse(*_: object) -> None:
        asked.set()
        monkeypatch.undo()
        raise StorageError("The database did not answer.")

    monkeypatch.setattr(store, "take_due", refuse, raising=False)
    run_id = await embedded.start(workflow(nodes=[node("a", "later", seconds=0.2)]))
    await embedded.until(run_id, "waiting", "a")
    async with asyncio.timeout(10):
        await asked.wait()
    assert (await embedded.told(run_id)).status == "completed"


# -- runs that cannot be taken up


async def test_a_run_is_taken_up_later_when_the_database_does_not_answer(
    embedded: EmbeddedHost, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("voicegraph.engines.embedded_engine.READ_AGAIN", 0.02)
    run = new_run(workflow("a>b"))
    embedded.engine._closing = True
    await embedded.accept(run)
    embedded.engine._closing = False
    late(embedded).errors += [StorageError("The database did not answer.")] * 3
    embedded.engine._fill()
    assert (await embedded.told(run.run_id)).status == "completed"


async def test_a_run_that_cannot_be_read_is_closed_with_a_reason(embedded: EmbeddedHost):
    """Say, one of an older version: it must neither hang for ever nor hold up the others."""
    run_id = await embedded.start(HELD)
    await embedded.probe.gates["a"].enter()
    await embedded.history.journal.execute(
        lambda c: c.execute(text("UPDATE run_payloads SET workflow = '{\"nodes\": 7}'")) and None
    )
    await embedded.kill()
    await embedded.open()
    async with asyncio.timeout(10):
        while not (summary := await embedded.history.queries.summary(run_id)).error:
            await embedded.history.journal.execute(lambda _: None)
    assert summary.status == "failed"
    assert summary.error["code"] == "unreadable"
    assert (await embedded.run(workflow("x>y"))).status == "completed"


async def test_a_run_that_takes_the_server_down_spares_those_beside_it(
    embedded: EmbeddedHost, monkeypatch: pytest.MonkeyPatch
):
    """After some starts it is quarantined; who was only in flight at the same time finishes."""
    monkeypatch.setattr("voicegraph.engines.embedded_engine.CALM_SECONDS", 0)
    runs = {name: await embedded.start(workflow(nodes=[node(name, "gate")])) for name in ("p", "q")}
    for _ in range(SUSPECT_DEATHS):
        for name in runs:
            await embedded.probe.gates[name].enter()
        await embedded.kill()
        await embedded.open()
    embedded.probe.gates["q"].opened.set()
    for _ in range(MAX_DEATHS - SUSPECT_DEATHS):
        await embedded.probe.gates["p"].enter()
        await embedded.kill()
        await embedded.open()
    assert (await embedded.told(runs["q"])).status == "completed"
    told = await embedded.told(runs["p"])
    assert told.detail.summary.error
    assert told.detail.summary.error["code"] == "quarantined"
    assert embedded.probe.starts["p"] == MAX_DEATHS


async def test_a_suspect_is_shown_to_wait_until_the_server_has_run_for_a_while(embedded: EmbeddedHost):
    run_id = await embedded.start(HELD)
    for _ in range(SUSPECT_DEATHS):
        await embedded.probe.gates["a"].enter()
        await embedded.kill()
        await embedded.open()
    await embedded.until(run_id, "waiting", "a")
    detail = await embedded.history.queries.detail(run_id)
    shown = NodeResult.of(detail.nodes[0])
    assert (shown.status, shown.waits and shown.waits.kind) == ("waiting", "turn")
    assert detail.summary.status == "running"
    assert embedded.probe.starts["a"] == SUSPECT_DEATHS
    assert await embedded.cancel(run_id)
    assert NodeResult.of((await embedded.history.queries.detail(run_id)).nodes[0]).status == "cancelled"


async def test_restarts_that_were_planned_are_no_nodes_fault(sqlite_settings: Settings):
    """However often they come, and even where the process is killed before it has stopped in good order."""
    async with hosted("embedded", sqlite_settings, drain_seconds=0.0) as host:
        embedded = cast("EmbeddedHost", host)
        run_id = await embedded.start(HELD)
        for turn in range(MAX_DEATHS + 5):
            await embedded.probe.gates["a"].enter()
            if turn % 2:
                embedded.engine._lives.stopping()
            else:
                await embedded.engine.close()
            await embedded.kill()
            await embedded.open()
        assert embedded.history.rows("SELECT deaths FROM node_runs WHERE node_id = 'a'") == [(0,)]
        embedded.probe.gates["a"].opened.set()
        assert (await embedded.told(run_id)).status == "completed"


# -- cancel always wins


async def test_cancel_wins_over_a_timer_that_rings_at_the_same_time(
    embedded: EmbeddedHost, monkeypatch: pytest.MonkeyPatch
):
    """The run is taken up between cancel's look at the disk and its word."""
    monkeypatch.setattr("voicegraph.run.driver.PARK_AFTER", 0.01)
    graph = workflow("w>a", "a>b", nodes=[node("w", "later", seconds=0.3), node("a", "gate")])
    run_id = await embedded.start(graph)
    await embedded.parked(run_id, "w")
    store = late(embedded)
    hold = store.hold_next()
    cancelling = asyncio.create_task(embedded.cancel(run_id))
    await store.held.wait()
    await embedded.probe.gates["a"].enter()
    hold.set()
    assert await cancelling
    told = await embedded.told(run_id)
    assert told.status == "cancelled"
    assert told.kinds(None).count("cancelled") == 1
    await embedded.probe.gates["a"].left.wait()
    assert embedded.probe.order == ["w", "a"]


async def test_cancel_wins_over_a_run_that_is_just_being_read(embedded: EmbeddedHost):
    """What was read before the cancel is old: the run must not be taken up from it."""
    run = new_run(HELD)
    embedded.engine._closing = True
    await embedded.accept(run)
    embedded.engine._closing = False
    store = late(embedded)
    hold = store.hold_next()
    embedded.engine._fill()
    await store.held.wait()
    assert await embedded.cancel(run.run_id)
    assert (await embedded.history.queries.summary(run.run_id)).status == "cancelled", "true means it is on disk"
    hold.set()
    assert (await embedded.run(workflow("x>y"))).status == "completed"
    assert embedded.probe.order == ["x", "y"]
    assert (await embedded.told(run.run_id)).kinds(None) == ["cancelled"]


async def test_of_many_cancels_one_did_it(embedded: EmbeddedHost):
    parked = await embedded.start(workflow(nodes=[node("w", "later", seconds=3600)]))
    await embedded.parked(parked, "w")
    running = await embedded.start(HELD)
    await embedded.probe.gates["a"].enter()
    for run_id in (parked, running):
        results = await asyncio.gather(*(embedded.cancel(run_id) for _ in range(5)))
        assert sorted(results) == [False] * 4 + [True]
        assert (await embedded.told(run_id)).kinds(None).count("cancelled") == 1


async def test_a_run_nobody_knows_cannot_be_cancelled(embedded: EmbeddedHost):
    with pytest.raises(NotFound):
        await embedded.cancel(RunId("run_nobody"))


# -- the end


async def test_closing_hands_over_what_is_not_done(embedded: EmbeddedHost):
    run_id = await embedded.start(HELD)
    await embedded.probe.gates["a"].enter()
    await embedded.close()
    await embedded.open()
    await embedded.probe.gates["a"].enter()
    embedded.probe.gates["a"].opened.set()
    told = await embedded.told(run_id)
    assert told.status == "completed"
    assert embedded.probe.order == ["a", "a", "b"]
    (note,) = [event for event in told.heard if event.data and event.data.get("uncertain")]
    assert note.node_id == "a"


async def test_closing_while_a_run_is_being_read_leaves_it_to_the_next(embedded: EmbeddedHost):
    run = new_run(workflow("a>b"))
    embedded.engine._closing = True
    await embedded.accept(run)
    embedded.engine._closing = False
    store = late(embedded)
    hold = store.hold_next()
    embedded.engine._fill()
    await store.held.wait()
    closing = asyncio.create_task(embedded.close())
    await asyncio.sleep(0)
    hold.set()
    await closing
    assert embedded.probe.order == []
    await embedded.open()
    assert (await embedded.told(run.run_id)).status == "completed"


# -- the lock


async def test_a_process_that_lost_the_database_touches_its_runs_no_more(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
):
    """PostgreSQL restarts, another process is faster to take the lock, and takes the runs up."""
    monkeypatch.setattr("voicegraph.engines.embedded_engine.OWNER_SECONDS", 0.3)
    settings = Settings(_env_file=None, data_dir=tmp_path, database_url=postgres.fresh())
    lost = asyncio.Event()
    async with hosted("embedded", settings) as host:
        assert isinstance(host, EmbeddedHost)
        host.engine._on_lost = lost.set
        run_id = await host.start(HELD)
        gate = host.probe.gates["a"]
        await gate.enter()
        postgres.disconnect_everybody(str(settings.database_url))
        second = connect(settings)
        other = OwnerLock(second, settings.data_dir)
        other.acquire()
        async with asyncio.timeout(20):
            await lost.wait()
            await gate.left.wait()
        assert not host.holds(run_id)
        assert (await host.history.queries.detail(run_id)).nodes[0].status == "running", "as the other one found it"
        await host.start(workflow("a>b"))
        assert host.probe.order == ["a"], "it starts nothing any more"
        other.release()
        second.dispose()
