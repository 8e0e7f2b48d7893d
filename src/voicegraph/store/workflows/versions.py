"""The versions of a saved workflow: which save may go over which, and the last ones, to be seen and had back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from voicegraph.clock import iso
from voicegraph.db.workflow_tables import workflow_versions, workflows
from voicegraph.errors import Conflict, NotFound
from voicegraph.graph.model import Workflow
from voicegraph.store.core.column_values import Row, tidied

KEPT_VERSIONS = 50
NEW = 0
"""The version a save is based on whose workflow nobody is to have saved yet."""
_LINE = ("version", "name", "node_count", "saved_at", "restored_from")


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A line of the list of versions. `saved_at` in seconds since the epoch; `restored_from`: the version it brought back."""

    version: int
    name: str
    node_count: int
    saved_at: float
    restored_from: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """A workflow as it was saved."""

    workflow: Workflow
    version: int
    saved_at: float


def require_newest(row: Row | None, workflow_id: str, based_on: int | None) -> None:
    """Who knew another version than the newest has not seen what a save would go over.

    Conflict that names the newest; NotFound when the workflow was deleted. Without `based_on` the last save wins.
    """
    if based_on is None or (row is None and based_on == NEW):
        return
    if row is None:
        raise NotFound(f"The workflow {workflow_id} was deleted meanwhile. Save it as a new one, or give it up.")
    if row["version"] != based_on:
        saved = iso(row["saved_at"])
        newest = f"version {row['version']} is the newest, not {based_on}."
        message = f"“{row['name']}” was saved meanwhile, at {saved}: {newest}"
        if based_on > row["version"]:
            message = f"“{row['name']}” has no such version yet: {newest}"
        details = {"version": row["version"], "savedAt": saved, "name": row["name"]}
        raise Conflict("newer_version", f"{message} Look at it first, then save over it or as a copy.", details)


def add_version(connection: Connection, row: Mapping[str, Any]) -> None:
    """One more; those that are no longer among the last ones go."""
    connection.execute(insert(workflow_versions).values(**row))
    too_old = workflow_versions.c.version <= row["version"] - KEPT_VERSIONS
    connection.execute(delete(workflow_versions).where(_of(row["workflow_id"]), too_old))


def versions_of(connection: Connection, workflow_id: str) -> list[VersionLine]:
    """The newest first; none: there is no such workflow."""
    query = select(*(workflow_versions.c[name] for name in _LINE)).where(_of(workflow_id))
    rows = connection.execute(query.order_by(workflow_versions.c.version.desc())).mappings().all()
    return [VersionLine(**tidied(workflow_versions, row)) for row in rows]


def newest(connection: Connection, workflow_id: str, *, lock: bool = False) -> Row | None:
    """What is saved now, and when it was; with `lock` nobody else saves until the transaction ends."""
    query = select(workflows).where(workflows.c.id == workflow_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        return None
    saved = select(workflow_versions.c.saved_at).where(_of(workflow_id), workflow_versions.c.version == row["version"])
    return tidied(workflows, row) | {"saved_at": connection.execute(saved).scalar() or row["updated_at"]}


def version_row(connection: Connection, workflow_id: str, version: int | None) -> Row:
    """The newest one, or one of those that are kept; NotFound that says which there are."""
    latest = newest(connection, workflow_id)
    if latest is None:
        raise unknown(workflow_id)
    if version is None:
        return latest
    query = select(workflow_versions).where(_of(workflow_id), workflow_versions.c.version == version)
    if row := connection.execute(query).mappings().first():
        return tidied(workflow_versions, row)
    last = latest["version"]
    why = f"its newest is {last}" if version > last else f"the last {KEPT_VERSIONS} are kept"
    raise NotFound(f"The saved workflow {workflow_id} has no version {version}: {why}.")


def unknown(workflow_id: str) -> NotFound:
    """What is said of a workflow that nobody saved."""
    return NotFound(f"There is no saved workflow {workflow_id}.")


def _of(workflow_id: str) -> Any:
    return workflow_versions.c.workflow_id == workflow_id
