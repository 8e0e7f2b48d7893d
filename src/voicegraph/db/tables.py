"""The tables. Times are seconds since the epoch (UTC); JSON is stored as text, compact, as the API sends it.

`runs` is the small summary the run list reads; payloads, node results and events stand apart, so that a list
of a hundred thousand runs never touches them. Ids sort by time (`graph.model.new_id`), so the primary key is
also the order of the list.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    literal_column,
)

metadata = MetaData()

RUN_STATUSES = ("pending", "running", "waiting", "completed", "failed", "cancelled")
TERMINAL_STATUSES = ("completed", "failed", "cancelled")

runs = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("workflow_id", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("engine", String(16), nullable=False),
    Column("trigger", String(16), nullable=False),
    Column("command", Text, nullable=False),
    Column("node_count", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("wake_at", Double),
    Column("error", Text),
    Column("idempotency_key", String(255)),
    Column("engine_run_id", String(64)),
    # Of the models, as reported; the database adds them up when a run ends (migration 0003). Cost in US dollars.
    Column("cost", Double),
    Column("input_tokens", BigInteger),
    Column("output_tokens", BigInteger),
    Column("estimated", Integer),
    Column("origin_run_id", String(64)),
    Column("owner", String(64), nullable=False, server_default="local"),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("concurrency", Integer),
    Column("trigger_id", String(64)),
    Column("parent_run_id", String(64)),
    Column("parent_node_id", String(64)),
    Index("ix_runs_status_id", "status", "id"),
    Index("ix_runs_workflow_id_id", "workflow_id", "id"),
    # What the list is filtered by, small enough to look at for every run.
    Index("ix_runs_facets", "id", "status", "trigger", "workflow_id"),
    sqlite_with_rowid=False,
)
# Most runs have no timer, key or trigger, and are no replay: an index that leaves them out costs those runs nothing.
for _name, _column, _unique in (
    ("ix_runs_wake_at", runs.c.wake_at, False),
    ("uq_runs_key", runs.c.idempotency_key, True),
    ("ix_runs_origin_run_id", runs.c.origin_run_id, False),
    ("ix_runs_trigger_id", runs.c.trigger_id, False),
    ("ix_runs_parent_run_id", runs.c.parent_run_id, False),
):
    _present = _column.is_not(None)
    Index(_name, _column, unique=_unique, sqlite_where=_present, postgresql_where=_present)

run_payloads = Table(
    "run_payloads",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("workflow", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("trigger_data", Text, nullable=False),
)

node_runs = Table(
    "node_runs",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("node_id", String(64), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("starts", Integer, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("due_at", Double),
    Column("error", Text),
    Column("output", Text),
    Column("reused_from", String(64)),
    Column("waits_for", String(16)),
    Column("waits", Text),
    Column("items", Text),
    sqlite_with_rowid=False,
)

item_runs = Table(
    "item_runs",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("node_id", String(64), primary_key=True),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("status", String(16), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("starts", Integer, nullable=False),
    Column("started_at", Double),
    Column("finished_at", Double),
    Column("due_at", Double),
    Column("error", Text),
    Column("output", Text),
    sqlite_with_rowid=False,
)
# Only nodes that wait for an answer now are in it, so the list of what is open costs nothing to the others.
_waiting = and_(node_runs.c.waits_for.is_not(None), node_runs.c.status == literal_column("'waiting'"))
Index(
    "ix_node_runs_waits",
    node_runs.c.waits_for,
    node_runs.c.run_id,
    sqlite_where=_waiting,
    postgresql_where=_waiting,
)

run_events = Table(
    "run_events",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("node_id", String(64)),
    Column("attempt", Integer),
    Column("message", Text, nullable=False),
    Column("data", Text),
    Column("event_key", String(160)),
    sqlite_with_rowid=False,
)
# Only set where several processes write one run (`history.shared`); the others pay nothing for it.
_keyed = run_events.c.event_key.is_not(None)
Index(
    "uq_run_events_key",
    run_events.c.run_id,
    run_events.c.event_key,
    unique=True,
    sqlite_where=_keyed,
    postgresql_where=_keyed,
)

outbox = Table(
    "outbox",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(160), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("sends", Integer, nullable=False, server_default="0"),
    Index("ix_outbox_due_at", "due_at"),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("workflow_id", String(64), nullable=False),
    Column("created_at", Double, nullable=False),
)

workflows = Table(
    "workflows",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("node_count", Integer, nullable=False),
    Column("definition", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
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

files = Table(
    "files",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("media_type", String(255), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("created_at", Double, nullable=False),
)

# -- notifications (migration "notifications"; triggers fill `notices`)

notify_wanted = Table("notify_wanted", metadata, Column("kind", String(16), primary_key=True))

notices = Table(
    "notices",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
)

notify_states = Table(
    "notify_states",
    metadata,
    Column("workflow_id", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("sent_at", Double, nullable=False),
    Column("held", Integer, nullable=False),
    Column("digest_at", Double),
    Column("fact", Text),
    Index("ix_notify_states_digest_at", "digest_at"),
)

notify_messages = Table(
    "notify_messages",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("workflow_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("target", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", Double),
    Column("sent_at", Double),
    Column("error", Text),
    Index("ix_notify_messages_due_at", "due_at"),
)
