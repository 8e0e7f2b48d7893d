"""Whose runs they are, which go first, how many at a time; and what is started because a run failed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("owner", sa.String(64), nullable=False, server_default="local"))
    op.add_column("runs", sa.Column("priority", sa.Integer, nullable=False, server_default="0"))
    op.add_column("runs", sa.Column("concurrency", sa.Integer))
    op.create_table(
        "follow_ups",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("workflow_id", sa.String(64), nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("follow_ups")
    op.drop_column("runs", "concurrency")
    op.drop_column("runs", "priority")
    op.drop_column("runs", "owner")
