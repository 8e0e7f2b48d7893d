"""One database, several processes: what each needs so that all see the same runs."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy import Connection, Engine, select

from voicegraph.db.presence import Presence
from voicegraph.db.tables import TERMINAL_STATUSES, runs
from voicegraph.graph.model import RunId
from voicegraph.rounds import Rounds
from voicegraph.run.events import EngineName
from voicegraph.store.core.backlog_limit import Backlog
from voicegraph.store.core.event_feed import EventFeed
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.reader import Reader
from voicegraph.store.core.shared_writes import SharedEntryWriter
from voicegraph.store.processes.listener import Listener
from voicegraph.store.processes.signs_of_life import SignOfLife, alive
from voicegraph.store.runs.stored_runs import StoredRuns

POSTGRES_POLL = 2.0
"""Seconds between looks of a watcher: a safety net under the announcements."""
SQLITE_POLL = 0.5
"""SQLite announces nothing, and a look is cheap."""
SURE_SECONDS = 20.0
"""Of two looks that both find nobody who runs a live run, at least so far apart: a living process loses its connection,
and has it back a second or two later, or gives another sign (`store.processes.signs_of_life`)."""


class SharedDatabase:
    """The journal and the feed of this process, and its ear for the others."""

    def __init__(self, engine: Engine, backlog: Backlog) -> None:
        process = secrets.randbits(31)
        announces = engine.dialect.name == "postgresql"
        self.feed = EventFeed(POSTGRES_POLL if announces else SQLITE_POLL)
        self.journal = Journal(engine, self.feed, SharedEntryWriter(engine.dialect, process, backlog))
        self._listener = Listener(engine, self.feed, process) if announces else None
        self._sign = SignOfLife(engine, self.journal, process) if announces else None
        self.announces = announces
        """Whether the processes hear of each other's runs at once, and of each other's end."""

    @property
    def rounds(self) -> Sequence[Rounds]:
        """What it does by itself."""
        return [one.rounds for one in (self._listener, self._sign) if one]

    async def open(self) -> None:
        """Start hearing the others, and being seen by them."""
        if self._listener:
            await self._listener.open()
        if self._sign:
            self._sign.rounds.open()

    async def close(self) -> None:
        """Stop."""
        if self._sign:
            await self._sign.close()
        if self._listener:
            await self._listener.close()


class OtherProcesses:
    """Those that run live runs on this database: command lines, and where `orphans` can be asked for, other servers.

    With `marks` this process is such a command line: a server must see which live runs are its own.
    """

    def __init__(
        self, presence: Presence, orphans: Callable[[], Awaitable[Sequence[RunId]]] | None, *, marks: bool = False
    ) -> None:
        self._presence = presence
        self._orphans = orphans
        self._marks = marks
        self._suspected: dict[RunId, float] = {}
        self.hear = orphans is not None

    def mark(self, run_id: RunId) -> None:
        """See `engines.live_engine.Others`. A server's own need none: no other one closes them."""
        if self._marks:
            self._presence.mark(run_id)

    def unmark(self, run_id: RunId) -> None:
        """See `engines.live_engine.Others`."""
        self._presence.unmark(run_id)

    def has(self, run_id: RunId) -> bool:
        """Whether a command line on this machine runs it."""
        return self._presence.is_marked(run_id)

    async def left_behind(self) -> Sequence[RunId]:
        """Runs whose process died before they were over."""
        marked = [RunId(run_id) for run_id in await asyncio.to_thread(self._presence.left_behind)]
        return [*marked, *(await self._still_orphaned(self._orphans) if self._orphans else ())]

    async def _still_orphaned(self, orphans: Callable[[], Awaitable[Sequence[RunId]]]) -> Sequence[RunId]:
        """Those that an earlier look has found, and each since."""
        now, known = time.monotonic(), self._suspected
        self._suspected = {run_id: known.get(run_id, now) for run_id in await orphans() if not self.has(run_id)}
        return [run_id for run_id, since in self._suspected.items() if run_id in known and now - since >= SURE_SECONDS]


class SharedRuns(StoredRuns):
    """Live runs of other processes that are alive are not ours to close."""

    def __init__(self, reader: Reader, journal: Journal) -> None:
        super().__init__(reader, journal)
        self._runs = reader

    async def unfinished(self, engine: EngineName) -> list[RunId]:
        """As the base class; of live runs, those whose process is gone."""
        if engine != "live":
            return await super().unfinished(engine)
        return await self._runs.read(_orphans)


def _orphans(connection: Connection) -> list[RunId]:
    owners = {str(process) for process in alive(connection)} if _is_postgres(connection) else set[str]()
    query = select(runs.c.id, runs.c.engine_run_id).where(
        runs.c.engine == "live", runs.c.status.not_in(TERMINAL_STATUSES)
    )
    return [RunId(run_id) for run_id, owner in connection.execute(query) if owner not in owners]


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
