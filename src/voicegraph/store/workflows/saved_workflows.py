"""Saved workflows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from voicegraph import clock
from voicegraph.db.workflow_tables import workflows
from voicegraph.errors import Conflict, Unreadable
from voicegraph.graph.model import Workflow, WorkflowId
from voicegraph.graph.trigger_identity import with_trigger_ids
from voicegraph.store.core.column_values import tidied
from voicegraph.store.core.file_uses import note_workflow
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.lenient_reader import BROKEN
from voicegraph.store.core.reader import Reader
from voicegraph.store.core.rows import dump, plain
from voicegraph.store.triggers.trigger_rows import keep_in_step, removed_ids
from voicegraph.store.workflows.named_workflows import users_of
from voicegraph.store.workflows.versions import (
    Version,
    VersionLine,
    add_version,
    newest,
    require_newest,
    unknown,
    version_row,
    versions_of,
)

NAMED_USERS = 5
LAST_CHANGED = 200


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
        self.on_change: Callable[[], None] = lambda: None
        """Called after a save: triggers may have changed."""

    async def list(self) -> list[SavedWorkflow]:
        """All of them, the last changed first."""
        query = select(workflows.c.id, workflows.c.name, workflows.c.node_count, workflows.c.updated_at)
        ordered = query.order_by(workflows.c.updated_at.desc(), workflows.c.id)
        return await self._reader.read(lambda c: [_line(row) for row in c.execute(ordered).mappings().all()])

    async def last_changed(self) -> list[Workflow]:
        """The workflows themselves, the last changed first, LAST_CHANGED at most. Those that cannot be read are left out."""
        query = select(workflows.c.definition).order_by(workflows.c.updated_at.desc()).limit(LAST_CHANGED)
        found = await self._reader.read(lambda connection: connection.execute(query).scalars().all())
        return [workflow for definition in found if (workflow := _parsed(definition))]

    async def get(self, workflow_id: str) -> Workflow:
        """One of them; NotFound, Unreadable."""
        definition = await self._reader.read(lambda connection: _definition(connection, workflow_id))
        if definition is None:
            raise unknown(workflow_id)
        return readable(definition, workflow_id)

    async def version(self, workflow_id: str, number: int | None = None) -> Version:
        """The newest one, or one of the last KEPT_VERSIONS; NotFound, Unreadable."""
        found = await self._reader.read(lambda connection: version_row(connection, workflow_id, number))
        return Version(readable(found["definition"], workflow_id), found["version"], found["saved_at"])

    async def versions(self, workflow_id: str) -> list[VersionLine]:
        """The last KEPT_VERSIONS, the newest first; NotFound."""
        if found := await self._reader.read(lambda connection: versions_of(connection, workflow_id)):
            return found
        raise unknown(workflow_id)

    async def save(self, workflow: Workflow, based_on: int | None = None, restored_from: int | None = None) -> Version:
        """Store it under its id as its newest version; its triggers live from now on.

        Answers what was stored: every trigger has an id then. What is the same as before is no new version. Conflict,
        NotFound when `based_on`, the version that whoever saves has seen (NEW: none), is not the newest.
        """
        now = clock.now()

        def work(connection: Connection) -> Version:
            before = newest(connection, workflow.workflow_id, lock=True)
            known = None if before is None else _parsed(before["definition"])
            stored = with_trigger_ids(workflow, known, removed_ids(connection, workflow.workflow_id))
            text = dump(stored.to_wire())
            if before is not None and known is not None and text == dump(known.to_wire()):
                connection.execute(update(workflows).where(workflows.c.id == stored.workflow_id).values(updated_at=now))
                keep_in_step(connection, stored, now)
                return Version(stored, before["version"], before["saved_at"])
            require_newest(before, stored.workflow_id, based_on)
            values = {"name": plain(stored.name), "node_count": len(stored.nodes), "definition": text}
            version: int = before["version"] + 1 if before else 1
            mine = values | {"updated_at": now, "version": version}
            if before is not None:
                connection.execute(update(workflows).where(workflows.c.id == stored.workflow_id).values(**mine))
            else:
                connection.execute(insert(workflows).values(id=stored.workflow_id, created_at=now, **mine))
            own = {"workflow_id": stored.workflow_id, "version": version, "saved_at": now}
            add_version(connection, {**values, **own, "restored_from": restored_from})
            keep_in_step(connection, stored, now)
            note_workflow(connection, stored.workflow_id, text)
            return Version(stored, version, now)

        saved = await self._journal.execute(work)
        self.on_change()
        return saved

    async def delete(self, workflow_id: str, *, force: bool = False) -> None:
        """Remove it with its triggers; NotFound. Conflict when others name it, unless forced. Its runs stay."""

        def work(connection: Connection) -> None:
            name = connection.execute(select(workflows.c.name).where(workflows.c.id == workflow_id)).scalar()
            if name is None:
                raise unknown(workflow_id)
            if not force and (users := users_of(connection, workflow_id, name)):
                raise _in_use(name, users)
            connection.execute(delete(workflows).where(workflows.c.id == workflow_id))

        await self._journal.free(work)


def _in_use(name: str, users: Sequence[str]) -> Conflict:
    named = ", ".join(f"“{user}”" for user in users[:NAMED_USERS])
    more = f" and {len(users) - NAMED_USERS} more" if len(users) > NAMED_USERS else ""
    message = f"“{name}” is used by {named}{more}: as a step, or when a run fails. Take it out there first."
    return Conflict("in_use", message)


def readable(definition: Any, workflow_id: str) -> Workflow:
    """A workflow as it was stored. Unreadable."""
    if (found := _parsed(definition)) is None:
        message = f"The saved workflow {workflow_id} cannot be read from the database. Save it anew, or delete it."
        raise Unreadable(message)
    return found


def _parsed(definition: Any) -> Workflow | None:
    try:
        return Workflow.model_validate_json(definition)
    except BROKEN:
        return None


def _line(row: RowMapping) -> SavedWorkflow:
    return SavedWorkflow(**tidied(workflows, row))


def _definition(connection: Connection, workflow_id: str) -> Any:
    return connection.execute(select(workflows.c.definition).where(workflows.c.id == workflow_id)).scalar()
