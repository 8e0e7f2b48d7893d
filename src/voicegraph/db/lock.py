"""One process owns a database's embedded engine; a second one is told so."""

from __future__ import annotations

import contextlib
from pathlib import Path

from filelock import Timeout
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from voicegraph.db.connect import url_of
from voicegraph.db.inspection import reading
from voicegraph.db.private_files import private_lock
from voicegraph.errors import ConfigError
from voicegraph.settings import Settings

_ADVISORY_KEY = 0x566F6963654772  # "VoiceGr": any constant of ours will do
_FILE = "engine.lock"
_GLANCE_SECONDS = 0.2
"""How long who takes the file's lock waits for one who only looks whether it is taken, which holds it for a moment."""
_HELD = """
    SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND datname = current_database() AND objsubid = 1 AND granted
    AND (classid::bigint << 32) + objid::bigint = :key
"""


class OwnerLock:
    """Held from `acquire` to `release`, or until the process dies, however it dies."""

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self._engine = engine
        # Beside the database where it is a file: two data folders may share one by VOICEGRAPH_DATABASE_URL.
        self.folder = Path(engine.url.database or data_dir).parent if engine.dialect.name == "sqlite" else data_dir
        self._file = private_lock(self.folder / _FILE, timeout=_GLANCE_SECONDS, poll_interval=_GLANCE_SECONDS / 10)
        self._connection: Connection | None = None

    def acquire(self) -> None:
        """Take the lock; ConfigError when another process holds it."""
        taken = self._acquire_postgres() if self._engine.dialect.name == "postgresql" else self._acquire_file()
        if not taken:
            self.release()
            raise ConfigError(
                "VOICEGRAPH_DATA_DIR",
                "Another VoiceGraph command or server is running on this database. Stop it or wait for its end, or give "
                "this one its own data folder (VOICEGRAPH_DATA_DIR) or database (VOICEGRAPH_DATABASE_URL).",
            )

    def _acquire_file(self) -> bool:
        try:
            self._file.acquire()
        except Timeout:
            return False
        return True

    def _acquire_postgres(self) -> bool:
        # The lock lives as long as this connection's session, so the connection is kept out of the pool's hands.
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        taken = self._connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_KEY}).scalar()
        return bool(taken)

    def check(self) -> bool:
        """Take it again where the database has dropped it, as at a restart. False: it does not answer for now.

        ConfigError when another process was faster. A file's lock goes with the process only.
        """
        if self._connection is None:
            return True
        try:
            self._connection.execute(text("SELECT 1"))
        except SQLAlchemyError:  # or it is the connection that an earlier look closed, when there was no new one
            with contextlib.suppress(SQLAlchemyError):
                self._connection.invalidate()
            self._connection.close()
            try:
                self.acquire()
            except SQLAlchemyError:
                return False
        return True

    def release(self) -> None:
        """Give the lock back; harmless when it was never taken."""
        self._file.release()
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def is_owned(settings: Settings) -> bool:
    """Whether some process holds the lock. Takes nothing from anybody, and makes no file. ConfigError without database."""
    url = url_of(settings)
    if url.get_backend_name() == "postgresql":
        with reading(settings) as connection:
            return bool(connection and connection.execute(text(_HELD), {"key": _ADVISORY_KEY}).scalar_one())
    path = Path(url.database or settings.data_dir).parent / _FILE
    if not path.is_file():
        return False
    try:
        with private_lock(path, blocking=False):
            return False
    except Timeout:
        return True
    except OSError:  # not ours to open, and no server of ours
        return False
