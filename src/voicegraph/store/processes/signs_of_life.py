"""Processes that are alive, as those see it that share a PostgreSQL database.

A process holds a lock on the connection it listens on, and whatever ends the process ends the lock. But that connection
can be lost, and stay away, while the process works on with the others it has: then it renews a mark instead.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, text

from voicegraph.rounds import Rounds
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.reader import Reader

PRESENCE = 0x566F6963  # "Voic": with the number of a process, the lock that a living one holds
SIGN_SECONDS = 10.0
FRESH_SECONDS = 40.0
"""A mark that was renewed no later shows a living process; by the database's clock, which is the same for all."""
_MARK = "alive:"
_ALIVE = text(
    "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = :presence AND objsubid = 2 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "UNION SELECT substr(writer, :skip)::bigint FROM write_marks WHERE writer LIKE :mark "
    "AND at > extract(epoch FROM clock_timestamp()) - :fresh"
)
_SIGN = text(
    "INSERT INTO write_marks (writer, batch, at) VALUES (:writer, 0, extract(epoch FROM clock_timestamp())) "
    "ON CONFLICT (writer) DO UPDATE SET at = excluded.at"
)


def alive(connection: Connection, fresh: float = FRESH_SECONDS) -> set[int]:
    """The numbers of the processes that are."""
    values = {"presence": PRESENCE, "skip": len(_MARK) + 1, "mark": f"{_MARK}%", "fresh": fresh}
    return set(connection.execute(_ALIVE, values).scalars())


class SignOfLife:
    """Looks whether `process` can be seen, and marks it as alive as long as it would be taken for dead."""

    def __init__(self, engine: Engine, journal: Journal, process: int) -> None:
        self._reader = Reader(engine)
        self._journal = journal
        self._process = process
        self.rounds = Rounds("showing other processes that this one lives", self._look, SIGN_SECONDS)

    async def close(self) -> None:
        """Stop."""
        await self.rounds.close()
        await self._reader.close()

    async def _look(self) -> None:
        # A mark that is no longer new does not count here, so that it is renewed before it is too old for the others.
        if self._process not in await self._reader.read(lambda connection: alive(connection, SIGN_SECONDS)):
            await self._journal.execute(self._mark)

    def _mark(self, connection: Connection) -> None:
        connection.execute(_SIGN, {"writer": f"{_MARK}{self._process}"})
