"""Hear what other processes wrote: PostgreSQL's LISTEN, on a connection of its own that also shows that we live.

What is missed while the connection is down is made up for: watchers look for themselves every few seconds, and are told
to look as soon as the connection is back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging

from sqlalchemy import Engine

from voicegraph.graph.model import RunId
from voicegraph.history.feed import Feed
from voicegraph.history.shared import CHANNEL
from voicegraph.run.state import RunStatus

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
PRESENCE = 0x566F6963  # "Voic": with the number of a process, the lock that a living one holds


class Listener:
    """Passes on to the feed what was announced by processes other than `process`."""

    def __init__(self, engine: Engine, feed: Feed, process: int) -> None:
        self._url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._feed = feed
        self._process = process
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start listening. Returns when announcements are heard, or could not be for now."""
        listening = asyncio.Event()
        self._task = asyncio.create_task(self._listen(listening))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await listening.wait()

    async def close(self) -> None:
        """Stop."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _listen(self, listening: asyncio.Event) -> None:
        import psycopg

        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute("SELECT pg_advisory_lock(%s, %s)", (PRESENCE, self._process))
                    await connection.execute(f"LISTEN {CHANNEL}")
                    listening.set()
                    self._feed.poke_all()
                    async for notice in connection.notifies():
                        self._take(notice.payload)
            except psycopg.Error as error:
                log.warning("Announcements of other processes are not heard (%s); trying again", error)
            await asyncio.sleep(PAUSE_SECONDS)

    def _take(self, payload: str) -> None:
        process, run_id, status = json.loads(payload)
        if process != self._process:
            self._feed.poke(RunId(run_id), RunStatus(status) if status else None)
