"""The tables of notifications; triggers of the database fill `notices` (migration 0008)."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, String, Table, Text

from voicegraph.db.tables import metadata

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
