"""How often the engine's server took a message: it is kept until something comes of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("sends", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("outbox", "sends")
