"""The tables of workflows and of what starts them."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, String, Table, Text

from voicegraph.db.tables import metadata

workflows = Table(
    "workflows",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("node_count", Integer, nullable=False),
    Column("definition", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
)

# The last of them, the one in `workflows` included, so that an older one can be seen and had back.
workflow_versions = Table(
    "workflow_versions",
    metadata,
    Column("workflow_id", String(64), ForeignKey("workflows.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("node_count", Integer, nullable=False),
    Column("definition", Text, nullable=False),
    Column("saved_at", Double, nullable=False),
    Column("restored_from", Integer),
)

# What a workflow's schedule is doing: the schedule itself stands in the workflow, under `trigger_id`. Slots up to
# `decided_at` are settled, `next_at` is the next one; paused, it has none.
schedules = Table(
    "schedules",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("workflow_id", String(64), ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
    Column("trigger_id", String(64), nullable=False),
    Column("cron", String(200), nullable=False),
    Column("timezone", String(64)),
    Column("misfire", String(16), nullable=False),
    Column("overlap", String(16), nullable=False),
    Column("paused_at", Double),
    Column("next_at", Double),
    Column("decided_at", Double, nullable=False),
    Column("missed_count", Integer),
    Column("missed_from", Double),
    Column("missed_until", Double),
    Index("uq_schedules_trigger", "workflow_id", "trigger_id", unique=True),
    Index("ix_schedules_next_at", "next_at"),
    Index("ix_schedules_decided_at", "decided_at"),
)

# The key is what makes a time of a schedule happen once, whoever notices it.
schedule_slots = Table(
    "schedule_slots",
    metadata,
    Column("schedule_id", String(64), ForeignKey("schedules.id", ondelete="CASCADE"), primary_key=True),
    Column("due_at", Double, primary_key=True, autoincrement=False),
    Column("outcome", String(16), nullable=False),
    Column("run_id", String(64)),
    Column("note", Text),
    sqlite_with_rowid=False,
)
_queued = schedule_slots.c.outcome == "queued"
Index("ix_schedule_slots_queued", schedule_slots.c.schedule_id, sqlite_where=_queued, postgresql_where=_queued)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("workflow_id", String(64), ForeignKey("workflows.id", ondelete="CASCADE"), nullable=False),
    Column("trigger_id", String(64), nullable=False),
    Column("salt", String(64)),
    Column("secret_hash", String(64)),
    Column("rotated_at", Double),
    Column("paused_at", Double),
    Index("uq_webhooks_trigger", "workflow_id", "trigger_id", unique=True),
)

# What a trigger was, that was taken out of its workflow: when an undo or an older version brings it back, it is paused as
# it was, and has its address and its secret.
removed_triggers = Table(
    "removed_triggers",
    metadata,
    Column("workflow_id", String(64), ForeignKey("workflows.id", ondelete="CASCADE"), primary_key=True),
    Column("trigger_id", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("id", String(64), nullable=False),
    Column("salt", String(64)),
    Column("secret_hash", String(64)),
    Column("rotated_at", Double),
    Column("paused_at", Double),
    Column("removed_at", Double, nullable=False),
)

webhook_calls = Table(
    "webhook_calls",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("hook_id", String(64), ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("at", Double, nullable=False),
    Column("status", Integer, nullable=False),
    Column("code", String(64), nullable=False),
    Column("message", Text, nullable=False),
    Column("delivery_id", String(128)),
    Column("content_type", String(128), nullable=False),
    Column("size", Integer, nullable=False),
    Column("run_id", String(64)),
    Index("ix_webhook_calls_hook_id", "hook_id", "id"),
)
# A delivery that comes again finds the run it started.
_accepted = webhook_calls.c.run_id.is_not(None)
Index(
    "uq_webhook_calls_delivery",
    webhook_calls.c.hook_id,
    webhook_calls.c.delivery_id,
    unique=True,
    sqlite_where=_accepted,
    postgresql_where=_accepted,
)
