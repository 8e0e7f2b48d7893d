"""Runs that have failed and whose error workflow is not started yet.

The row is written in the transaction in which the run fails, and removed when the other run is on disk. That run's
idempotency key is the failed run's, so a crash in between starts nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from voicegraph.db.tables import follow_ups
from voicegraph.graph.model import RunId, WorkflowId
from voicegraph.history.journal import Journal
from voicegraph.history.store import Reader


@dataclass(frozen=True, slots=True)
class FollowUp:
    """This run failed; that workflow is to be started."""

    run_id: RunId
    workflow_id: WorkflowId


class FollowUps:
    """What is to be started yet."""

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

    async def done(self, run_id: RunId) -> None:
        """It is started, or cannot be."""

        def work(connection: Connection) -> None:
            connection.execute(delete(follow_ups).where(follow_ups.c.run_id == run_id))

        await self._journal.execute(work)
