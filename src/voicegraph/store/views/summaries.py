"""The lines of the history: each run in short."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection, RowMapping, func, select

from voicegraph.db.tables import node_runs, outbox, runs
from voicegraph.errors import NotFound
from voicegraph.graph.model import NodeId, RunId
from voicegraph.store.core.lenient_reader import Lenient, error_of

SETTLED = ("completed", "failed", "skipped", "cancelled")


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A line of the list. Times in seconds since the epoch; `done_count` counts nodes that will not run any more."""

    id: RunId
    workflow_id: str
    name: str
    status: str
    engine: str
    trigger: str
    command: str
    node_count: int
    done_count: int
    created_at: float
    started_at: float | None
    finished_at: float | None
    error: Mapping[str, JsonValue] | None
    engine_run_id: str | None
    cost: float | None
    input_tokens: int | None
    output_tokens: int | None
    estimated: int | None
    origin_run_id: RunId | None
    parent_run_id: RunId | None
    parent_node_id: NodeId | None
    unsent: bool
    """Stored, but the engine's server could not be reached yet: it waits in the outbox."""
    trigger_id: str | None


def summary_of(connection: Connection, run_id: RunId) -> RunSummary:
    """One line; NotFound."""
    return summaries_of(connection, [run_row(connection, run_id)])[0]


def run_row(connection: Connection, run_id: RunId) -> RowMapping:
    """The run's row; NotFound."""
    rows = connection.execute(select(runs).where(runs.c.id == run_id)).mappings().all()
    if not rows:
        raise NotFound(f"There is no run {run_id}.")
    return rows[0]


def summaries_of(connection: Connection, rows: Sequence[RowMapping]) -> list[RunSummary]:
    """Lines of the list. What cannot be read of a run its error says; the others have nothing to do with it."""
    lines: list[RunSummary] = []
    for row, more in zip(rows, more_of(connection, rows), strict=True):
        reading = Lenient()
        line = line_of(row, reading, **more)
        lines.append(replace(line, error=reading.said(line.error)))
    return lines


def line_of(row: RowMapping, reading: Lenient, **more: Any) -> RunSummary:
    """From its row and what stands in other tables."""
    values = reading.run(row)
    return RunSummary(**{name: values[name] for name in _PLAIN_COLUMNS}, error=error_of(values["error"]), **more)


def more_of(connection: Connection, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """What stands in other tables."""
    ids = [row["id"] for row in rows]
    counts = (
        select(node_runs.c.run_id, func.count())
        .where(node_runs.c.run_id.in_(ids), node_runs.c.status.in_(SETTLED))
        .group_by(node_runs.c.run_id)
    )
    done = {run_id: count for run_id, count in connection.execute(counts)}  # noqa: C416
    unsent = _unsent(connection, [row["id"] for row in rows if row["status"] == "pending"])
    return [{"done_count": done.get(row["id"], 0), "unsent": row["id"] in unsent} for row in rows]


_READ = ("done_count", "error", "unsent")
_PLAIN_COLUMNS = [name for name in RunSummary.__dataclass_fields__ if name not in _READ]


def _unsent(connection: Connection, pending: list[str]) -> set[str]:
    """Of these runs, those that were tried to be sent, in vain."""
    if not pending:
        return set()
    query = select(outbox.c.run_id).where(outbox.c.run_id.in_(pending), outbox.c.tries > 0, outbox.c.sends == 0)
    return set(connection.execute(query).scalars())
