"""Webhooks that are paused, and since when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhooks", sa.Column("paused_at", sa.Double))


def downgrade() -> None:
    op.drop_column("webhooks", "paused_at")
