"""Triggers that were taken out of their workflow, so that they can come back as they were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removed_triggers",
        sa.Column("workflow_id", sa.String(64), sa.ForeignKey("workflows.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("trigger_id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("salt", sa.String(64)),
        sa.Column("secret_hash", sa.String(64)),
        sa.Column("rotated_at", sa.Double),
        sa.Column("paused_at", sa.Double),
        sa.Column("removed_at", sa.Double, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("removed_triggers")
