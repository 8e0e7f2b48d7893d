"""Errors of the database, and what they mean for what was to be written."""

from __future__ import annotations

from typing import Literal

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, SQLAlchemyError, StatementError

Trouble = Literal["outage", "unclear", "final"]
"""outage: the disk, the network or a lock, which everybody would meet. unclear: so it may be, or this one write cannot
be written. final: this one can never be written."""

OUTAGE_CLASSES = frozenset({"08", "25", "40", "53", "55", "57", "58"})
"""Of PostgreSQL's codes: connection, state of the transaction (read-only, as in a fail-over), rolled back for others,
resources (a full disk), locks, the administrator, the system."""
OUTAGES = ("BUSY", "LOCKED", "FULL", "IOERR", "CANTOPEN", "READONLY", "NOMEM", "PROTOCOL", "INTERRUPT", "AUTH", "PERM")
"""Of SQLite's names: locks, a full or broken disk, rights."""


def judge(error: Exception) -> Trouble:
    """See `Trouble`. Only what concerns the values themselves is final."""
    if isinstance(error, (IntegrityError, DataError)) or not isinstance(error, SQLAlchemyError):
        return "final"
    if not isinstance(error, DBAPIError):
        return "final" if isinstance(error, StatementError) else "unclear"  # a value that could not be bound; the pool
    if error.connection_invalidated:
        return "outage"
    if state := getattr(error.orig, "sqlstate", None):
        return "outage" if state[:2] in OUTAGE_CLASSES else "unclear"
    if name := getattr(error.orig, "sqlite_errorname", None):
        return "outage" if name.removeprefix("SQLITE_").startswith(OUTAGES) else "unclear"
    return "outage" if isinstance(error, OperationalError) else "unclear"


def is_full(error: Exception) -> bool:
    """Whether SQLite found no room on the disk."""
    name = getattr(error.orig, "sqlite_errorname", "") if isinstance(error, DBAPIError) else ""
    return str(name).startswith(("SQLITE_FULL", "SQLITE_IOERR"))


def is_taken(error: IntegrityError) -> bool:
    """Whether a key is there already. Other rules of the database that a row breaks have nothing to do with keys."""
    if state := getattr(error.orig, "sqlstate", None):
        return state == "23505"
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    return name.endswith(("_UNIQUE", "_PRIMARYKEY", "_ROWID"))
