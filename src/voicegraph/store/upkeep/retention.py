"""Retention by age and number, pages given back to the disk, a short write-ahead log: what keeps the database small."""

from __future__ import annotations

import asyncio
import logging
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, make_url, text

from voicegraph import clock
from voicegraph.graph.model import first_id
from voicegraph.rounds import Rounds
from voicegraph.settings import Settings
from voicegraph.store.core.commit_marks import drop_old_marks
from voicegraph.store.core.file_uses import drop_unused
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.reader import Reader
from voicegraph.store.files.contents import Contents
from voicegraph.store.upkeep.free_space import require_room, require_writes
from voicegraph.store.upkeep.removal import Removal, Removals
from voicegraph.store.views.filters import Finder, RunFilter

log = logging.getLogger(__name__)

EVERY_SECONDS = 900.0
DAY = 86_400.0
PAGES = 2_000
"""Pages given back in one transaction: 8 MB."""
WORTH_PAGES = 256
"""Free pages that are left alone: the next runs need them anyway."""
OVER = RunFilter(over=True)


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """The runs that retention would remove: over and older than the run `before`. None: nothing is limited."""

    days: int | None
    runs: int | None
    before: str | None
    count: int
    kept: int


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes. `free` lies inside the database and is given back by the next upkeep; `left` is free on the volume."""

    database: int
    log: int
    free: int
    files: int
    left: int


class Upkeep:
    """Removes, tidies and measures. `open` starts the periodic work, `close` ends it."""

    def __init__(self, engine: Engine, reader: Reader, journal: Journal, settings: Settings) -> None:
        self._engine = engine
        self._reader = reader
        self._journal = journal
        self._settings = settings
        self._sqlite = engine.dialect.name == "sqlite"
        self.rounds = Rounds("upkeep of the history", self.round, EVERY_SECONDS, first=EVERY_SECONDS)
        self._contents = Contents(settings.data_dir / "files", reader, journal)
        self.removals = Removals(reader, journal, self._contents)

    async def plan(self, days: int | None = None, runs: int | None = None) -> RetentionPlan:
        """A dry run. Without figures of one's own those of the settings count."""
        if days is None and runs is None:
            days, runs = self._settings.retention_days, self._settings.retention_runs

        def look(connection: Connection) -> RetentionPlan:
            finder = Finder(connection, OVER)
            bounds = [first_id("run", clock.now() - days * DAY)] if days is not None else []
            if runs is not None and (surplus := finder.ids(1, skip=runs)):
                bounds.append(surplus[0] + "~")  # greater than that id, and smaller than the next
            before = max(bounds, default=None)
            count = finder.count(before) if before else 0
            return RetentionPlan(days, runs, before, count, finder.count() - count)

        return await self._reader.read(look)

    async def apply(self, plan: RetentionPlan) -> Removal | None:
        """Begin to remove what the plan says; None when that is nothing."""
        return await self.removals.start_filter(OVER, plan.before) if plan.before and plan.count else None

    async def tidy(self) -> int:
        """Give free pages back to the disk and empty the write-ahead log. Bytes given back. PostgreSQL does it itself."""
        if not self._sqlite:
            return 0
        pages = 0
        while freed := await self._journal.free(_give_back):
            pages += freed
        await asyncio.to_thread(self._checkpoint)
        return pages * await self._reader.read(lambda c: c.exec_driver_sql("PRAGMA page_size").scalar_one())

    async def disk(self) -> Disk:
        """What the history takes."""
        use = await asyncio.to_thread(files_of, self._settings)
        if not self._sqlite:
            size = text("SELECT pg_database_size(current_database())")
            return replace(use, database=await self._reader.read(lambda c: c.execute(size).scalar_one()))

        def free(connection: Connection) -> int:
            pages = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
            return pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one()

        return replace(use, free=await self._reader.read(free))

    async def require_room(self) -> None:
        """StorageError when the disk is full, or the database takes no writes."""
        await require_room(self._settings, self._journal, sqlite=self._sqlite)

    async def require_writes(self) -> None:
        """StorageError when the database takes none."""
        await require_writes(self._journal, sqlite=self._sqlite)

    def open(self) -> None:
        """Look every quarter of an hour."""
        self.rounds.open()

    async def close(self) -> None:
        """Stop, after the batch in hand."""
        await self.rounds.close()
        await self.removals.close()

    async def round(self) -> None:
        """Retention, then files that nobody uses any more, then tidying."""
        plan = await self.plan()
        if removal := await self.apply(plan):
            log.info("Retention removes %d runs and keeps %d", plan.count, plan.kept)
            assert removal.task  # noqa: S101 - it was just started
            await asyncio.wait({removal.task})
        await self._journal.free(drop_unused)
        await self._journal.execute(drop_old_marks)
        await self._contents.sweep()
        await self.tidy()
        await asyncio.to_thread(self._journal.make_reserve)

    def _checkpoint(self) -> None:
        connection = self._engine.raw_connection()  # outside of any transaction
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        finally:
            connection.close()


def _give_back(connection: Connection) -> int:
    """Give some free pages back; how many."""
    before = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
    if before <= WORTH_PAGES:
        return 0
    # Each step of this statement gives one page back, and SQLAlchemy takes no steps where there are no columns.
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA incremental_vacuum({min(PAGES, before - WORTH_PAGES)})").fetchall()
    return before - connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()


def files_of(settings: Settings) -> Disk:
    """What lies in the data folder. The database is 0 there when it is PostgreSQL."""
    data = settings.data_dir
    database = data / "voicegraph.db"
    if settings.database_url and settings.database_url.startswith("sqlite"):
        database = Path(make_url(settings.database_url).database or "")
    there = next(folder for folder in (data, *data.absolute().parents) if folder.is_dir())
    return Disk(
        database=_bytes(database) if not (settings.database_url or "").startswith("postgres") else 0,
        log=_bytes(database.with_name(database.name + "-wal")) if database.name else 0,
        free=0,
        files=_size(data / "files"),
        left=shutil.disk_usage(there).free,
    )


def _size(folder: Path) -> int:
    return sum(_bytes(path) for path in folder.rglob("*")) if folder.is_dir() else 0


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0
