"""Alembic's entry: run the migrations on the engine `db.migrate` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Engine, text

from voicegraph.db.tables import metadata

MIGRATING = 0x566F6963654D6967  # "VoiceMig"

engine: Engine = context.config.attributes["engine"]
wait: float = context.config.attributes.get("wait", 60.0)

with engine.connect().execution_options(writes=True) as connection:
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    with context.begin_transaction():
        if engine.dialect.name == "postgresql":  # several processes may start at once; SQLite has one writer anyway
            connection.execute(text(f"SET LOCAL lock_timeout = {round(wait * 1000)}"))  # of tables in use, too
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
        context.run_migrations()
