"""Nodes that wait for an answer: of a person, or of another run that is a step of theirs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("parent_run_id", sa.String(64)))
    op.add_column("runs", sa.Column("parent_node_id", sa.String(64)))
    has_parent = sa.text("parent_run_id IS NOT NULL")
    op.create_index(
        "ix_runs_parent_run_id", "runs", ["parent_run_id"], sqlite_where=has_parent, postgresql_where=has_parent
    )
    op.add_column("node_runs", sa.Column("waits_for", sa.String(16)))
    op.add_column("node_runs", sa.Column("waits", sa.Text))
    waiting = sa.text("waits_for IS NOT NULL AND status = 'waiting'")
    op.create_index(
        "ix_node_runs_waits", "node_runs", ["waits_for", "run_id"], sqlite_where=waiting, postgresql_where=waiting
    )
    with op.batch_alter_table("outbox") as outbox:  # a message may name a node now
        outbox.alter_column("name", type_=sa.String(160), existing_type=sa.String(64), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("name", type_=sa.String(64), existing_type=sa.String(160), existing_nullable=False)
    op.drop_index("ix_node_runs_waits", "node_runs")
    op.drop_column("node_runs", "waits")
    op.drop_column("node_runs", "waits_for")
    op.drop_index("ix_runs_parent_run_id", "runs")
    op.drop_column("runs", "parent_node_id")
    op.drop_column("runs", "parent_run_id")
