"""The reading side of the store: queries on threads of their own, so that no slow disk holds up the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from voicegraph.errors import StorageError

T = TypeVar("T")

READERS = 4
"""Reads at a time. With the journal's they are the connections that the pool keeps open (`db.connect`)."""


class Reader:
    """Runs queries on threads of its own, so that a slow disk does not stop the event loop, nor whatever else waits
    on a thread (a look-up of a host, a model, a file) the queries.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(READERS, "reader")
        self._reads: set[asyncio.Future[Any]] = set()
        self._closed = False

    async def read(self, query: Callable[[Connection], T]) -> T:
        """What `query` answers, in a transaction of its own. StorageError when the database does not answer."""
        if self._closed:
            raise StorageError("The server is stopping; try again in a moment.")
        read = asyncio.get_running_loop().run_in_executor(self._threads, self._run, query)
        self._reads.add(read)
        read.add_done_callback(self._ended)
        try:
            return await asyncio.shield(read)
        except DBAPIError as error:
            reason = str(error.orig).partition("\n")[0]
            raise StorageError(f"The database did not answer ({reason}). `voicegraph doctor` looks at it.") from error

    async def close(self) -> None:
        """Wait for reads that nobody waits for any more: their connections must be back before the pool goes."""
        self._closed = True
        await asyncio.gather(*self._reads, return_exceptions=True)
        self._threads.shutdown(wait=False)  # they are idle

    def _run(self, query: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return query(connection)

    def _ended(self, read: asyncio.Future[Any]) -> None:
        self._reads.discard(read)
        if not read.cancelled():
            read.exception()  # whoever waited has it; a reader that was cancelled does not want it
