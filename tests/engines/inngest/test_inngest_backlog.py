"""How many runs may wait for Inngest: one line for all processes that share the database."""

from __future__ import annotations

import asyncio

import pytest
from support.graphs import node, workflow
from support.inngest_server import REAL_SERVER
from support.inngest_stage import Process, Stage

from voicegraph.errors import Overloaded
from voicegraph.graph.model import RunId

pytestmark = pytest.mark.skipif(bool(REAL_SERVER), reason="Inngest has to be away")
GRAPH = workflow("a>b")


async def started(process: Process) -> RunId:
    """As whoever was told to come back does."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await process.start(GRAPH)
            except Overloaded:
                await asyncio.sleep(0.05)


async def test_what_one_process_took_leaves_no_room_at_another(on_stage: Stage) -> None:
    one, other = [await on_stage.process(max_queued_runs=2) for _ in "ab"]
    on_stage.server.down = True
    runs = [await one.start(GRAPH), await other.start(GRAPH)]
    for process in (one, other):
        with pytest.raises(Overloaded, match="Too many runs are queued"):
            await process.start(GRAPH)
    on_stage.server.down = False
    assert [(await one.end_of(run_id)).summary.status for run_id in runs] == ["completed"] * 2
    for process in (one, other):
        assert (await process.end_of(await started(process))).summary.status == "completed"


async def test_runs_that_have_begun_wait_for_nothing(on_stage: Stage) -> None:
    """A place in the line is free as soon as a run has begun, however long it takes."""
    process = await on_stage.process(max_queued_runs=1)
    resting = workflow(nodes=[node("a", "gate")])
    runs: list[RunId] = []
    for _ in range(3):
        runs.append(await process.start(resting))
        await process.reaches(runs[-1], "running")
    process.probe.gates["a"].opened.set()
    for run_id in runs:
        assert (await process.end_of(run_id)).summary.status == "completed"
