"""Which run made a file, who uses it, and which contents are to be removed: a run's files go with the run.

What is there already is looked through once. A file that a run shows and that is younger than the run was made by it;
what is older was uploaded.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FILE_ID = re.compile(r"file_[0-9a-z]{26}")
NAMING = (
    ("run_files", "SELECT run_id, workflow || config || trigger_data FROM run_payloads"),
    ("run_files", """SELECT run_id, output FROM node_runs WHERE output LIKE '%"files":[%'"""),
    ("run_files", """SELECT run_id, output FROM item_runs WHERE output LIKE '%"files":[%'"""),
    ("workflow_files", "SELECT id, definition FROM workflows"),
)
MADE = """UPDATE files SET run_id = (
  SELECT min(runs.id) FROM run_files JOIN runs ON runs.id = run_files.run_id
  WHERE run_files.file_id = files.id AND runs.created_at <= files.created_at)"""


def upgrade() -> None:
    op.add_column("files", sa.Column("run_id", sa.String(64)))
    for table, user in (("run_files", "run_id"), ("workflow_files", "workflow_id")):
        op.create_table(
            table,
            sa.Column(user, sa.String(64), sa.ForeignKey(f"{user[:-3]}s.id", ondelete="CASCADE"), primary_key=True),
            sa.Column("file_id", sa.String(64), primary_key=True),
            sqlite_with_rowid=False,
        )
        op.create_index(f"ix_{table}_file_id", table, ["file_id"])
    op.create_table(
        "loose_files", sa.Column("id", sa.String(64), primary_key=True), sa.Column("due_at", sa.Double, nullable=False)
    )
    op.create_index("ix_loose_files_due_at", "loose_files", ["due_at"])
    known = frozenset(op.get_bind().execute(sa.text("SELECT id FROM files")).scalars())
    for table, query in NAMING if known else ():
        _note(table, _named(query, known))
    if known:
        op.execute(MADE)


def downgrade() -> None:
    for table in ("run_files", "workflow_files", "loose_files"):
        op.drop_table(table)
    op.drop_column("files", "run_id")


def _named(query: str, known: frozenset[str]) -> set[tuple[str, str]]:
    """(user, file) of each file that is named in a text."""
    rows = op.get_bind().execute(sa.text(query), execution_options={"yield_per": 500})
    return {(user, name) for user, text in rows for name in FILE_ID.findall(text) if name in known}


def _note(table: str, named: set[tuple[str, str]]) -> None:
    columns = "run_id, file_id" if table == "run_files" else "workflow_id, file_id"
    statement = sa.text(f"INSERT INTO {table} ({columns}) VALUES (:user, :name) ON CONFLICT DO NOTHING")
    if named:
        op.get_bind().execute(statement, [{"user": user, "name": name} for user, name in sorted(named)])
