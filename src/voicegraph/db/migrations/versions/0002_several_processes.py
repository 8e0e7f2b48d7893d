"""Runs that several processes write: the engine's own run id, keys of events, and the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("engine_run_id", sa.String(64)))
    op.add_column("run_events", sa.Column("event_key", sa.String(160)))
    keyed = sa.text("event_key IS NOT NULL")
    op.create_index(
        "uq_run_events_key",
        "run_events",
        ["run_id", "event_key"],
        unique=True,
        sqlite_where=keyed,
        postgresql_where=keyed,
    )
    op.create_table(
        "outbox",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Double, nullable=False),
    )
    op.create_index("ix_outbox_due_at", "outbox", ["due_at"])


def downgrade() -> None:
    op.drop_table("outbox")
    op.drop_index("uq_run_events_key", "run_events")
    op.drop_column("run_events", "event_key")
    op.drop_column("runs", "engine_run_id")
