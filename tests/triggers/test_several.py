"""Several processes on one database fire once; a crash loses and doubles nothing; the loop wakes by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from support.clocks import TurnedClock
from support.postgres import Postgres
from support.schedules import Bench, bench_on, every, moment, resting

from voicegraph.app import running
from voicegraph.clock import iso
from voicegraph.settings import Settings


@pytest.fixture
def shared(postgres: Postgres, tmp_path: Path) -> Iterator[list[Settings]]:
    """Two processes' settings: one PostgreSQL, background runs on an Inngest that nobody answers for."""
    url = postgres.fresh()
    common = {"database_url": url, "inngest_dev": "http://127.0.0.1:9", "engine": "inngest", "drain_seconds": 1}
    yield [Settings(_env_file=None, data_dir=tmp_path / name, **common) for name in ("one", "two")]
    postgres.drop(url)


async def test_two_processes_on_one_database_fire_once(shared: list[Settings], turned: TurnedClock):
    turned.set(moment("2026-11-23T08:00"))
    async with bench_on(shared[0], turned) as one, bench_on(shared[1], turned) as two:
        for number in range(12):
            await one.save(every(f"{number % 3} * * * *", overlap="allow"), name=f"Workflow {number}")
        for hour in ("09:02:30", "10:02:30"):
            await asyncio.gather(one.look(f"2026-11-23T{hour}"), two.look(), one.look(), two.look())
        runs = await one.runs()
        assert len(runs) == 24
        assert {run.engine for run in runs} == {"inngest"}
        slots = {(run.trigger_id, (await one.trigger_data(run.id))["scheduledAt"]) for run in runs}
        assert len(slots) == 24
        reader = one.runtime.pipeline.queries._reader
        messages = await reader.read(lambda connection: connection.execute(text("SELECT run_id FROM outbox")).all())
        assert len(messages) == 24, "each with the one message that starts it"


async def test_queued_times_are_started_by_one_of_two(shared: list[Settings], turned: TurnedClock):
    turned.set(moment("2026-11-23T08:00"))
    async with bench_on(shared[0], turned) as one, bench_on(shared[1], turned) as two:
        await one.save(every("0 * * * *", overlap="queue"), nodes=[resting()])
        for hour in ("09", "10", "11"):
            await asyncio.gather(one.look(f"2026-11-23T{hour}:00:01"), two.look())
        (run,) = await one.runs()
        await one.runtime.pipeline.cancel(run.id)
        await asyncio.gather(one.look(), two.look(), one.look(), two.look())
        assert len(await one.runs()) == 2


async def test_a_crash_right_after_the_slot_was_written_loses_and_doubles_nothing(
    sqlite_settings: Settings, turned: TurnedClock, monkeypatch: pytest.MonkeyPatch
):
    turned.set(moment("2026-11-23T08:00"))
    async with bench_on(sqlite_settings, turned) as bench:
        await bench.save(every("0 9 * * *"))
        monkeypatch.setattr(type(bench.runtime.pipeline.background), "accepted", lambda *_: None)
        await bench.look("2026-11-23T09:00:01")
        (run,) = await bench.runs()
        assert run.status == "pending", "on disk, and the engine never heard of it"
    monkeypatch.undo()
    monkeypatch.setattr("voicegraph.clock.now", turned.now)
    async with bench_on(sqlite_settings, turned) as bench:
        assert await bench.over(run.id) == "completed"
        await bench.look("2026-11-23T09:00:30")
        assert len(await bench.runs()) == 1


async def test_a_write_that_fails_leaves_the_time_due(
    sqlite_settings: Settings, turned: TurnedClock, monkeypatch: pytest.MonkeyPatch
):
    turned.set(moment("2026-11-23T08:00"))
    async with bench_on(sqlite_settings, turned) as bench:
        await bench.save(every("0 9 * * *"))
        writer = bench.runtime.pipeline.workflows._journal._writer  # pyright: ignore
        write = writer.write

        def broken(connection, entries):
            write(connection, entries)
            if entries:
                raise RuntimeError("the process dies here")

        monkeypatch.setattr(writer, "write", broken)
        with pytest.raises(RuntimeError):
            await bench.look("2026-11-23T09:00:01")
        assert await bench.runs() == [], "no run without its slot"
        assert (await bench.only()).line.last is None, "no slot without its run"
        monkeypatch.setattr(writer, "write", write)
        await bench.look("2026-11-23T09:00:02")
        assert await bench.scheduled() == [iso(moment("2026-11-23T09:00"))]


async def test_the_loop_sleeps_until_the_next_time_and_wakes_when_a_workflow_is_saved(
    sqlite_settings: Settings, turned: TurnedClock
):
    turned.set(moment("2026-11-23T08:00"))
    async with running(sqlite_settings) as runtime:
        bench = Bench(runtime, turned)
        with runtime.pipeline.feed.watch_all() as watcher:
            turned.set(moment("2026-11-23T08:59:58"))  # not before the start: on a busy machine it takes a while
            graph = await bench.save(every("0 9 * * *"))
            async with asyncio.timeout(30):
                while not (change := await watcher.get()).status.terminal:
                    pass
        summary = await runtime.pipeline.queries.summary(change.run_id)
        assert (summary.workflow_id, summary.status, summary.trigger) == (graph.workflow_id, "completed", "schedule")


async def test_the_end_of_a_run_lets_the_next_time_start(sqlite_settings: Settings, turned: TurnedClock):
    turned.set(moment("2026-11-23T08:00"))
    async with running(sqlite_settings) as runtime:
        bench = Bench(runtime, turned)
        await bench.save(every("0 * * * *", overlap="queue"), nodes=[resting()])
        for hour in ("09", "10"):
            await bench.look(f"2026-11-23T{hour}:00:01")
        (run,) = await bench.runs()
        with runtime.pipeline.feed.watch_all() as watcher:
            await runtime.pipeline.cancel(run.id)
            async with asyncio.timeout(30):
                while (change := await watcher.get()).run_id == run.id:
                    pass
        assert (await bench.trigger_data(change.run_id))["scheduledAt"] == iso(moment("2026-11-23T10:00"))
