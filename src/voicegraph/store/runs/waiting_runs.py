"""Runs that wait for somebody's answer, found by their rows: nobody reads such a run until the answer comes."""

from __future__ import annotations

from sqlalchemy import Connection, exists, or_, select

from voicegraph.db.tables import TERMINAL_STATUSES, node_runs, runs
from voicegraph.graph.model import RunId
from voicegraph.run.events import EngineName
from voicegraph.store.runs.open_approvals import IS_WAITING


def parked_runs(connection: Connection, engine: EngineName) -> list[RunId]:
    """Those whose node waits for an answer, or that wait for nothing that can be seen.

    The others are read without this: at once, or when their timer comes.
    """
    mine = node_runs.c.run_id == runs.c.id
    answered = exists().where(mine, IS_WAITING, node_runs.c.waits_for.is_not(None))
    timed = exists().where(mine, node_runs.c.status.in_(("waiting", "retrying")))
    query = select(runs.c.id).where(
        runs.c.wake_at.is_not(None),
        runs.c.engine == engine,
        runs.c.status.not_in(TERMINAL_STATUSES),
        or_(answered, ~timed),
    )
    return [RunId(run_id) for run_id in connection.execute(query).scalars()]
