"""One process owns a database's embedded engine; a second one is told so."""

from __future__ import annotations

import contextlib
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from voicegraph.errors import ConfigError

_ADVISORY_KEY = 0x566F6963654772  # "VoiceGr": any constant of ours will do


class OwnerLock:
    """Held from `acquire` to `release`, or until the process dies, however it dies."""

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self._engine = engine
        # Beside the database where it is a file: two data folders may share one by VOICEGRAPH_DATABASE_URL.
        self.folder = Path(engine.url.database or data_dir).parent if engine.dialect.name == "sqlite" else data_dir
        self._file = FileLock(self.folder / "engine.lock", blocking=False)
        self._connection: Connection | None = None

    def acquire(self) -> None:
        """Take the lock; ConfigError when another process holds it."""
        taken = self._acquire_postgres() if self._engine.dialect.name == "postgresql" else self._acquire_file()
        if not taken:
            self.release()
            raise ConfigError(
                "VOICEGRAPH_DATA_DIR",
                "Another VoiceGraph server is running on this database. Stop it, or give this one its own data folder "
                "(VOICEGRAPH_DATA_DIR) or database (VOICEGRAPH_DATABASE_URL).",
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
