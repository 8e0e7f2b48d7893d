"""The tables of the full-text search. Each kind of database has its own, so they are not in `tables.metadata`.

Migration 0003 makes them; triggers keep them in step with `runs`.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

metadata = MetaData()

run_numbers = Table(
    "run_numbers",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("run_id", String(64), nullable=False, unique=True),
)
"""SQLite: runs in the order in which they were made; the number is the rowid in `run_search`."""

hits = Table("run_search", metadata, Column("rowid", Integer, primary_key=True), Column("run_search", Text))
"""SQLite: the FTS5 table. `run_search` is the hidden column that is matched."""

vectors = Table("run_search", MetaData(), Column("run_id", String(64), primary_key=True), Column("words", Text))
"""PostgreSQL: a tsvector for each run."""

OWN_TABLES = ("run_numbers", "run_search")
"""Names of these tables, and the beginnings of the names of those that FTS5 keeps for itself."""
