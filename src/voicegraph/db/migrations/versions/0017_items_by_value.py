"""What an item's result depends on, as a digest, and which run made it; which runs go on from a failure."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("item_runs", sa.Column("digest", sa.String(64)))
    op.add_column("item_runs", sa.Column("reused_from", sa.String(64)))
    op.add_column("runs", sa.Column("from_failure", sa.Integer))


def downgrade() -> None:
    op.drop_column("runs", "from_failure")
    op.drop_column("item_runs", "reused_from")
    op.drop_column("item_runs", "digest")
