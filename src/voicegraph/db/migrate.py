"""Bring the database to this version's tables, with Alembic: once, whoever else starts at the same time."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import Timeout
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from voicegraph.db.connect import cannot_open, connect
from voicegraph.db.private_files import private_lock
from voicegraph.errors import ConfigError
from voicegraph.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0019"
LOCK_SECONDS = 60.0
"""How long to wait for another process that migrates, or on PostgreSQL uses a table that is to be changed."""
_LOCK_NOT_AVAILABLE = "55P03"
_alembic = threading.Lock()  # its context is one for the whole process


def current_revision(engine: Engine) -> str | None:
    """The revision the database is at; None when it is empty."""
    with engine.connect() as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """The same, over a connection."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def open_database(settings: Settings) -> Engine:
    """Connect and bring the tables up to date. ConfigError when the database cannot be reached or written."""
    engine = connect(settings)
    try:
        migrate(engine)
    except (SQLAlchemyError, OSError) as error:
        engine.dispose()
        raise cannot_open(settings, error) from error
    except ConfigError:
        engine.dispose()
        raise
    return engine


def migrate(engine: Engine, wait: float = LOCK_SECONDS) -> None:
    """Upgrade to the newest revision, alone. ConfigError when another process is at it for longer than `wait`.

    Or when the database was written by a newer VoiceGraph.
    """
    if current_revision(engine) == HEAD:
        return  # Alembic takes a third of a second to import; an up-to-date database need not wait for it
    try:
        with _alone(engine, wait):
            if current_revision(engine) != HEAD:  # or somebody else was faster
                _upgrade(engine, wait)
    except TimeoutError as error:
        raise _busy(wait) from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise _busy(wait) from error
        raise


@contextmanager
def _alone(engine: Engine, wait: float) -> Generator[None]:
    """In this process and, beside a file, in all of this machine. PostgreSQL has a lock of its own, see `env.py`."""
    if not _alembic.acquire(timeout=wait):
        raise TimeoutError
    try:
        if engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:"):
            with _file_lock(Path(engine.url.database), wait):
                yield
        else:
            yield
    finally:
        _alembic.release()


@contextmanager
def _file_lock(database: Path, wait: float) -> Generator[None]:
    lock = private_lock(database.with_name("migrate.lock"), timeout=wait)
    try:
        lock.acquire()
    except Timeout as error:
        raise TimeoutError from error
    try:
        yield
    finally:
        lock.release()


def _busy(wait: float) -> ConfigError:
    return ConfigError(
        "VOICEGRAPH_DATABASE_URL",
        f"The database is to be upgraded, but another process uses it or upgrades it, for {wait:.0f} s now. "
        "Stop every VoiceGraph of the older version, or wait until the upgrade is done; then start again.",
    )


def _upgrade(engine: Engine, wait: float) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine
    config.attributes["wait"] = wait
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise ConfigError(
            "VOICEGRAPH_DATABASE_URL",
            f"The database cannot be upgraded ({error}). It may belong to a newer VoiceGraph: upgrade VoiceGraph.",
        ) from error
