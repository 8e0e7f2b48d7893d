"""Figures for each workflow, of the runs that fit a filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Executable, RowMapping, Select, case, func, select

from voicegraph.db.tables import TERMINAL_STATUSES, runs
from voicegraph.store.core.column_values import tidied
from voicegraph.store.views.filters import Finder, RunFilter

MAX_WORKFLOWS = 500
JUDGED = ("completed", "failed")
"""What counts for success and duration: a cancelled run says nothing about its workflow."""


@dataclass(frozen=True, slots=True)
class WorkflowFigures:
    """`success` is the part of completed among completed and failed. Durations in seconds, cost in US dollars."""

    workflow_id: str
    name: str
    runs: int
    completed: int
    failed: int
    cancelled: int
    open: int
    success: float | None
    p50: float | None
    p95: float | None
    cost: float | None
    input_tokens: int | None
    output_tokens: int | None
    estimated: bool
    last_at: float


def figures(connection: Connection, which: RunFilter) -> list[WorkflowFigures]:
    """The workflow with the most runs first."""
    conditions = Finder(connection, which).conditions()
    totals = _rows(connection, _totals(conditions))
    durations = {row["workflow_id"]: (row["p50"], row["p95"]) for row in _rows(connection, _durations(conditions))}
    last = select(runs.c.id, runs.c.name, runs.c.created_at).where(runs.c.id.in_([row["last"] for row in totals]))
    named = {row["id"]: (row["name"], row["created_at"]) for row in map(_tidied, _rows(connection, last))}
    found: list[WorkflowFigures] = []
    for row in totals:
        judged = row["completed"] + row["failed"]
        name, last_at = named.get(row["last"], (row["workflow_id"], 0.0))
        p50, p95 = durations.get(row["workflow_id"], (None, None))
        found.append(
            WorkflowFigures(
                workflow_id=tidied(runs, {"workflow_id": row["workflow_id"]})["workflow_id"], name=name, runs=row["runs"], completed=row["completed"],
                failed=row["failed"], cancelled=row["cancelled"],
                open=row["runs"] - judged - row["cancelled"],
                success=row["completed"] / judged if judged else None, p50=p50, p95=p95, cost=row["cost"],
                input_tokens=_whole(row["input_tokens"]), output_tokens=_whole(row["output_tokens"]),
                estimated=bool(row["estimated"]), last_at=last_at,
            )
        )  # fmt: skip
    return found


def _totals(conditions: list[Any]) -> Select[Any]:
    by_status = [func.sum(case((runs.c.status == status, 1), else_=0)).label(status) for status in TERMINAL_STATUSES]
    number = func.count().label("runs")
    return (
        select(
            runs.c.workflow_id, number, *by_status, func.sum(runs.c.cost).label("cost"),
            func.sum(runs.c.input_tokens).label("input_tokens"),
            func.sum(runs.c.output_tokens).label("output_tokens"),
            func.max(runs.c.estimated).label("estimated"), func.max(runs.c.id).label("last"),
        )
        .where(*conditions)
        .group_by(runs.c.workflow_id)
        .order_by(number.desc(), runs.c.workflow_id)
        .limit(MAX_WORKFLOWS)
    )  # fmt: skip


def _durations(conditions: list[Any]) -> Select[Any]:
    """The nearest rank: the smallest duration that at least half, and 95 of 100, do not exceed."""
    length = (runs.c.finished_at - runs.c.started_at).label("length")
    rank = func.row_number().over(partition_by=runs.c.workflow_id, order_by=length).label("rank")
    total = func.count().over(partition_by=runs.c.workflow_id).label("total")
    ranked = (
        select(runs.c.workflow_id, length, rank, total)
        .where(*conditions, runs.c.status.in_(JUDGED), runs.c.started_at.is_not(None), runs.c.finished_at.is_not(None))
        .subquery()
    )
    reached = {part: ranked.c.rank * 100 >= ranked.c.total * part for part in (50, 95)}
    at = [func.min(case((far, ranked.c.length))).label(f"p{part}") for part, far in reached.items()]
    return select(ranked.c.workflow_id, *at).group_by(ranked.c.workflow_id)


def _rows(connection: Connection, query: Executable) -> Sequence[RowMapping]:
    return connection.execute(query).mappings().all()


def _whole(number: Any) -> int | None:
    return None if number is None else int(number)


def _tidied(row: RowMapping) -> dict[str, Any]:
    return tidied(runs, row)
