"""Schedules, their slots, and which trigger started a run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("trigger_id", sa.String(64)))
    present = sa.text("trigger_id IS NOT NULL")
    op.create_index("ix_runs_trigger_id", "runs", ["trigger_id"], sqlite_where=present, postgresql_where=present)
    op.create_table(
        "schedules",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("workflow_id", sa.String(64), sa.ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
        sa.Column("trigger_id", sa.String(64), nullable=False),
        sa.Column("cron", sa.String(200), nullable=False),
        sa.Column("timezone", sa.String(64)),
        sa.Column("misfire", sa.String(16), nullable=False),
        sa.Column("overlap", sa.String(16), nullable=False),
        sa.Column("paused_at", sa.Double),
        sa.Column("next_at", sa.Double),
        sa.Column("decided_at", sa.Double, nullable=False),
        sa.Column("missed_count", sa.Integer),
        sa.Column("missed_from", sa.Double),
        sa.Column("missed_until", sa.Double),
    )
    op.create_index("uq_schedules_trigger", "schedules", ["workflow_id", "trigger_id"], unique=True)
    op.create_index("ix_schedules_next_at", "schedules", ["next_at"])
    op.create_index("ix_schedules_decided_at", "schedules", ["decided_at"])
    op.create_table(
        "schedule_slots",
        sa.Column("schedule_id", sa.String(64), sa.ForeignKey("schedules.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("due_at", sa.Double, primary_key=True, autoincrement=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("run_id", sa.String(64)),
        sa.Column("note", sa.Text),
        sqlite_with_rowid=False,
    )
    queued = sa.text("outcome = 'queued'")
    op.create_index(
        "ix_schedule_slots_queued", "schedule_slots", ["schedule_id"], sqlite_where=queued, postgresql_where=queued
    )


def downgrade() -> None:
    op.drop_table("schedule_slots")
    op.drop_table("schedules")
    op.drop_index("ix_runs_trigger_id", "runs")
    op.drop_column("runs", "trigger_id")
