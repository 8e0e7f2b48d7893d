"""The tables of runs. Those of workflows, files and notices stand beside them, in `db/*_tables.py`.

Times are seconds since the epoch (UTC); JSON is stored as text, compact, as the API sends it.

`runs` is the small summary the run list reads; payloads, node results and events stand apart, so that a list
of a hundred thousand runs never touches them. Ids sort by time (`graph.model.new_id`), so the primary key is
also the order of the list.
"""

from __future__ import annotations

from typing import Any

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
    Column("request_digest", String(64)),
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
    # 1: a replay from the failure on; items that are done in its origin are not done again.
    Column("from_failure", Integer),
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


def _tried() -> list[Column[Any]]:
    """What became of a node, or of an item of it."""
    return [
        Column("status", String(16), nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("starts", Integer, nullable=False),
        Column("started_at", Double),
        Column("finished_at", Double),
        Column("due_at", Double),
        Column("error", Text),
        Column("output", Text),
        Column("begun_at", Double),
        Column("deaths", Integer, nullable=False, server_default="0"),
    ]


node_runs = Table(
    "node_runs",
    metadata,
    Column("run_id", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("node_id", String(64), primary_key=True),
    *_tried(),
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
    *_tried(),
    Column("digest", String(64)),
    Column("reused_from", String(64)),
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
# Only set where several processes write one run (`store.core.shared_writes`); the others pay nothing for it.
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

# A row for each process that writes: see `store.core.commit_marks`.
write_marks = Table(
    "write_marks",
    metadata,
    Column("writer", String(32), primary_key=True),
    Column("batch", BigInteger, nullable=False),
    Column("at", Double, nullable=False),
)
