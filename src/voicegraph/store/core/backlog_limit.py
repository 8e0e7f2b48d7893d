"""Take no more runs than may wait, where several processes take them into one database.

They are counted in the transaction that writes a new one, whoever writes it: on SQLite, with its one writer, exactly; on
PostgreSQL two processes that write in the same moment may each take the last place.
"""

from __future__ import annotations

import time

from sqlalchemy import ColumnElement, Connection, func, select

from voicegraph.db.tables import runs
from voicegraph.run.events import EngineName
from voicegraph.run.queue import queue_full
from voicegraph.run.state import RunStatus

STAYS_FULL = 1.0
"""Seconds for which a full line is believed to be full: whoever is refused meanwhile costs the database nothing."""
_PENDING = runs.c.status == RunStatus.PENDING


class Backlog:
    """At most `limit` runs of `engine` wait to begin."""

    def __init__(self, engine: EngineName, limit: int) -> None:
        self.engine = engine
        self._limit = limit
        self._full_until = 0.0

    def require_room(self) -> None:
        """Overloaded when there was no room a moment ago. Asks nobody."""
        if time.monotonic() < self._full_until:
            raise queue_full()

    def admit(self, connection: Connection, more: int) -> None:
        """Overloaded when so many more do not fit, before they are written."""
        # The count of all engines needs the index alone, 4 ms for 100,000 runs; that of one looks at each run.
        for waiting in (_PENDING,), (_PENDING, runs.c.engine == self.engine):
            count = _count(connection, *waiting)
            if count + more <= self._limit:
                return
        if count >= self._limit:
            self._full_until = time.monotonic() + STAYS_FULL
        raise queue_full()


def _count(connection: Connection, *which: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(runs).where(*which)).scalar_one()
