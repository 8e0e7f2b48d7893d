"""Saved workflows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from voicegraph import clock
from voicegraph.db.tables import workflows
from voicegraph.errors import NotFound
from voicegraph.graph.model import Workflow, WorkflowId
from voicegraph.history.journal import Journal
from voicegraph.history.rows import dump, plain
from voicegraph.history.store import Reader


@dataclass(frozen=True, slots=True)
class SavedWorkflow:
    """A line of the list. `updated_at` in seconds since the epoch."""

    id: WorkflowId
    name: str
    node_count: int
    updated_at: float


class SavedWorkflows:
    """The workflows a user keeps."""

    def __init__(self, reader: Reader, journal: Journal) -> None:
        self._reader = reader
        self._journal = journal

    async def list(self) -> list[SavedWorkflow]:
        """All of them, the last changed first."""
        query = select(workflows.c.id, workflows.c.name, workflows.c.node_count, workflows.c.updated_at)
        ordered = query.order_by(workflows.c.updated_at.desc(), workflows.c.id)
        return await self._reader.read(lambda c: [SavedWorkflow(*row) for row in c.execute(ordered)])

    async def get(self, workflow_id: str) -> Workflow:
        """One of them; NotFound."""
        query = select(workflows.c.definition).where(workflows.c.id == workflow_id)
        definition = await self._reader.read(lambda connection: connection.execute(query).scalar())
        if definition is None:
            raise NotFound(f"There is no saved workflow {workflow_id}.")
        return Workflow.model_validate(json.loads(definition))

    async def save(self, workflow: Workflow) -> None:
        """Store it under its id, over an older version of itself."""
        now = clock.now()
        values: dict[str, Any] = {
            "name": plain(workflow.name),
            "node_count": len(workflow.nodes),
            "definition": dump(workflow.to_wire()),
            "updated_at": now,
        }

        def work(connection: Connection) -> None:
            changed = connection.execute(
                update(workflows).where(workflows.c.id == workflow.workflow_id).values(**values)
            )
            if changed.rowcount == 0:
                connection.execute(insert(workflows).values(id=workflow.workflow_id, created_at=now, **values))

        await self._journal.execute(work)

    async def delete(self, workflow_id: str) -> None:
        """Remove it; NotFound. Its runs stay in the history."""

        def work(connection: Connection) -> None:
            if connection.execute(delete(workflows).where(workflows.c.id == workflow_id)).rowcount == 0:
                raise NotFound(f"There is no saved workflow {workflow_id}.")

        await self._journal.execute(work)
