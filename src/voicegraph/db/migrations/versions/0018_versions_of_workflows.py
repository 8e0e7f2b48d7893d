"""The versions of saved workflows; what is saved already is the first one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workflows", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    op.create_table(
        "workflow_versions",
        sa.Column("workflow_id", sa.String(64), sa.ForeignKey("workflows.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("node_count", sa.Integer, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("saved_at", sa.Double, nullable=False),
        sa.Column("restored_from", sa.Integer),
    )
    op.execute(
        "INSERT INTO workflow_versions (workflow_id, version, name, node_count, definition, saved_at) "
        "SELECT id, version, name, node_count, definition, updated_at FROM workflows"
    )


def downgrade() -> None:
    op.drop_table("workflow_versions")
    op.drop_column("workflows", "version")
