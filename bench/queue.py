"""The queue: ten thousand runs of one user that wait, another user's first run, and runs that wait for a timer."""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.report import Report
from voicegraph import clock
from voicegraph.app import running
from voicegraph.graph.model import Node, NodeId, OwnerId, RunId, Workflow, new_id
from voicegraph.pipeline import Pipeline
from voicegraph.run.events import NewRun
from voicegraph.settings import Settings
from voicegraph.store.views.queries import RunFilter

QUEUED = 10_000
WAITING = 2_000
AT_ONCE = 20
PER_WORKFLOW = 5


def _workflow(action: str, **params: str) -> Workflow:
    kind = "wait" if action == "delay" else "prompt"
    node = Node(id=NodeId("a"), type=kind, action=action, params={**params})
    return Workflow(name="Queued", nodes=[node])


async def measure(folder: Path) -> None:
    """Print the figures."""
    report = Report(f"Queue ({QUEUED:,} runs of one user, {AT_ONCE} at a time)")
    with TemporaryDirectory(dir=folder) as data:
        async with running(Settings(data_dir=Path(data), max_concurrent_runs=AT_ONCE)) as runtime:
            await _queue(runtime.pipeline, report)
    with TemporaryDirectory(dir=folder) as data:
        async with running(Settings(data_dir=Path(data))) as runtime:
            await _wait(runtime.pipeline, report)
    report.print()


async def _queue(pipeline: Pipeline, report: Report) -> None:
    limited = _workflow("seed", text="Hello").model_copy(update={"concurrency": PER_WORKFLOW})
    counting = asyncio.create_task(_most_at_once(pipeline))
    began = time.perf_counter()
    await asyncio.gather(*(pipeline.background.start(_run(limited, "ada")) for _ in range(QUEUED)))
    report.add("accepted", f"{QUEUED / (time.perf_counter() - began):.0f}/s")
    asked = time.perf_counter()
    first = _run(_workflow("seed", text="Hi"), "bob")
    await pipeline.background.start(first)
    async for _ in pipeline.follow(first.run_id):
        pass
    report.add("a second user's first run, to its end", f"{time.perf_counter() - asked:.2f} s", "< 5 s")
    report.add("still queued then", f"{(await pipeline.queries.page(RunFilter(('pending',)), 1)).total:,}")
    while (await pipeline.queries.page(RunFilter(), 1)).running:  # noqa: ASYNC110 - what the database says counts
        await asyncio.sleep(0.5)
    report.add("all finished after", f"{time.perf_counter() - began:.0f} s")
    counting.cancel()
    report.add("most runs of the workflow at a time", str(_most[0]), f"<= {PER_WORKFLOW}")
    page = await pipeline.queries.page(RunFilter(statuses=("completed",)), 1)
    report.add("completed", f"{page.total:,}", f"{QUEUED + 1:,}")


_most = [0]


async def _most_at_once(pipeline: Pipeline) -> None:
    """By what the database holds, looked at all the while."""
    while True:
        page = await pipeline.queries.page(RunFilter(statuses=("running",)), 50)
        _most[0] = max(_most[0], sum(run.name == "Queued" and run.command == "" for run in page.runs))
        await asyncio.sleep(0.01)


def _run(workflow: Workflow, owner: str) -> NewRun:
    return NewRun(RunId(new_id("run")), workflow, "embedded", clock.now(), owner=OwnerId(owner))


async def _wait(pipeline: Pipeline, report: Report) -> None:
    workflow = _workflow("delay", duration="1 hour")
    await _park(pipeline, workflow, 50)  # what is loaded once
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    await _park(pipeline, workflow, WAITING)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    report.add(f"memory of {WAITING:,} waiting runs", f"{(after - before) / WAITING:.0f} bytes each", "near zero")


async def _park(pipeline: Pipeline, workflow: Workflow, count: int) -> None:
    for _ in range(0, count, 50):
        runs = [_run(workflow, "ada") for _ in range(50)]
        await asyncio.gather(*(pipeline.background.start(run) for run in runs))
        for run in runs:
            async for event in pipeline.follow(run.run_id):
                if event.kind == "waiting":
                    break
