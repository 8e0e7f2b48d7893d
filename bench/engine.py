"""The engine alone, in this process, on SQLite with `synchronous=FULL`; and what the machine could do at best."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.graphs import GRAPHS
from bench.report import Report, spread
from voicegraph.app import running
from voicegraph.graph.model import Workflow
from voicegraph.pipeline import Pipeline, RunRequest
from voicegraph.settings import Settings

ALONE = 300
CONCURRENT = 50


async def measure(folder: Path, seconds: float) -> None:
    """Print the figures; about `seconds` for each graph under load."""
    report = Report("Engine alone (SQLite, WAL, synchronous=FULL)")
    report.add("baseline: bare sqlite3 commits of one row", f"{_commits_per_second(folder):.0f}/s")
    for name, workflow in GRAPHS.items():
        report.add(f"{name}: baseline, the same nodes as bare coroutines, nothing saved", await _bare(workflow))
        with TemporaryDirectory(dir=folder) as data:
            async with running(Settings(data_dir=Path(data))) as runtime:
                alone = [await _one(runtime.pipeline, workflow) for _ in range(ALONE)]
                rate = await _rate(runtime.pipeline, workflow, seconds)
        report.add(f"{name}: one run alone", spread(alone), "p50 < 10 ms")
        report.add(f"{name}: {CONCURRENT} concurrent", f"{rate:.0f} runs/s", "500 runs/s")
    report.print()


async def _one(pipeline: Pipeline, workflow: Workflow) -> float:
    began = time.perf_counter()
    run_id = await pipeline.start_background(RunRequest(workflow))
    async for _ in pipeline.follow(run_id):
        pass
    return time.perf_counter() - began


async def _rate(pipeline: Pipeline, workflow: Workflow, seconds: float) -> float:
    """Runs a second, each waited for by watching the status of all runs."""
    finished = started = 0
    all_done = asyncio.Event()
    began = time.perf_counter()
    slots = asyncio.Semaphore(CONCURRENT)

    async def count() -> None:
        nonlocal finished
        with pipeline.feed.watch_all() as watcher:
            while change := await watcher.get():
                if change.status.terminal:
                    finished += 1
                    slots.release()
                    if finished == started:
                        all_done.set()

    counter = asyncio.create_task(count())
    while time.perf_counter() - began < seconds:
        await slots.acquire()
        started += 1
        all_done.clear()
        await pipeline.start_background(RunRequest(workflow))
    await all_done.wait()
    elapsed = time.perf_counter() - began
    counter.cancel()
    return finished / elapsed


async def _bare(workflow: Workflow) -> str:
    async def node() -> None:
        return None

    began = time.perf_counter()
    for _ in range(1000):
        await asyncio.gather(*(node() for _ in workflow.nodes))
    return f"{1000 / (time.perf_counter() - began):.0f} runs/s"


def _commits_per_second(folder: Path) -> float:
    with TemporaryDirectory(dir=folder) as data:
        connection = sqlite3.connect(Path(data) / "baseline.db", isolation_level=None)
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (a TEXT)")
        began = time.perf_counter()
        for _ in range(500):
            connection.execute("INSERT INTO t VALUES ('x')")
        rate = 500 / (time.perf_counter() - began)
        connection.close()
        return rate
