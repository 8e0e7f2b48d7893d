"""Hear what other processes wrote: PostgreSQL's LISTEN, on a connection of its own that also shows that we live.

What is missed while the connection is down is made up for: watchers look for themselves every few seconds, and are told
to look as soon as the connection is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json

from sqlalchemy import Engine

from voicegraph.errors import StorageError
from voicegraph.graph.model import RunId
from voicegraph.rounds import Rounds
from voicegraph.run.state import RunStatus
from voicegraph.store.core.event_feed import EventFeed
from voicegraph.store.core.shared_writes import CHANNEL
from voicegraph.store.processes.signs_of_life import PRESENCE

PAUSE_SECONDS = 1.0


class Listener:
    """Passes on to the feed what was announced by processes other than `process`."""

    def __init__(self, engine: Engine, feed: EventFeed, process: int) -> None:
        self._url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._feed = feed
        self._process = process
        self._listening = asyncio.Event()
        self.rounds = Rounds("announcements of other processes", self._listen, PAUSE_SECONDS)

    async def open(self) -> None:
        """Start listening. Returns when announcements are heard, or could not be for now."""
        self.rounds.open()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await self._listening.wait()

    async def close(self) -> None:
        """Stop."""
        await self.rounds.close()

    async def _listen(self) -> None:
        """As long as the connection lasts."""
        import psycopg

        try:
            async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                # Shared: the server may not know yet that the connection before is lost, and would keep us waiting.
                await connection.execute("SELECT pg_advisory_lock_shared(%s, %s)", (PRESENCE, self._process))
                await connection.execute(f"LISTEN {CHANNEL}")
                self._listening.set()
                self.rounds.well()
                self._feed.poke_all()
                async for notice in connection.notifies():
                    self._take(notice.payload)
        except psycopg.Error as error:
            raise StorageError(f"Announcements of other processes are not heard ({error}).") from error

    def _take(self, payload: str) -> None:
        process, run_id, status = json.loads(payload)
        if process != self._process:
            self._feed.poke(RunId(run_id), RunStatus(status) if status else None)
