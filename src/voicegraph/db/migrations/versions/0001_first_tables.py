"""First tables: runs and their payloads, node results, events; saved workflows; files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TERMINAL = "('completed', 'failed', 'cancelled')"


def upgrade() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("workflow_id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("engine", sa.String(16), nullable=False),
        sa.Column("trigger", sa.String(16), nullable=False),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("node_count", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("started_at", sa.Double),
        sa.Column("finished_at", sa.Double),
        sa.Column("wake_at", sa.Double),
        sa.Column("error", sa.Text),
        sa.Column("idempotency_key", sa.String(255)),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_runs_status_id", "runs", ["status", "id"])
    op.create_index("ix_runs_workflow_id_id", "runs", ["workflow_id", "id"])
    for name, column, unique in (("ix_runs_wake_at", "wake_at", False), ("uq_runs_key", "idempotency_key", True)):
        present = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "runs", [column], unique=unique, sqlite_where=present, postgresql_where=present)
    op.create_table(
        "run_payloads",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("workflow", sa.Text, nullable=False),
        sa.Column("config", sa.Text, nullable=False),
        sa.Column("trigger_data", sa.Text, nullable=False),
    )
    op.create_table(
        "node_runs",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("node_id", sa.String(64), primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("starts", sa.Integer, nullable=False),
        sa.Column("started_at", sa.Double),
        sa.Column("finished_at", sa.Double),
        sa.Column("due_at", sa.Double),
        sa.Column("error", sa.Text),
        sa.Column("output", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_events",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("node_id", sa.String(64)),
        sa.Column("attempt", sa.Integer),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("data", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "workflows",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("node_count", sa.Integer, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
    op.create_table(
        "files",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.String(255), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
    )
    _forbid_changes_of_terminal_statuses()


def _forbid_changes_of_terminal_statuses() -> None:
    """A terminal status never changes: the database itself refuses, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER runs_terminal BEFORE UPDATE OF status ON runs WHEN OLD.status IN {TERMINAL} "
            "AND NEW.status <> OLD.status BEGIN SELECT RAISE(ABORT, 'a terminal status never changes'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION runs_terminal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF OLD.status IN {TERMINAL} AND NEW.status <> OLD.status THEN "
        "RAISE EXCEPTION 'a terminal status never changes'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER runs_terminal BEFORE UPDATE OF status ON runs FOR EACH ROW EXECUTE FUNCTION runs_terminal()"
    )


def downgrade() -> None:
    for table in ("files", "workflows", "run_events", "node_runs", "run_payloads", "runs"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION runs_terminal()")
