"""Several server processes on one PostgreSQL: a run is watched on a process that does not execute it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from support.graphs import node, workflow
from support.inngest_double import InngestDouble
from support.inngest_server import REAL_SERVER
from support.inngest_stage import KEY, Process, Stage, until
from support.postgres import Postgres
from support.process import Serve

from voicegraph.graph.model import RunId
from voicegraph.pipeline import RunRequest
from voicegraph.store.processes.signs_of_life import PRESENCE

pytestmark = pytest.mark.skipif(bool(REAL_SERVER), reason="chooses which process is called")

RUNS = 200
AT_ONCE = 40
GRAPH = {
    "name": "Three steps",
    "nodes": [
        {"id": "a", "type": "prompt", "action": "seed", "label": "A", "params": {"text": "one"}},
        {"id": "b", "type": "transform", "action": "template", "label": "B", "params": {"template": "{{ input }} two"}},
        {
            "id": "c",
            "type": "transform",
            "action": "template",
            "label": "C",
            "params": {"template": "{{ input }} three"},
        },
    ],
    "edges": [{"id": "e0", "source": "a", "target": "b"}, {"id": "e1", "source": "b", "target": "c"}],
}


@pytest.fixture
async def double() -> AsyncIterator[InngestDouble]:
    async with InngestDouble(KEY) as double:
        yield double


async def _watch(client: httpx.AsyncClient, run_id: str) -> list[dict[str, Any]]:
    """Everything the stream says, taking it up again after a drop, as browsers do."""
    heard: list[dict[str, Any]] = []
    while not heard or heard[-1]["nodeId"] or heard[-1]["type"] not in ("complete", "error", "cancelled"):
        headers = {"Last-Event-ID": str(heard[-1]["seq"])} if heard else {}
        async with client.stream("GET", f"/api/runs/{run_id}/events", headers=headers) as stream:
            heard += [json.loads(line[5:]) async for line in stream.aiter_lines() if line.startswith("data:")]
    return heard


@pytest.mark.variant
@pytest.mark.timeout(600)
async def test_every_event_is_seen_on_the_process_that_does_not_run_it(
    tmp_path: Path, postgres: Postgres, double: InngestDouble
) -> None:
    url = postgres.fresh()
    keys = {
        "VOICEGRAPH_DATABASE_URL": url,
        "INNGEST_BASE_URL": double.url,
        "INNGEST_EVENT_KEY": "event-key",
        "INNGEST_SIGNING_KEY": KEY,
        "VOICEGRAPH_PRODUCTION": "true",
    }
    homes = [tmp_path / name for name in ("watching", "running")]
    for home in homes:
        home.mkdir()
    watching, running = (Serve(home, **keys) for home in homes)
    try:
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in (watching, running)))
        assert (await double.sync(f"{running.url}/api/inngest")).status_code == 200
        slots = asyncio.Semaphore(AT_ONCE)
        async with httpx.AsyncClient(base_url=watching.url, trust_env=False, timeout=60) as client:

            async def one() -> list[dict[str, Any]]:
                async with slots:
                    answer = await client.post("/api/execute-background", json={"workflow": GRAPH})
                    assert answer.status_code == 202, answer.text
                    return await _watch(client, answer.json()["runId"])

            stories = await asyncio.gather(*(one() for _ in range(RUNS)))
        await asyncio.gather(*(run.ended.wait() for run in double.runs))  # else its last calls are cut off below
    finally:
        codes = [await asyncio.to_thread(server.stop) for server in (watching, running)]
        postgres.drop(url)
    expected = [(None, "start"), *((name, kind) for name in "abc" for kind in ("start", "success")), (None, "complete")]
    for story in stories:
        assert [event["seq"] for event in story] == [*range(1, len(story) + 1)]
        assert [(event["nodeId"], event["type"]) for event in story] == expected
        assert story[-2]["output"]["text"] == "one two three"
    assert codes == [0, 0], watching.log + running.log
    assert not double.refused
    assert {run.status for run in double.runs} == {"completed"}


async def test_a_run_goes_on_where_its_process_stopped_hearing(on_stage: Stage, postgres: Postgres) -> None:
    """The announcements of a broken connection are made up for."""
    url = postgres.fresh()
    first = await on_stage.process(database_url=url)
    second = await on_stage.process(sync=False, database_url=url)
    run_id = await first.start(workflow("a>b", nodes=[node("a", "gate")]))
    await first.probe.gates["a"].enter()
    watching = asyncio.create_task(second.end_of(run_id))
    await asyncio.sleep(0.1)
    postgres.disconnect_everybody(url)
    first.probe.gates["a"].opened.set()
    run = await watching
    assert run.summary.status == "completed"
    assert first.probe.starts == {"a": 1, "b": 1}


async def test_cancelling_on_one_process_stops_the_node_on_another(on_stage: Stage, postgres: Postgres) -> None:
    url = postgres.fresh()
    first = await on_stage.process(database_url=url)
    second = await on_stage.process(sync=False, database_url=url)
    run_id = await first.start(workflow("a>b", nodes=[node("a", "gate")]))
    gate = first.probe.gates["a"]
    await gate.enter()
    assert await second.pipeline.cancel(run_id)
    async with asyncio.timeout(5):
        await gate.left.wait()
    assert (await first.end_of(run_id)).summary.status == "cancelled"


async def test_a_server_that_starts_leaves_the_live_runs_of_others_alone(on_stage: Stage, postgres: Postgres) -> None:
    url = postgres.fresh()
    first = await on_stage.process(database_url=url)
    run_id = await first.pipeline.start_live(RunRequest(workflow("a>b", nodes=[node("a", "gate")])))
    await first.probe.gates["a"].enter()
    second = await on_stage.process(sync=False, database_url=url)
    await second.pipeline.live.open()
    assert (await second.pipeline.queries.summary(run_id)).status == "running"
    first.probe.gates["a"].opened.set()
    assert (await second.end_of(run_id)).summary.status == "completed"


async def suspects(process: Process, run_id: RunId) -> None:
    """A look that finds nobody who runs it: the database takes a moment to notice that a connection has ended."""
    async with asyncio.timeout(10):
        while run_id not in process.pipeline.live._others._suspected:
            await process.pipeline.live._sweep()


def look_again(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time for the next look at the live runs of others."""
    monkeypatch.setattr("voicegraph.store.processes.shared_database.SURE_SECONDS", 0.0)
    process.pipeline.live.rounds[0].poke()


