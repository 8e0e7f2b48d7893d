"""The tables of stored files, see docs/decisions/0019."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, String, Table, Text

from voicegraph.db.tables import metadata

files = Table(
    "files",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("media_type", String(255), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_at", Double, nullable=False),
    Column("run_id", String(64)),  # that made it; none: it was uploaded
)

# Which files a run names or shows, and which a workflow names: what a run made goes with the last of them.
run_files = Table(
    "run_files",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("file_id", String(64), primary_key=True),
    Index("ix_run_files_file_id", "file_id"),
    sqlite_with_rowid=False,
)
workflow_files = Table(
    "workflow_files",
    metadata,
    Column("workflow_id", String(64), ForeignKey("workflows.id", ondelete="CASCADE"), primary_key=True),
    Column("file_id", String(64), primary_key=True),
    Index("ix_workflow_files_file_id", "file_id"),
    sqlite_with_rowid=False,
)

# Contents in the data folder that belong to no row of `files` (any more, or yet), to be removed when `due_at` has come.
loose_files = Table(
    "loose_files",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("due_at", Double, nullable=False),
    Index("ix_loose_files_due_at", "due_at"),
)
