"""Free space on the disk and in the database."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from sqlalchemy import Connection, delete, insert

from voicegraph import clock
from voicegraph.db.tables import write_marks
from voicegraph.errors import StorageError
from voicegraph.settings import Settings
from voicegraph.store.core.journal import Journal

LOW_BYTES = 32 << 20
LOW_PART = 50
"""Low is less than this many bytes, or on a small disk less than one part in so many."""
PROBE_BYTES = 64 << 10
PATIENCE = 5.0
"""Seconds until a write that is not done counts as refused."""


async def require_room(settings: Settings, journal: Journal, *, sqlite: bool) -> None:
    """StorageError when the disk is full, or the database takes no writes."""
    usage = await asyncio.to_thread(shutil.disk_usage, _folder(settings.data_dir))
    if usage.free < min(LOW_BYTES, usage.total // LOW_PART):
        left = f"{usage.free / 1e6:.1f} MB of {usage.total / 1e6:.0f} MB are left"
        raise StorageError(f"The disk is full: {left}. Delete runs and files, or make room on the disk.")
    await require_writes(journal, sqlite=sqlite)


async def require_writes(journal: Journal, *, sqlite: bool) -> None:
    """StorageError when the database takes no writes."""
    try:
        async with asyncio.timeout(PATIENCE):
            await journal.execute(_probe if sqlite else _nothing)
    except TimeoutError as error:
        raise StorageError(f"The database took no write within {PATIENCE:.0f} seconds.") from error


def _folder(data: Path) -> Path:
    return next(folder for folder in (data, *data.absolute().parents) if folder.is_dir())


def _probe(connection: Connection) -> None:
    """Take some pages, and give them back."""
    name = "-" * PROBE_BYTES
    connection.execute(insert(write_marks).values(writer=name, batch=0, at=clock.now()))
    connection.execute(delete(write_marks).where(write_marks.c.writer == name))


def _nothing(_: Connection) -> None:
    """The journal's own mark is a write."""
