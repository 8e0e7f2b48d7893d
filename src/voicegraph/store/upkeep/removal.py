"""Remove many runs, in batches small enough that nobody who writes has to wait, with progress, until cancelled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, delete, select

from voicegraph.db.tables import TERMINAL_STATUSES, follow_ups, item_runs, node_runs, run_events, run_payloads, runs
from voicegraph.errors import Conflict, NotFound, StorageError
from voicegraph.graph.model import RunId, new_id
from voicegraph.store.core.file_uses import forget_runs
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.reader import Reader
from voicegraph.store.files.contents import Contents
from voicegraph.store.views.filters import Finder, RunFilter

log = logging.getLogger(__name__)

BATCH = 100
"""Runs in one transaction: some hundredths of a second."""
KEPT = 50
"""Removals that are over and still tell how they ended."""


@dataclass(slots=True)
class Removal:
    """A removal that goes on, or how it ended. `total` is what was found when it began."""

    id: str
    total: int
    deleted: int = 0
    state: Literal["running", "done", "cancelled", "failed"] = "running"
    error: str | None = None
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class Removals:
    """Runs that are over are removed; whatever was asked for, a run that goes on stays."""

    def __init__(self, reader: Reader, journal: Journal, contents: Contents) -> None:
        self._reader = reader
        self._journal = journal
        self._contents = contents
        self._known: dict[str, Removal] = {}

    async def delete(self, run_id: RunId) -> None:
        """Remove one run that is over, at once. NotFound; Conflict while it is running."""

        def work(connection: Connection) -> None:
            if delete_over(connection, [run_id]) == 0:
                if connection.execute(select(runs.c.id).where(runs.c.id == run_id)).first() is None:
                    raise NotFound(f"There is no run {run_id}.")
                raise Conflict("run_active", "The run is not over. Cancel it first, then delete it.")

        await self._journal.free(work)
        await self._contents.sweep()

    async def start_filter(self, which: RunFilter, before: str | None = None) -> Removal:
        """Remove what fits now (and is older than the run `before`); what comes later stays."""
        total = await self._reader.read(lambda connection: Finder(connection, which.ended()).count(before))
        removal = self._begin(total)
        removal.task = asyncio.create_task(
            self._guard(removal, lambda: self._by_filter(removal, which.ended(), before))
        )
        return removal

    async def start_ids(self, ids: Sequence[RunId]) -> Removal:
        """Remove these. Ids of runs that go on or are gone are passed over."""
        wanted = [*dict.fromkeys(ids)]
        query = select(runs.c.id).where(runs.c.status.in_(TERMINAL_STATUSES))
        found = await self._reader.read(
            lambda connection: [RunId(one) for one in connection.execute(query.where(runs.c.id.in_(wanted))).scalars()]
        )
        removal = self._begin(len(found))
        removal.task = asyncio.create_task(self._guard(removal, lambda: self._by_ids(removal, found)))
        return removal

    def get(self, removal_id: str) -> Removal:
        """One of the last fifty; NotFound."""
        if removal_id not in self._known:
            raise NotFound(f"There is no removal {removal_id}. The server forgets them when it stops.")
        return self._known[removal_id]

    async def cancel(self, removal_id: str) -> Removal:
        """Stop after the batch in hand. What is removed stays removed. NotFound."""
        removal = self.get(removal_id)
        if removal.state == "running" and removal.task:
            removal.task.cancel()
            await asyncio.wait({removal.task})
            if removal.state == "running":
                removal.state = "cancelled"  # before it had begun
        return removal

    async def close(self) -> None:
        """Stop all of them."""
        for removal in list(self._known.values()):
            await self.cancel(removal.id)

    def _begin(self, total: int) -> Removal:
        over = [one for one in self._known.values() if one.state != "running"]
        for old in over[: max(0, len(over) - KEPT + 1)]:
            del self._known[old.id]
        removal = Removal(new_id("del"), total)
        self._known[removal.id] = removal
        return removal

    async def _guard(self, removal: Removal, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
            removal.state = "done"
        except asyncio.CancelledError:
            removal.state = "cancelled"
        except StorageError as error:
            removal.state, removal.error = "failed", error.message
            log.warning("Removing runs stopped: %s", error.message)

    async def _by_filter(self, removal: Removal, which: RunFilter, before: str | None) -> None:
        """The last run of a batch goes with the next one: the search counts by order of writing, and where a run that is
        gone stood in it, nobody knows.
        """
        last: list[RunId] = []
        while ids := await self._next(which, before):
            await self._remove(removal, [*last, *ids[:-1]])
            last, before = ids[-1:], ids[-1]
        await self._remove(removal, last)

    async def _next(self, which: RunFilter, before: str | None) -> list[RunId]:
        return await self._reader.read(lambda connection: Finder(connection, which).ids(BATCH, before))

    async def _by_ids(self, removal: Removal, ids: Sequence[RunId]) -> None:
        for start in range(0, len(ids), BATCH):
            await self._remove(removal, ids[start : start + BATCH])

    async def _remove(self, removal: Removal, ids: Sequence[RunId]) -> None:
        """Where the disk has no room for so many at a time, fewer: each of them makes some."""
        if not ids:
            return
        try:
            removal.deleted += await self._journal.free(lambda connection: delete_over(connection, ids))
        except StorageError:
            if len(ids) == 1:
                raise
            half = len(ids) // 2
            await self._remove(removal, ids[:half])
            await self._remove(removal, ids[half:])
        else:
            await self._contents.sweep()


def delete_over(connection: Connection, ids: Sequence[RunId]) -> int:
    """Delete those of these runs that are over, with everything kept of them. How many that were.

    Contents of their files are loose then: see `Contents.sweep`.
    """
    query = select(runs.c.id).where(runs.c.id.in_(ids), runs.c.status.in_(TERMINAL_STATUSES))
    over = (
        connection.execute(query.with_for_update()).scalars().all()
    )  # a file that is just stored waits, and learns it
    forget_runs(connection, over)
    for table in (run_events, item_runs, node_runs, run_payloads, follow_ups):
        connection.execute(delete(table).where(table.c.run_id.in_(over)))
    connection.execute(delete(runs).where(runs.c.id.in_(over)))
    return len(over)
