"""Uses of files: runs that name or show one, workflows that name it (docs/decisions/0019).

A run names files in its graph, its config and what started it; it shows those that its results hold, whether it made
them, took them over from another run, or was given them by a run that it started.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, insert, literal, or_, select

from voicegraph import clock
from voicegraph.db.file_tables import files, loose_files, run_files, workflow_files
from voicegraph.db.tables import TERMINAL_STATUSES, runs
from voicegraph.db.workflow_tables import workflows
from voicegraph.errors import Conflict
from voicegraph.graph.model import RunId
from voicegraph.run.events import Entry

_ID = re.compile(r"file_[0-9a-z]{26}")


def used(entries: Sequence[Entry], payloads: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Rows of `run_files`: what new runs name, and what new results show."""
    found = [
        (payload["run_id"], name)
        for payload in payloads
        for part in ("workflow", "config", "trigger_data")
        for name in _named(payload[part])
    ]
    found += [
        (entry.run_id, ref.id)
        for entry in entries
        for row in (*entry.nodes, *entry.items)
        if row.output and row.output.files
        for ref in row.output.files
        if _ID.fullmatch(ref.id)  # what is pinned may hold anything
    ]
    return [{"run_id": run_id, "file_id": file_id} for run_id, file_id in dict.fromkeys(found)]


def note_workflow(connection: Connection, workflow_id: str, definition: str) -> None:
    """Keep what a saved workflow names."""
    connection.execute(delete(workflow_files).where(workflow_files.c.workflow_id == workflow_id))
    rows = [{"workflow_id": workflow_id, "file_id": name} for name in dict.fromkeys(_named(definition))]
    if rows:
        connection.execute(insert(workflow_files), rows)


def unused() -> ColumnElement[bool]:
    """No run and no workflow uses the file."""
    return ~or_(
        exists().where(run_files.c.file_id == files.c.id), exists().where(workflow_files.c.file_id == files.c.id)
    )


def forget_runs(connection: Connection, run_ids: Sequence[RunId]) -> None:
    """These runs are about to go, and with them the files that a run made and nobody else uses."""
    theirs = run_files.c.run_id.in_(run_ids)
    others = exists().where(run_files.c.file_id == files.c.id, run_files.c.run_id.not_in(run_ids))
    named = exists().where(workflow_files.c.file_id == files.c.id)
    shown = select(run_files.c.file_id).where(theirs)
    _drop(connection, select(files.c.id).where(files.c.id.in_(shown), files.c.run_id.is_not(None), ~others, ~named))
    connection.execute(delete(run_files).where(theirs))


def drop_unused(connection: Connection) -> None:
    """What runs made and nobody uses any more: it was a workflow that named it last."""
    _drop(connection, select(files.c.id).where(files.c.run_id.is_not(None), unused()))


def drop_file(connection: Connection, file_id: str) -> None:
    """One file, whoever made it. Conflict while a workflow or a run that goes on needs it."""
    naming = select(workflows.c.name).join(workflow_files, workflow_files.c.workflow_id == workflows.c.id)
    workflow = connection.execute(naming.where(workflow_files.c.file_id == file_id).limit(1)).scalar()
    if workflow is not None:
        message = f"The workflow “{workflow}” uses this file. Choose another file there, or delete the workflow first."
        raise Conflict("file_in_use", message)
    using = select(runs.c.id).join(run_files, run_files.c.run_id == runs.c.id)
    going_on = using.where(run_files.c.file_id == file_id, runs.c.status.not_in(TERMINAL_STATUSES))
    if run_id := connection.execute(going_on.limit(1)).scalar():
        raise Conflict("file_in_use", f"The run {run_id} uses this file. Wait until it is over, or cancel it.")
    _drop(connection, select(files.c.id).where(files.c.id == file_id))
    connection.execute(delete(run_files).where(run_files.c.file_id == file_id))


def _drop(connection: Connection, which: Select[Any]) -> None:
    """From the list of files to that of contents to be removed."""
    gone = which.add_columns(literal(clock.now(), loose_files.c.due_at.type))
    connection.execute(insert(loose_files).from_select(["id", "due_at"], gone))
    connection.execute(delete(files).where(files.c.id.in_(select(loose_files.c.id))))


def _named(text: str) -> list[str]:
    return _ID.findall(text) if "file_" in text else []
