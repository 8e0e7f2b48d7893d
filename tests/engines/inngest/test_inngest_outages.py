"""PostgreSQL goes away in the middle of a write, or takes none for a while: what Inngest calls for is done once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from support.cut import Cutter, cutter
from support.graphs import node, workflow
from support.inngest_server import REAL_SERVER
from support.inngest_stage import Process, Stage
from support.postgres import Postgres

from voicegraph.errors import StorageError
from voicegraph.graph.model import RunId

pytestmark = pytest.mark.skipif(bool(REAL_SERVER), reason="a real server calls in its own time")

GRAPH = workflow("a>b", "a>c", "b>d", "c>d")


@pytest.fixture
def cut(postgres: Postgres) -> Iterator[Cutter]:
    with cutter(postgres.socket) as made:
        yield made


@pytest.mark.parametrize("writes", [b"INSERT INTO runs", b"INSERT INTO node_runs", b"INSERT INTO run_events"])
async def test_a_commit_that_was_not_answered_is_not_repeated(
    on_stage: Stage, postgres: Postgres, cut: Cutter, writes: bytes
) -> None:
    url = postgres.fresh()
    process = await on_stage.process(database_url=cut.url(url))
    for turn in range(1, 4):
        cut.arm(writes, 3)
        run = await process.run(GRAPH)
        assert run.summary.status == "completed", run.summary.error
        assert process.probe.starts == dict.fromkeys("abcd", turn)
        assert [event.seq for event in run.events] == list(range(1, len(run.events) + 1))
    assert cut.cuts >= 3


async def until_refused(process: Process, runs: list[RunId]) -> None:
    """Start runs until PostgreSQL has heard that it takes none."""
    while True:
        runs.append(await process.start(GRAPH))
        await asyncio.sleep(0.02)


async def test_a_database_that_is_read_only_for_a_while_is_waited_for(on_stage: Stage, postgres: Postgres) -> None:
    url = postgres.fresh()
    process = await on_stage.process(database_url=url)
    runs = [await process.start(workflow("a>b", nodes=[node("a", "gate")])) for _ in range(3)]
    await process.probe.gates["a"].enter()
    postgres.ask("ALTER SYSTEM SET default_transaction_read_only = on")
    postgres.ask("SELECT pg_reload_conf()")
    try:
        with pytest.raises(StorageError, match="read-only"):
            await until_refused(process, runs)
        process.probe.gates["a"].opened.set()
        await process.probe.gates["a"].left.wait()
    finally:
        postgres.ask("ALTER SYSTEM SET default_transaction_read_only = off")
        postgres.ask("SELECT pg_reload_conf()")
    for run_id in runs:
        assert (await process.end_of(run_id, 60)).summary.status == "completed"
    starts = process.probe.starts
    assert (starts["a"], starts["b"]) == (len(runs), len(runs))
