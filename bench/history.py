"""Pages of a history of 100,000 runs."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from bench.report import Report, spread
from voicegraph.app import running
from voicegraph.db.tables import node_runs, run_payloads, runs
from voicegraph.graph.model import first_id
from voicegraph.settings import Settings
from voicegraph.store.views.filters import RunFilter

RUNS = 100_000
LAST_YEAR = 1.7e9
FILTERS = {
    "the failed": RunFilter(("failed",)),
    "three statuses": RunFilter(("failed", "completed", "cancelled")),
    "a trigger that most have": RunFilter(triggers=("manual",)),
    "a trigger that none has, of the completed": RunFilter(("completed",), triggers=("webhook",)),
    "one workflow": RunFilter(workflow_id="wf_7"),
    "an hour a year ago": RunFilter(since=LAST_YEAR + 50_000, until=LAST_YEAR + 53_600),
    "a word that all have": RunFilter(text="read"),
    "words in any order, the beginning of one": RunFilter(text="77 number"),
    "words in quotes": RunFilter(text='"key points"'),
    "a word that all have, of the failed of a workflow": RunFilter(("failed",), "wf_0", "read"),
    "a word of the results": RunFilter(text="outage"),
}


async def measure(folder: Path) -> None:
    """Print the figures."""
    report = Report(f"History of {RUNS:,} runs")
    with TemporaryDirectory(dir=folder) as data:
        async with running(Settings(data_dir=Path(data))) as runtime:
            queries = runtime.pipeline.queries
            await runtime.upkeep.removals._journal.execute(_fill)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
            everything = RunFilter()
            middle = (await queries.page(everything, 1)).runs[0].id[:12]
            report.add("baseline: SELECT 1", await _timed(queries.ping))
            report.add("first page of 50", await _timed(lambda: queries.page(everything)), "< 50 ms")
            report.add("a page from the middle", await _timed(lambda: queries.page(everything, 50, middle)), "< 50 ms")
            for name, which in FILTERS.items():
                report.add(f"first page, {name}", await _timed(lambda which=which: queries.page(which)), "< 50 ms")
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
    connection.execute(insert(runs), [row | {"status": "running"} for row in rows])
    empty = {"workflow": "{}", "config": "{}", "trigger_data": "{}"}
    connection.execute(insert(run_payloads), [{"run_id": row["id"], **empty} for row in rows])
    node = {"status": "completed", "attempt": 1, "starts": 1, "output": '{"text": "The page tells of an outage."}'}
    connection.execute(
        insert(node_runs), [{"run_id": row["id"], "node_id": f"step-{k}", **node} for row in rows for k in range(3)]
    )
    for status in ("failed", "completed"):
        over = [row["id"] for row in rows if row["status"] == status]
        change = update(runs).where(runs.c.id == bindparam("run")).values(status=status)
        connection.execute(change, [{"run": run_id} for run_id in over])


def _row(number: int) -> dict[str, Any]:
    return {
        "id": first_id("run", LAST_YEAR + number)[:-4] + f"{number % 9999:04}",
        "workflow_id": f"wf_{number % 40}",
        "name": "Digest",
        "status": "failed" if number % 50 == 0 else "completed",
        "engine": "embedded",
        "trigger": "manual",
        "command": f"Read page number {number} and email me the key points",
        "node_count": 3,
        "created_at": LAST_YEAR + number,
        "started_at": LAST_YEAR + number,
        "finished_at": LAST_YEAR + number + 2,
    }
