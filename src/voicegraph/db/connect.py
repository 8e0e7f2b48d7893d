"""Connections: SQLite in the data folder, or PostgreSQL by URL."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from voicegraph.db.private_files import close_files, close_to_others, private_file, private_folder
from voicegraph.errors import ConfigError
from voicegraph.setting_formats import ESCAPE
from voicegraph.settings import Settings

PATIENCE_SECONDS = 10.0
"""How long a new connection tries to set a file up that others have open; the last try may wait for SQLite's time."""
INCREMENTAL = 2
"""How SQLite answers which `auto_vacuum` a database has."""
SQLITE_PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "wal_autocheckpoint": "4000",
    "busy_timeout": "5000",
    "foreign_keys": "ON",
    "journal_size_limit": str(64 << 20),
    "cache_size": "-8192",
}

UNREADABLE = f"VOICEGRAPH_DATABASE_URL cannot be read: its host, port or database is none. {ESCAPE}"


def connect(settings: Settings) -> Engine:
    """The engine for these settings; makes the data folder. ConfigError when either setting cannot be used."""
    try:
        private_folder(settings.data_dir)  # on PostgreSQL too: uploads live there
        close_files(settings.data_dir)
    except OSError as error:
        message = f"The data folder {settings.data_dir} cannot be made ({error.strerror}). Look at VOICEGRAPH_DATA_DIR."
        raise ConfigError("VOICEGRAPH_DATA_DIR", message) from error
    url = url_of(settings)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url.database or ":memory:")
    return create_engine(url, pool_size=5, max_overflow=10, pool_pre_ping=True)


def url_of(settings: Settings) -> URL:
    """Where the database is, with the driver we use. ConfigError when VOICEGRAPH_DATABASE_URL cannot be used."""
    if not settings.database_url:
        return URL.create("sqlite", database=str(settings.data_dir / "voicegraph.db"))
    try:
        url = make_url(settings.database_url)
    except ArgumentError as error:
        raise ConfigError("VOICEGRAPH_DATABASE_URL", "VOICEGRAPH_DATABASE_URL is not a database URL.") from error
    except ValueError as error:  # a port that is none
        raise ConfigError("VOICEGRAPH_DATABASE_URL", UNREADABLE) from error
    if url.get_backend_name() == "sqlite":
        return url
    if url.get_backend_name() != "postgresql":
        raise ConfigError(
            "VOICEGRAPH_DATABASE_URL", f"VOICEGRAPH_DATABASE_URL names {url.get_backend_name()}; use postgresql://…"
        )
    if settings.database_url.count("@") > 1 or not 0 < (url.port or 5432) < 65_536 or not _is_name(url.database):
        raise ConfigError("VOICEGRAPH_DATABASE_URL", UNREADABLE)
    return url.set(drivername="postgresql+psycopg")


def place_of(url: URL) -> str:
    """Where the database is, for messages: without user, password and options."""
    if url.get_backend_name() == "sqlite":
        return url.render_as_string()
    host = f"[{url.host}]" if ":" in (url.host or "") else url.host or "localhost"
    return f"postgresql://{host}:{url.port or 5432}/{url.database or ''}"


def _is_name(database: str | None) -> bool:
    """Whether it is no part of a login that was cut in the middle, which libpq would quote."""
    return not re.search(r"[@/?#]", database or "")


def cannot_open(settings: Settings, error: Exception) -> ConfigError:
    """The refusal for a database that does not open, with the setting that says where it is."""
    setting = "VOICEGRAPH_DATABASE_URL" if settings.database_url else "VOICEGRAPH_DATA_DIR"
    reason = str(error).splitlines()[0]
    return ConfigError(setting, f"The database cannot be opened ({reason}). Look at {setting}.")


def _sqlite(path: str) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False}, pool_size=5)

    @event.listens_for(engine, "do_connect")
    def _keep_private(*_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        """Before SQLite opens the file: it makes the log beside it with the same rights."""
        if path == ":memory:" or path.startswith("file:"):
            return
        with contextlib.suppress(OSError):  # which SQLite says better
            private_file(Path(path))
        for ending in ("-wal", "-shm"):
            close_to_others(Path(f"{path}{ending}"))

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.text_factory = _text
        connection.isolation_level = None  # transactions are SQLAlchemy's to begin, not the driver's to guess
        if _patiently(connection, "PRAGMA auto_vacuum") != (INCREMENTAL,):
            # It is written into the file each time it is said, which a full disk refuses to those that only read.
            _patiently(connection, "PRAGMA auto_vacuum = INCREMENTAL")
        for name, value in SQLITE_PRAGMAS.items():
            _patiently(connection, f"PRAGMA {name} = {value}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        # A writer takes the lock when it begins: a read lock that upgrades later fails at once instead of waiting.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _patiently(connection: sqlite3.Connection, statement: str) -> Any:
    """The first row of its answer; said again while the file is locked.

    SQLite does not wait itself where a new file changes to WAL. It reads the file first, and a read lock that upgrades
    fails at once, so that two who do the same do not wait for each other for ever. Between two tries no lock is held.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return connection.execute(statement).fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _text(stored: bytes) -> str | bytes:
    """A text. One that is damaged is given as its bytes: whoever reads that row says so, and the others are shown."""
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return stored
