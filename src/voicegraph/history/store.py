"""Read runs back for an engine that goes on with them (`run.ports.RunStore`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Select, func, select, update
from sqlalchemy.exc import DBAPIError

from voicegraph.db.tables import TERMINAL_STATUSES, runs
from voicegraph.errors import StorageError
from voicegraph.graph.model import RunId
from voicegraph.history.admission import admit
from voicegraph.history.journal import Journal
from voicegraph.history.line import read_line, read_tickets
from voicegraph.history.load import load_run, load_whole
from voicegraph.run.events import EngineName, StoredRun
from voicegraph.run.ports import Line
from voicegraph.run.queue import Ticket

T = TypeVar("T")


class Reader:
    """Runs queries on a worker thread, so that a slow disk does not stop the event loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reads: set[asyncio.Future[Any]] = set()

    async def read(self, query: Callable[[Connection], T]) -> T:
        """What `query` answers, in a transaction of its own. StorageError when the database does not answer."""

        def work() -> T:
            with self._engine.begin() as connection:
                return query(connection)

        try:
            return await asyncio.shield(self._began(asyncio.to_thread(work)))
        except DBAPIError as error:
            reason = str(error.orig).partition("\n")[0]
            raise StorageError(f"The database did not answer ({reason}). `voicegraph doctor` looks at it.") from error

    async def close(self) -> None:
        """Wait for reads that nobody waits for any more: their connections must be back before the pool goes."""
        await asyncio.gather(*self._reads, return_exceptions=True)

    def _began(self, reading: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        read = asyncio.ensure_future(reading)
        self._reads.add(read)
        read.add_done_callback(self._ended)
        return read

    def _ended(self, read: asyncio.Future[Any]) -> None:
        self._reads.discard(read)
        if not read.cancelled():
            read.exception()  # whoever waited has it; a reader that was cancelled does not want it


class StoredRuns:
    """Runs as the engines need them."""

    def __init__(self, reader: Reader, journal: Journal) -> None:
        self._reader = reader
        self._journal = journal

    async def load(self, run_id: RunId) -> StoredRun:
        """The run, its payload and its node rows; NotFound."""
        return await self._reader.read(lambda connection: load_run(connection, run_id))

    async def load_whole(self, run_id: RunId) -> StoredRun:
        """As `load`, with the items of nodes in flight."""
        return await self._reader.read(lambda connection: load_whole(connection, run_id))

    async def unfinished(self, engine: EngineName) -> list[RunId]:
        """Runs that are not over and wait for no timer, oldest first."""
        return await self._ids(
            select(runs.c.id)
            .where(runs.c.status.not_in(TERMINAL_STATUSES), runs.c.engine == engine, runs.c.wake_at.is_(None))
            .order_by(runs.c.id)
        )

    async def line(self, engine: EngineName) -> Line:
        """See `run.ports.RunStore`."""
        return await self._reader.read(lambda connection: read_line(connection, engine))

    async def admit(self, run_id: RunId, workflow_id: str, limit: int, engine_run_id: str) -> bool:
        """Whether one more run of this workflow may begin; for engines whose line is elsewhere."""
        return await self._journal.execute(lambda c: admit(c, run_id, workflow_id, limit, engine_run_id))

    async def tickets(self, run_ids: Sequence[RunId]) -> list[Ticket]:
        """See `run.ports.RunStore`."""
        return await self._reader.read(lambda connection: read_tickets(connection, run_ids)) if run_ids else []

    async def take_due(self, engine: EngineName, now: float) -> list[RunId]:
        """Runs whose timer has come. Their timer is cleared with the same statement, so that each is taken once."""
        taken = (
            update(runs)
            .where(runs.c.wake_at <= now, runs.c.engine == engine, runs.c.status.not_in(TERMINAL_STATUSES))
            .values(wake_at=None)
            .returning(runs.c.id)
        )
        if await self._ids(select(runs.c.id).where(runs.c.wake_at <= now).limit(1)):  # most looks find nothing to write
            return await self._journal.execute(lambda connection: [*map(RunId, connection.execute(taken).scalars())])
        return []

    async def next_wake(self, engine: EngineName) -> float | None:
        """When the next timer comes."""
        query = select(func.min(runs.c.wake_at)).where(runs.c.engine == engine, runs.c.status.not_in(TERMINAL_STATUSES))
        return await self._reader.read(lambda connection: connection.execute(query).scalar())

    async def _ids(self, query: Select[str]) -> list[RunId]:
        return await self._reader.read(lambda connection: [RunId(row) for row in connection.execute(query).scalars()])
