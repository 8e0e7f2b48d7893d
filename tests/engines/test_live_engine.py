"""What only live runs do: see `contracts/engine` for the rest."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from support.graphs import node, workflow
from support.history import new_run
from support.hosts import LiveHost
from support.stores import LateStore

from voicegraph.db.presence import Presence
from voicegraph.engines import live_engine as module
from voicegraph.errors import Conflict, NotFound, Overloaded, StorageError
from voicegraph.graph.model import RunId
from voicegraph.run.events import Entry
from voicegraph.run.ports import Engine
from voicegraph.store.processes.shared_database import OtherProcesses

HELD = workflow("a>b", nodes=[node("a", "gate")])


async def test_it_is_an_engine(live: LiveHost):
    engine: Engine = live.engine
    assert engine.name == "live"


async def test_what_a_killed_process_left_is_closed_at_the_next_start(live: LiveHost):
    nodes = [node("a", "gate"), node("w", "later", seconds=3600)]
    run_id = await live.start(workflow("a>b", nodes=nodes))
    await live.until(run_id, "waiting", "w")
    await live.probe.gates["a"].enter()
    await live.kill()
    await live.open()
    told = await live.told(run_id)
    assert told.status == "failed"
    assert told.heard[-1].message.startswith("VoiceGraph was stopped or crashed while this run went on live.")
    assert told.statuses == {"a": "cancelled", "w": "cancelled"}
    assert told.detail.summary.started_at is not None


async def test_a_run_that_cannot_be_read_does_not_keep_the_server_from_starting(live: LiveHost):
    broken, other = await live.start(HELD), await live.start(HELD)
    await live.probe.gates["a"].enter()
    await live.kill()
    await live.open()
    for run_id in (broken, other):
        assert (await live.told(run_id)).status == "failed"

    broken = await live.start(HELD)
    await live.history.journal.execute(
        lambda c: (
            c.execute(text("UPDATE run_payloads SET workflow = '{\"nodes\": 7}' WHERE run_id = :id"), {"id": broken})
            and None
        )
    )
    await live.kill()
    await live.open()
    assert (await live.history.queries.summary(broken)).status == "failed"


async def test_closing_lets_runs_finish_and_marks_the_rest(live: LiveHost):
    quick = await live.start(workflow(nodes=[node("quick", "sleep", seconds=0.05)]))
    slow = await live.start(HELD)
    await live.probe.gates["a"].enter()
    await live.close()
    await live.open()
    assert (await live.told(quick)).status == "completed"
    told = await live.told(slow)
    assert told.status == "failed"
    assert told.detail.summary.error
    assert told.detail.summary.error["code"] == "interrupted"
    assert told.statuses == {"a": "cancelled"}


async def test_too_many_live_runs_are_refused(live: LiveHost, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MAX_LIVE_RUNS", 2)
    for _ in range(2):
        await live.start(HELD)
    with pytest.raises(Overloaded, match="in the background"):
        await live.start(HELD)
    assert live.history.rows("SELECT count(*) FROM runs") == [(2,)]
    live.probe.gates["a"].opened.set()


async def test_a_run_that_is_not_recorded_is_not_started(live: LiveHost):
    run = new_run(HELD, "live")
    await live.accept(run)
    live.probe.gates["a"].opened.set()
    assert (await live.told(run.run_id)).status == "completed"
    again = new_run(HELD, "live")
    again.run_id = run.run_id
    with pytest.raises(Conflict, match="exists already"):
        await live.accept(again)
    assert not live.holds(run.run_id)
    assert live.probe.starts["a"] == 1


async def test_nobody_is_in_memory_when_all_is_over(live: LiveHost):
    told = [await live.run(workflow("a>b")), await live.run(workflow(nodes=[node("x", "fail")]))]
    await asyncio.sleep(0)
    assert not any(live.holds(one.detail.summary.id) for one in told)
    with pytest.raises(NotFound):
        await live.cancel(RunId("run_nobody"))


async def test_closing_ends_though_the_disk_refuses(live: LiveHost, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voicegraph.run.driver.LAST_WRITE", 0.02)
    run_id = await live.start(HELD)
    await live.probe.gates["a"].enter()
    store = LateStore(live.history.store)
    store.errors.append(StorageError("The disk is gone."))
    live.engine._store = store  # pyright: ignore[reportAttributeAccessIssue]
    async with asyncio.timeout(5):
        await live.close()
    await live.open()
    assert (await live.told(run_id)).status == "failed"


async def test_a_server_that_stops_takes_no_more_live_runs(live: LiveHost):
    held = await live.start(HELD)
    await live.probe.gates["a"].enter()
    closing = asyncio.create_task(live.engine.close())
    await asyncio.sleep(0)
    with pytest.raises(StorageError, match="stopping"):
        await live.start(workflow("a>b"))
    live.probe.gates["a"].opened.set()
    await closing
    assert (await live.told(held)).statuses["a"] == "completed"


async def test_runs_of_a_command_line_that_died_are_closed_while_the_server_runs(
    live: LiveHost, monkeypatch: pytest.MonkeyPatch
):
    """Its lock file is left behind, and nobody holds it."""
    monkeypatch.setattr(module, "SWEEP_SECONDS", 0.02)
    monkeypatch.setattr("voicegraph.db.presence.YOUNG_SECONDS", -1.0)
    await live.engine.close()
    presence = Presence(live.settings.data_dir)
    live.engine = module.LiveEngine(
        live.engine._runner, live.history.journal, live.history.store, 1, OtherProcesses(presence, None)
    )
    await live.engine.open()
    alive, dead = new_run(HELD, "live"), new_run(HELD, "live")
    presence.mark(alive.run_id)
    for run in (alive, dead):
        await live.history.journal.record(Entry(run.run_id, create=run))
    with pytest.raises(Conflict, match="Ctrl"):
        await live.cancel(alive.run_id)
    (live.settings.data_dir / "live" / f"{dead.run_id}.lock").touch()
    assert (await live.told(dead.run_id)).status == "failed"
    assert (await live.history.queries.summary(alive.run_id)).status == "pending"
    presence.unmark(alive.run_id)
    assert await live.cancel(alive.run_id), "now that nobody runs it, it can be cancelled on disk"
    assert (await live.told(alive.run_id)).status == "cancelled"


async def test_a_run_whose_asker_goes_away_while_it_starts_is_run_all_the_same(live: LiveHost):
    """On disk without anybody who runs it, it would stay open."""
    run = new_run(HELD, "live")
    asking = asyncio.create_task(live.engine.start(run))
    while not live.holds(run.run_id):  # noqa: ASYNC110 - a turn of the loop
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    await live.probe.gates["a"].enter()
    live.probe.gates["a"].opened.set()
    assert (await live.told(run.run_id)).status == "completed"


async def beside(live: LiveHost) -> OtherProcesses:
    """Make it the engine of a command line; what others see of its runs."""
    await live.engine.close()
    others = OtherProcesses(Presence(live.settings.data_dir), None, marks=True)
    live.engine = module.LiveEngine(live.engine._runner, live.history.journal, live.history.store, 1, others)
    return others


async def test_a_run_of_a_command_line_is_marked_before_it_is_on_disk_and_until_it_is_over(
    live: LiveHost, monkeypatch: pytest.MonkeyPatch
):
    others = await beside(live)
    marked: list[bool] = []
    record = live.history.journal.record

    def recorded(entry: Entry, **asked: bool) -> asyncio.Future[None]:
        marked.append(others.has(entry.run_id))
        return record(entry, **asked)

    monkeypatch.setattr(live.history.journal, "record", recorded)
    run_id = (await live.run(workflow("a>b"))).detail.summary.id
    assert marked
    assert all(marked)
    while live.holds(run_id):  # noqa: ASYNC110 - a turn of the loop
        await asyncio.sleep(0)
    assert not others.has(run_id)


async def test_a_run_that_cannot_be_marked_is_not_started(live: LiveHost):
    await beside(live)
    (live.settings.data_dir / "live").write_text("no folder")
    with pytest.raises(StorageError, match=r"The run cannot be started: .* cannot be written"):
        await live.start(HELD)
    assert live.history.rows("SELECT count(*) FROM runs") == [(0,)]