async def held_live(process: Process) -> RunId:
    """A live run that is at work."""
    run_id = await process.pipeline.start_live(RunRequest(workflow("a>b", nodes=[node("a", "gate")])))
    await process.probe.gates["a"].enter()
    return run_id


async def test_a_live_run_goes_on_though_its_process_is_not_seen_for_a_moment(
    on_stage: Stage, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection was lost when a server started and looked, and was back at the next look."""
    url = postgres.fresh()
    first, dead = await on_stage.process(database_url=url), await on_stage.process(sync=False, database_url=url)
    run_id, left = await held_live(first), await held_live(dead)
    await first.shared.close()
    await dead.shared.close()
    second = await on_stage.process(sync=False, database_url=url)
    await second.pipeline.live.open()
    owner = (await second.pipeline.queries.summary(run_id)).engine_run_id
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as back:
        await back.execute("SELECT pg_advisory_lock(%s, %s)", (PRESENCE, int(owner or "")))
        look_again(second, monkeypatch)
        assert (await second.end_of(left)).summary.status == "failed"
        assert (await second.pipeline.queries.summary(run_id)).status == "running"
        first.probe.gates["a"].opened.set()
        assert (await second.end_of(run_id)).summary.status == "completed"
    await second.pipeline.live.close()


async def test_a_process_that_cannot_listen_any_more_is_seen_as_long_as_it_writes(
    on_stage: Stage, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicegraph.store.processes.signs_of_life.SIGN_SECONDS", 0.05)
    url = postgres.fresh()
    first, dead = await on_stage.process(database_url=url), await on_stage.process(sync=False, database_url=url)
    second = await on_stage.process(sync=False, database_url=url)
    run_id, left = await held_live(first), await held_live(dead)
    await dead.shared.close()

    async def refused(*_: object, **__: object) -> None:
        raise psycopg.OperationalError("too many connections")

    monkeypatch.setattr("psycopg.AsyncConnection.connect", refused)  # the pool's connections are others
    postgres.disconnect_everybody(url)
    owner = (await second.pipeline.queries.summary(run_id)).engine_run_id
    with psycopg.connect(url, autocommit=True) as looking:
        mark = "SELECT 1 FROM write_marks WHERE writer = %s"
        await until(lambda: looking.execute(mark, (f"alive:{owner}",)).fetchone())
        await second.pipeline.live.open()
        look_again(second, monkeypatch)
        assert (await second.end_of(left)).summary.status == "failed"
        assert (await second.pipeline.queries.summary(run_id)).status == "running"
        await first.shared.close()
        # And time goes by: for this mark alone, as two who change many rows wait for each other's.
        looking.execute("UPDATE write_marks SET at = at - 60 WHERE writer = %s", (f"alive:{owner}",))
    await suspects(second, run_id)
    look_again(second, monkeypatch)
    assert (await second.end_of(run_id)).summary.status == "failed"
    await second.pipeline.live.close()


async def test_a_process_hears_again_before_the_server_knows_that_its_connection_was_lost(
    on_stage: Stage, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That connection holds the lock still by which others see the process."""
    url = postgres.fresh()
    monkeypatch.setattr("secrets.randbits", lambda _: 7)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as lost:
        await lost.execute("SELECT pg_advisory_lock_shared(%s, 7)", (PRESENCE,))
        first = await on_stage.process(database_url=url)
        monkeypatch.setattr("secrets.randbits", lambda _: 8)
        second = await on_stage.process(sync=False, database_url=url)
        with first.pipeline.feed.watch_all() as watcher:
            run_id = await second.pipeline.start_live(RunRequest(workflow("a>b")))
            async with asyncio.timeout(10):
                change = await watcher.get()
        assert change
        assert change.run_id == run_id


async def test_a_process_that_nobody_sees_does_not_close_its_own_live_runs(
    on_stage: Stage, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.fresh()
    process, dead = await on_stage.process(database_url=url), await on_stage.process(sync=False, database_url=url)
    await process.pipeline.live.open()
    run_id, left = await held_live(process), await held_live(dead)
    await process.shared.close()
    await dead.shared.close()
    await suspects(process, left)
    look_again(process, monkeypatch)
    assert (await process.end_of(left)).summary.status == "failed"
    assert (await process.pipeline.queries.summary(run_id)).status == "running"
    process.probe.gates["a"].opened.set()
    assert (await process.end_of(run_id)).summary.status == "completed"
    await process.pipeline.live.close()


async def test_a_server_that_starts_closes_the_live_runs_of_the_dead(
    on_stage: Stage, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.fresh()
    first = await on_stage.process(database_url=url)
    run_id = await first.pipeline.start_live(RunRequest(workflow("a>b", nodes=[node("a", "gate")])))
    second = await on_stage.process(sync=False, database_url=url)
    await first.shared.close()  # whoever is connected no more is dead to the others
    await second.pipeline.live.open()
    look_again(second, monkeypatch)
    run = await second.end_of(run_id)
    assert run.summary.error
    assert run.summary.error["code"] == "interrupted"
    await first.pipeline.live.close()
    assert (await second.pipeline.queries.detail(run_id)).events == run.events, "nothing follows the last event"


async def test_a_live_run_is_cancelled_from_any_process(on_stage: Stage, postgres: Postgres) -> None:
    url = postgres.fresh()
    first = await on_stage.process(database_url=url)
    second = await on_stage.process(sync=False, database_url=url)
    run_id = await first.pipeline.start_live(RunRequest(workflow("a>b", nodes=[node("a", "gate")])))
    gate = first.probe.gates["a"]
    await gate.enter()
    assert await second.pipeline.cancel(run_id)
    run = await first.end_of(run_id)
    assert run.summary.status == "cancelled"
    async with asyncio.timeout(20):
        await gate.left.wait()  # the node in flight is stopped where it runs
    gate.opened.set()
    assert not await first.pipeline.cancel(run_id)
    assert not await second.pipeline.cancel(run_id)
    assert first.probe.order == ["a"]


async def test_the_live_runs_of_a_process_that_died_are_closed_meanwhile(
    on_stage: Stage, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicegraph.engines.live_engine.SWEEP_SECONDS", 0.05)
    monkeypatch.setattr("voicegraph.store.processes.shared_database.SURE_SECONDS", 0.1)
    url = postgres.fresh()
    first = await on_stage.process(database_url=url)
    second = await on_stage.process(sync=False, database_url=url)
    await second.pipeline.live.open()
    run_id = await first.pipeline.start_live(RunRequest(workflow("a>b", nodes=[node("a", "gate")])))
    await first.probe.gates["a"].enter()
    await first.shared.close()
    run = await second.end_of(run_id)
    assert run.summary.error
    assert run.summary.error["code"] == "interrupted"
    await second.pipeline.live.close()


async def test_the_list_of_runs_hears_of_the_runs_of_others(on_stage: Stage, postgres: Postgres) -> None:
    url = postgres.fresh()
    first = await on_stage.process(database_url=url)
    second = await on_stage.process(sync=False, database_url=url)
    with second.pipeline.feed.watch_all() as watcher:
        run_id = await first.start(workflow("a>b"))
        seen: list[str] = []
        async with asyncio.timeout(10):
            while "completed" not in seen:
                change = await watcher.get()
                assert change
                assert change.run_id == run_id
                seen.append(str(change.status))
    assert seen[0] == "pending"
