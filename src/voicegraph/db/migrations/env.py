"""Alembic's entry: run the migrations on the engine `db.migrate` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Engine

from voicegraph.db.tables import metadata

engine: Engine = context.config.attributes["engine"]

with engine.connect().execution_options(writes=True) as connection:
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
