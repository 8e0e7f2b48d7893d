"""Notifications: what happened to runs that somebody wants to hear of, noted by the database with the change itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Workflows that say who hears of them, and all where somebody hears of all. Whoever is told nothing is sorted out later.
WANTED = """(EXISTS (SELECT 1 FROM notify_wanted)
    OR EXISTS (SELECT 1 FROM run_payloads WHERE run_id = NEW.{run} AND {position}(workflow, '"notify":') > 0))"""
OVER = "NEW.status IN ('completed', 'failed') AND OLD.status <> NEW.status AND NEW.engine <> 'live'"
ASKED = "NEW.waits_for = 'approval' AND NEW.status = 'waiting'"


def _happened(what: str, run: str, position: str) -> str:
    return f"{what} AND {WANTED.format(run=run, position=position)}"


SQLITE = (
    f"""CREATE TRIGGER runs_noticed AFTER UPDATE OF status ON runs WHEN {_happened(OVER, "id", "instr")} BEGIN
  INSERT OR IGNORE INTO notices (run_id, kind) VALUES (NEW.id, NEW.status);
END""",
    *(
        f"""CREATE TRIGGER approvals_noticed_{name} AFTER {event} ON node_runs
WHEN {_happened(ASKED, "run_id", "instr")} BEGIN
  INSERT OR IGNORE INTO notices (run_id, kind) VALUES (NEW.run_id, 'waiting');
END"""
        for name, event in (("new", "INSERT"), ("changed", "UPDATE OF status"))
    ),
)
POSTGRES = (
    f"""CREATE FUNCTION runs_noticed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF {_happened(OVER, "id", "strpos")} THEN
    INSERT INTO notices (run_id, kind) VALUES (NEW.id, NEW.status) ON CONFLICT DO NOTHING; END IF;
  RETURN NULL;
END $$""",
    "CREATE TRIGGER runs_noticed AFTER UPDATE OF status ON runs FOR EACH ROW EXECUTE FUNCTION runs_noticed()",
    f"""CREATE FUNCTION approvals_noticed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF {_happened(ASKED, "run_id", "strpos")} THEN
    INSERT INTO notices (run_id, kind) VALUES (NEW.run_id, 'waiting') ON CONFLICT DO NOTHING; END IF;
  RETURN NULL;
END $$""",
    (
        "CREATE TRIGGER approvals_noticed AFTER INSERT OR UPDATE OF status ON node_runs "
        "FOR EACH ROW EXECUTE FUNCTION approvals_noticed()"
    ),
)


def upgrade() -> None:
    op.create_table("notify_wanted", sa.Column("kind", sa.String(16), primary_key=True))
    op.create_table(
        "notices",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
    )
    op.create_table(
        "notify_states",
        sa.Column("workflow_id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), primary_key=True),
        sa.Column("sent_at", sa.Double, nullable=False),
        sa.Column("held", sa.Integer, nullable=False),
        sa.Column("digest_at", sa.Double),
        sa.Column("fact", sa.Text),
    )
    op.create_index("ix_notify_states_digest_at", "notify_states", ["digest_at"])
    op.create_table(
        "notify_messages",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("workflow_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("made_at", sa.Double, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", sa.Double),
        sa.Column("sent_at", sa.Double),
        sa.Column("error", sa.Text),
    )
    op.create_index("ix_notify_messages_due_at", "notify_messages", ["due_at"])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES:
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("runs_noticed", "approvals_noticed_new", "approvals_noticed_changed"):
            op.execute(f"DROP TRIGGER {trigger}")
    else:
        for name, table in (("runs_noticed", "runs"), ("approvals_noticed", "node_runs")):
            op.execute(f"DROP TRIGGER {name} ON {table}")
            op.execute(f"DROP FUNCTION {name}()")
    for table in ("notify_messages", "notify_states", "notices", "notify_wanted"):
        op.drop_table(table)
