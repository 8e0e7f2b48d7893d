"""Runs that have failed and whose error workflow is not started yet.

The row is written in the transaction in which the run fails, and removed when the other run is on disk. That run's
idempotency key is the failed run's, so a crash in between starts nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from voicegraph import clock
from voicegraph.db.tables import follow_ups, run_events
from voicegraph.graph.model import RunId, WorkflowId
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.reader import Reader
from voicegraph.store.core.rows import plain


@dataclass(frozen=True, slots=True)
class FollowUp:
    """This run failed; that workflow is to be started."""

    run_id: RunId
    workflow_id: WorkflowId


class FollowUps:
    """The error workflows that are to be started yet."""

    def __init__(self, reader: Reader, journal: Journal) -> None:
        self._reader = reader
        self._journal = journal

    async def open(self, limit: int = 100) -> list[FollowUp]:
        """The oldest of them."""
        query = select(follow_ups).order_by(follow_ups.c.created_at, follow_ups.c.run_id).limit(limit)

        def work(connection: Connection) -> list[FollowUp]:
            rows = connection.execute(query).mappings().all()
            return [FollowUp(RunId(row["run_id"]), WorkflowId(row["workflow_id"])) for row in rows]

        return await self._reader.read(work)

    async def done(self, run_id: RunId, note: str | None = None) -> None:
        """It is started, or cannot be: then the note is put under the failed run's log."""

        def work(connection: Connection) -> None:
            gone = connection.execute(delete(follow_ups).where(follow_ups.c.run_id == run_id)).rowcount == 0
            if note and not gone:  # what was deleted with its run, or seen to by another process, needs none
                _add_note(connection, run_id, note)

        await self._journal.execute(work)


def _add_note(connection: Connection, run_id: RunId, note: str) -> None:
    """After the run's last event: nobody else writes it any more."""
    last = select(func.max(run_events.c.seq)).where(run_events.c.run_id == run_id)
    seq = (connection.execute(last).scalar() or 0) + 1
    event = {"run_id": run_id, "seq": seq, "at": clock.now(), "kind": "log", "message": plain(note)}
    connection.execute(insert(run_events).values(**event))
