"""The line of runs that wait, read as tickets: a few columns of the small table, whatever the runs hold."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, select

from voicegraph.db.tables import TERMINAL_STATUSES, runs
from voicegraph.graph.model import OwnerId, RunId
from voicegraph.run.events import EngineName
from voicegraph.run.ports import StoredQueue
from voicegraph.run.queue import Ticket

CHUNK = 500
_COLUMNS = (
    runs.c.id,
    runs.c.owner,
    runs.c.priority,
    runs.c.workflow_id,
    runs.c.concurrency,
    runs.c.started_at,
)


def read_line(connection: Connection, engine: EngineName) -> StoredQueue:
    """Everybody who waits for no timer, oldest first; and the runs with a limit that have begun, whatever they do."""
    is_open = (runs.c.status.not_in(TERMINAL_STATUSES), runs.c.engine == engine)
    waiting = select(*_COLUMNS).where(*is_open, runs.c.wake_at.is_(None)).order_by(runs.c.id)
    begun = select(runs.c.id, runs.c.workflow_id).where(
        *is_open, runs.c.concurrency.is_not(None), runs.c.started_at.is_not(None)
    )
    tickets = [_ticket(row) for row in connection.execute(waiting).mappings()]
    return StoredQueue(tickets, [(row["id"], row["workflow_id"]) for row in connection.execute(begun).mappings()])


def read_tickets(connection: Connection, run_ids: Sequence[RunId]) -> list[Ticket]:
    """Of runs whose timer has come."""
    found: dict[str, Ticket] = {}
    for start in range(0, len(run_ids), CHUNK):
        query = select(*_COLUMNS).where(runs.c.id.in_(run_ids[start : start + CHUNK]))
        found.update((row["id"], _ticket(row)) for row in connection.execute(query).mappings())
    return [found[run_id] for run_id in run_ids if run_id in found]


def _ticket(row: RowMapping) -> Ticket:
    limit = row["concurrency"]
    group = None if limit is None else row["workflow_id"]
    return Ticket(
        row["id"], OwnerId(row["owner"]), row["priority"], group, limit or 0, resumes=row["started_at"] is not None
    )
