"""Let no more runs of a workflow begin than it allows, whoever asks from whichever process."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, ScalarSelect, func, select, text, update

from voicegraph.db.tables import runs
from voicegraph.graph.model import RunId


def admit(connection: Connection, run_id: RunId, workflow_id: str, limit: int, engine_run_id: str) -> bool:
    """True when the run may begin, and counts from now on; also when it has begun, or is over.

    `engine_run_id` is noted in any case: who waits in line is known to the engine's server.

    On PostgreSQL a lock on the workflow's id makes one look at a time; SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:id))"), {"id": workflow_id})
    if connection.execute(select(runs.c.status).where(runs.c.id == run_id)).scalar() != "pending":
        return True
    has_room = connection.execute(select(begun_of(workflow_id))).scalar_one() < limit
    values = {"engine_run_id": engine_run_id} | ({"status": "running"} if has_room else {})
    connection.execute(update(runs).where(runs.c.id == run_id).values(**values))
    return has_room


def begun_of(workflow_id: str | ColumnElement[str]) -> ScalarSelect[int]:
    """How many runs of this workflow have begun and are not over. A live run waits in no line, and takes no place."""
    others = runs.alias()
    is_open = others.c.status.in_(("running", "waiting"))
    query = select(func.count()).where(others.c.workflow_id == workflow_id, others.c.engine != "live", is_open)
    return query.scalar_subquery()
