"""One database, several processes: what each needs so that all see the same runs."""

from __future__ import annotations

import secrets

from sqlalchemy import Engine

from voicegraph.history.feed import Feed
from voicegraph.history.journal import Journal
from voicegraph.history.listen import Listener
from voicegraph.history.shared import SharedEntryWriter

POSTGRES_POLL = 2.0
"""Seconds between looks of a watcher: a safety net under the announcements."""
SQLITE_POLL = 0.5
"""SQLite announces nothing, and a look is cheap."""


class SharedDatabase:
    """The journal and the feed of this process, and its ear for the others."""

    def __init__(self, engine: Engine) -> None:
        process = secrets.token_hex(8)
        announces = engine.dialect.name == "postgresql"
        self.feed = Feed(POSTGRES_POLL if announces else SQLITE_POLL)
        self.journal = Journal(engine, self.feed, SharedEntryWriter(engine.dialect, process))
        self._listener = Listener(engine, self.feed, process) if announces else None

    async def open(self) -> None:
        """Start hearing the others."""
        if self._listener:
            await self._listener.open()

    async def close(self) -> None:
        """Stop."""
        if self._listener:
            await self._listener.close()
