"""Marks of transactions: is one on disk whose COMMIT nobody answered?

Each transaction of a journal writes its number into the journal's own row. Where the connection is lost while COMMIT is
on its way, that row says on which side of it. To read it waits until the server is done with the lost session.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import Connection, Dialect, delete, text

from voicegraph import clock
from voicegraph.db.tables import write_marks

KEPT_SECONDS = 7 * 86_400.0
"""A process that has written nothing for so long is gone, or writes its row anew."""
LOOK_TIMEOUT = "5s"


class CommitMarks:
    """The row of one journal."""

    def __init__(self, dialect: Dialect) -> None:
        self.needed = dialect.name == "postgresql"
        """SQLite answers in this process: what its COMMIT says is so."""
        self._writer = secrets.token_hex(8)
        self._last = 0
        columns = write_marks.c
        statement = _upsert(dialect.name).values(writer=self._writer)
        self._set = statement.on_conflict_do_update(
            index_elements=[columns.writer], set_={"batch": statement.excluded.batch, "at": statement.excluded.at}
        )
        kept = {"batch": columns.batch}
        self._look = statement.on_conflict_do_update(index_elements=[columns.writer], set_=kept).returning(
            columns.batch
        )

    def put(self, connection: Connection) -> int:
        """Number the transaction; the answer is its number."""
        self._last += 1
        connection.execute(self._set, {"batch": self._last, "at": clock.now()})
        return self._last

    def landed(self, connection: Connection, batch: int) -> bool:
        """Whether that transaction is on disk. It is settled then: what was under way is waited for."""
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOOK_TIMEOUT}'"))
        return connection.execute(self._look, {"batch": 0, "at": clock.now()}).scalar_one() == batch


def drop_old_marks(connection: Connection) -> None:
    """Of processes that are gone."""
    connection.execute(delete(write_marks).where(write_marks.c.at < clock.now() - KEPT_SECONDS))


def _upsert(dialect: str) -> Any:
    if dialect == "postgresql":  # imported where it is used: start-up need not wait for the other's dialect
        from sqlalchemy.dialects.postgresql import insert as upsert
    else:
        from sqlalchemy.dialects.sqlite import insert as upsert
    return upsert(write_marks)
