"""Look at a database and change nothing: no folder, no file, no table is made, and nothing is migrated."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from voicegraph.db.connect import cannot_open, place_of, url_of
from voicegraph.db.migrate import HEAD, MIGRATIONS, revision_of
from voicegraph.settings import Settings

SECONDS = 5
Age = Literal["absent", "older", "current", "newer"]


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a database. `size` in bytes."""

    kind: str
    where: str
    revision: str | None = None
    size: int = 0

    @property
    def age(self) -> Age:
        """Against what this program knows."""
        if self.revision is None:
            return "absent"
        if self.revision == HEAD:
            return "current"
        known = {path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("*.py")}
        return "older" if self.revision in known else "newer"


def look(settings: Settings) -> Standing:
    """How the database stands. ConfigError when it cannot be reached or is none."""
    url = url_of(settings)
    kind, where = url.get_backend_name(), place_of(url)
    with reading(settings) as connection:
        if connection is None:
            return Standing(kind, where)
        sizes = {"sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"}
        size = connection.execute(text(sizes.get(kind, "SELECT pg_database_size(current_database())"))).scalar_one()
        return Standing(kind, where, revision_of(connection), size)


@contextmanager
def reading(settings: Settings) -> Generator[Connection | None]:
    """A connection that can only read; None where there is no file yet. Errors are ConfigErrors."""
    url = url_of(settings)
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        if not path.is_file():
            yield None
            return
        engine = create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(_address(path), uri=True), poolclass=NullPool
        )
    else:
        limits = f"-c default_transaction_read_only=on -c statement_timeout={SECONDS}s -c lock_timeout={SECONDS}s"
        arguments = {"connect_timeout": SECONDS, "options": limits}
        engine = create_engine(url, poolclass=NullPool, connect_args=arguments)
    try:
        with engine.connect() as connection:
            yield connection
    except (SQLAlchemyError, OSError) as error:
        raise cannot_open(settings, error) from error
    finally:
        engine.dispose()


def _address(path: Path) -> str:
    """Read-only; and where no log of writes lies beside it, SQLite is told to make none for us."""
    used = path.with_name(f"{path.name}-wal").exists()
    return f"{path.absolute().as_uri()}?{'mode=ro' if used else 'immutable=1'}"
