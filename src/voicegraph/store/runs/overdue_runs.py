"""Runs of Inngest that may wait for a call of it in vain: looked up by their rows, judged by the engine."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, or_, select

from voicegraph.db.tables import item_runs, node_runs, runs
from voicegraph.graph.model import RunId
from voicegraph.store.runs.run_limit import begun_of

_OPEN = ("running", "retrying", "waiting")


def overdue_runs(connection: Connection, now: float, limit: int) -> list[RunId]:
    """Runs with something that is due, with nothing that is under way, or in a line that has room; the oldest first."""
    begun = and_(
        runs.c.status.in_(("running", "waiting")), or_(_due(node_runs, now), _due(item_runs, now), ~_alive(now))
    )
    in_line = and_(runs.c.status == "pending", runs.c.engine_run_id.is_not(None), _has_room())
    query = select(runs.c.id).where(runs.c.engine == "inngest", or_(begun, in_line)).order_by(runs.c.id).limit(limit)
    return [RunId(run_id) for run_id in connection.execute(query).scalars()]


def begun_runs(connection: Connection, after: str, limit: int) -> list[RunId]:
    """Runs that have begun and are not over, in order of their ids."""
    query = (
        select(runs.c.id)
        .where(runs.c.engine == "inngest", runs.c.status.in_(("running", "waiting")), runs.c.id > after)
        .order_by(runs.c.id)
        .limit(limit)
    )
    return [RunId(run_id) for run_id in connection.execute(query).scalars()]


def _due(table: Table, now: float) -> ColumnElement[bool]:
    return exists().where(table.c.run_id == runs.c.id, table.c.status.in_(_OPEN), table.c.due_at <= now)


def _alive(now: float) -> ColumnElement[bool]:
    """A node that is claimed, sleeps, or waits for somebody's answer."""
    waits = and_(node_runs.c.status == "waiting", node_runs.c.due_at.is_(None))
    return exists().where(
        node_runs.c.run_id == runs.c.id, node_runs.c.status.in_(_OPEN), or_(node_runs.c.due_at > now, waits)
    )


def _has_room() -> ColumnElement[bool]:
    return or_(runs.c.concurrency.is_(None), begun_of(runs.c.workflow_id) < runs.c.concurrency)
