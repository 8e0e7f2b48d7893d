"""Webhooks and the calls they got."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("workflow_id", sa.String(64), sa.ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
        sa.Column("trigger_id", sa.String(64), nullable=False),
        sa.Column("salt", sa.String(64)),
        sa.Column("secret_hash", sa.String(64)),
        sa.Column("rotated_at", sa.Double),
    )
    op.create_index("uq_webhooks_trigger", "webhooks", ["workflow_id", "trigger_id"], unique=True)
    op.create_table(
        "webhook_calls",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("hook_id", sa.String(64), sa.ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("delivery_id", sa.String(128)),
        sa.Column("content_type", sa.String(128), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("run_id", sa.String(64)),
    )
    op.create_index("ix_webhook_calls_hook_id", "webhook_calls", ["hook_id", "id"])
    accepted = sa.text("run_id IS NOT NULL")
    op.create_index(
        "uq_webhook_calls_delivery",
        "webhook_calls",
        ["hook_id", "delivery_id"],
        unique=True,
        sqlite_where=accepted,
        postgresql_where=accepted,
    )


def downgrade() -> None:
    op.drop_table("webhook_calls")
    op.drop_table("webhooks")
