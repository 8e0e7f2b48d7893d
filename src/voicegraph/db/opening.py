"""Open the database on a full disk: who may use what of the room that is kept back."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from voicegraph.db.connect import url_of
from voicegraph.db.lock import is_owned
from voicegraph.db.migrate import open_database
from voicegraph.db.reserve import OPENING, STARTING, Reserve, folder_of
from voicegraph.errors import ConfigError, StorageError
from voicegraph.settings import Settings

Database = Engine
"""What this gives to whoever puts VoiceGraph together; the library itself stays behind the packages that keep data."""
FULL_PART = 50
"""A disk with less free than a start writes, or on a small disk than one part in so many, is full."""


@contextmanager
def opened(settings: Settings, *, serves: bool) -> Generator[Engine]:
    """The database, until it is closed. A server that starts is given room; a command only where no server has it open.

    What a command is given is taken back when it is done. ConfigError as `open_database`; StorageError on a full disk.
    """
    folder = folder_of(url_of(settings))
    reserve, lent = Reserve(folder) if folder else None, False
    if reserve and serves:
        reserve.lend_to_start()
    elif reserve and not is_owned(settings):
        lent = reserve.lend_to_open()
    try:
        engine = _open(settings, folder)
        try:
            yield engine
        finally:
            engine.dispose()
    finally:
        if reserve and lent:
            reserve.take_back()


def _open(settings: Settings, folder: Path | None) -> Engine:
    try:
        return open_database(settings)
    except ConfigError as error:
        if folder and folder.is_dir() and shutil.disk_usage(folder).free < OPENING:
            raise StorageError("The disk is full: the database cannot be opened. Make room on it.") from error
        raise


def require_room_to_run(settings: Settings) -> None:
    """StorageError on a full disk, before a command runs anything: it would be at work, and its results not kept."""
    folder = folder_of(url_of(settings))
    if folder is None:
        return
    usage = shutil.disk_usage(next(one for one in (folder, *folder.absolute().parents) if one.is_dir()))
    if usage.free < min(STARTING, usage.total // FULL_PART):
        raise StorageError.disk_full()
