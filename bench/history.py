"""Pages of a history of 100,000 runs."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, insert

from bench.report import Report, spread
from voicegraph.app import running
from voicegraph.db.tables import node_runs, run_payloads, runs
from voicegraph.graph.model import new_id
from voicegraph.history.queries import RunFilter
from voicegraph.settings import Settings

RUNS = 100_000


async def measure(folder: Path) -> None:
    """Print the figures."""
    report = Report(f"History of {RUNS:,} runs")
    with TemporaryDirectory(dir=folder) as data:
        async with running(Settings(data_dir=Path(data))) as runtime:
            queries = runtime.pipeline.queries
            await queries._journal.execute(_fill)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            everything = RunFilter()
            middle = (await queries.page(everything, 1)).runs[0].id[:12]
            report.add("baseline: SELECT 1", await _timed(queries.ping))
            report.add("first page of 50", await _timed(lambda: queries.page(everything)), "< 50 ms")
            report.add("a page from the middle", await _timed(lambda: queries.page(everything, 50, middle)), "< 50 ms")
            failed = RunFilter(status="failed")
            report.add("first page of the failed", await _timed(lambda: queries.page(failed)), "< 50 ms")
            said = RunFilter(text="number 77")
            report.add("first page of a text search", await _timed(lambda: queries.page(said)), "< 50 ms")
    report.print()


async def _timed(call: Callable[[], Awaitable[Any]]) -> str:
    times: list[float] = []
    for _ in range(30):
        began = time.perf_counter()
        await call()
        times.append(time.perf_counter() - began)
    return spread(times)


def _fill(connection: Connection) -> None:
    rows = [_row(i) for i in range(RUNS)]
    connection.execute(insert(runs), rows)
    empty = {"workflow": "{}", "config": "{}", "trigger_data": "{}"}
    connection.execute(insert(run_payloads), [{"run_id": row["id"], **empty} for row in rows])
    node = {"status": "completed", "attempt": 1, "starts": 1}
    connection.execute(
        insert(node_runs), [{"run_id": row["id"], "node_id": f"step-{k}", **node} for row in rows for k in range(3)]
    )


def _row(number: int) -> dict[str, Any]:
    return {
        "id": new_id("run"),
        "workflow_id": f"wf_{number % 40}",
        "name": "Digest",
        "status": "failed" if number % 50 == 0 else "completed",
        "engine": "embedded",
        "trigger": "manual",
        "command": f"Read page number {number} and email me the key points",
        "node_count": 3,
        "created_at": 1.7e9 + number,
        "started_at": 1.7e9 + number,
        "finished_at": 1.7e9 + number + 2,
    }
