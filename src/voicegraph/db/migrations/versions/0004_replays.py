"""Replays: the run a run repeats, and the run a node's result was taken over from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("origin_run_id", sa.String(64)))
    present = sa.text("origin_run_id IS NOT NULL")
    op.create_index("ix_runs_origin_run_id", "runs", ["origin_run_id"], sqlite_where=present, postgresql_where=present)
    op.add_column("node_runs", sa.Column("reused_from", sa.String(64)))


def downgrade() -> None:
    op.drop_column("node_runs", "reused_from")
    op.drop_index("ix_runs_origin_run_id", "runs")
    op.drop_column("runs", "origin_run_id")
