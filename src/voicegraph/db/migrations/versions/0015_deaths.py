"""When the last start of a node and of an item was, and how many deaths of the process are laid to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("node_runs", "item_runs"):
        op.add_column(table, sa.Column("begun_at", sa.Double))
        op.add_column(table, sa.Column("deaths", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    for table in ("node_runs", "item_runs"):
        op.drop_column(table, "deaths")
        op.drop_column(table, "begun_at")
