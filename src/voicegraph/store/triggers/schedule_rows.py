"""Schedules and their slots as rows, and as what others see of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, exists, func, select

from voicegraph.db.tables import TERMINAL_STATUSES, runs
from voicegraph.db.workflow_tables import schedule_slots, schedules, workflows
from voicegraph.graph.model import Misfire, Overlap
from voicegraph.store.core.column_values import Row, known_status, tidied

MAX_LINES = 500


@dataclass(frozen=True, slots=True)
class LiveSchedule:
    """A schedule at work. Times in seconds since the epoch; `missed` is (how many, from, until) of the last gap."""

    id: str
    workflow_id: str
    trigger_id: str
    cron: str
    timezone: str | None
    misfire: Misfire
    overlap: Overlap
    paused_at: float | None
    next_at: float | None
    missed: tuple[int, float, float] | None

    @classmethod
    def of(cls, row: Row) -> LiveSchedule:
        """From its row."""
        row = tidied(schedules, row)
        plain = {name: row[name] for name in cls.__dataclass_fields__ if name != "missed"}
        gap = (row["missed_count"], row["missed_from"], row["missed_until"])
        missed = gap if row["missed_count"] and None not in gap else None
        return cls(**plain, missed=missed)


@dataclass(frozen=True, slots=True)
class Slot:
    """One time of a schedule: it `started` a run, is `queued`, was `skipped` or `refused`; the note says why."""

    due_at: float
    outcome: str
    run_id: str | None
    note: str | None
    run_status: str | None


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """A line of the overview: `last` is its newest slot, `queued` how many wait for their turn."""

    schedule: LiveSchedule
    workflow_name: str
    last: Slot | None
    queued: int


def read_lines(connection: Connection, workflow_id: str | None, schedule_id: str | None) -> list[ScheduleLine]:
    """Those of one workflow, one of them, or of all the next to come; the next one first."""
    query = select(schedules, workflows.c.name).join(workflows, workflows.c.id == schedules.c.workflow_id)
    if workflow_id:
        query = query.where(schedules.c.workflow_id == workflow_id)
    if schedule_id:
        query = query.where(schedules.c.id == schedule_id)
    query = query.order_by(schedules.c.next_at.is_(None), schedules.c.next_at, schedules.c.id).limit(MAX_LINES)
    rows = all_of(connection, query)
    ids = [row["id"] for row in rows]
    last, queued = _last_slots(connection, ids), _queued(connection, ids)
    return [
        ScheduleLine(
            LiveSchedule.of(row), tidied(workflows, row)["name"], last.get(row["id"]), queued.get(row["id"], 0)
        )
        for row in rows
    ]


def all_of(connection: Connection, query: Select[Any]) -> Sequence[RowMapping]:
    """All rows of it."""
    return connection.execute(query).mappings().all()


def is_active(schedule_id: Any) -> ColumnElement[bool]:
    """Whether a run of this schedule (an id, or a column of them) is under way."""
    return exists().where(runs.c.trigger_id == schedule_id, runs.c.status.not_in(TERMINAL_STATUSES))


def _last_slots(connection: Connection, ids: Sequence[str]) -> dict[str, Slot]:
    newest = (
        select(schedule_slots.c.schedule_id, func.max(schedule_slots.c.due_at).label("due_at"))
        .where(schedule_slots.c.schedule_id.in_(ids))
        .group_by(schedule_slots.c.schedule_id)
        .subquery()
    )
    is_newest = (schedule_slots.c.schedule_id == newest.c.schedule_id) & (schedule_slots.c.due_at == newest.c.due_at)
    query = (
        select(schedule_slots, runs.c.status)
        .join(newest, is_newest)
        .outerjoin(runs, runs.c.id == schedule_slots.c.run_id)
    )
    return {
        row["schedule_id"]: Slot(row["due_at"], row["outcome"], row["run_id"], row["note"], known_status(row["status"]))
        for row in (tidied(schedule_slots, row) for row in all_of(connection, query))
    }


def _queued(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    query = (
        select(schedule_slots.c.schedule_id, func.count())
        .where(schedule_slots.c.schedule_id.in_(ids), schedule_slots.c.outcome == "queued")
        .group_by(schedule_slots.c.schedule_id)
    )
    return {schedule_id: count for schedule_id, count in connection.execute(query)}  # noqa: C416
