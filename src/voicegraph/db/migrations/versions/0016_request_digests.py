"""What a run with an idempotency key was asked for, as a digest: the key with another request is a mistake."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("request_digest", sa.String(64)))


def downgrade() -> None:
    op.drop_column("runs", "request_digest")
