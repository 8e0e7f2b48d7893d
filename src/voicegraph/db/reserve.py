"""Room on the disk that is kept back, so that a full disk can be mended by deleting.

SQLite writes before it frees anything. Where the disk is full a deletion gives up this file for as long as it takes, and
so does the end of a run that somebody cancels: only what is over can be deleted. The start of a server gives up a part of
it, so that there is somebody who deletes (`db.opening`). A planned stop gives it up for what is done and not written yet:
that would be done again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from pathlib import Path

from sqlalchemy import URL

from voicegraph.db.private_files import private_file

log = logging.getLogger(__name__)

SIZE = 32 << 20
"""Twice what the write-ahead log takes: it is emptied into the database, which may have to grow for it."""
PART = 10
"""On a small disk it is one part in so many."""
STARTING = 1 << 20
"""What the start of a server writes: the log's index, and a few pages."""
OPENING = 128 << 10
"""What a command writes that opens the database: the log's index."""
LEFT = 16
"""Where less than the whole is taken back, one part in so many stays: a file system has uses of its own for it."""
NAME = "reserve"


def folder_of(url: URL) -> Path | None:
    """Where the database is a file, the folder it is in."""
    file = url.database if url.get_backend_name() == "sqlite" else None
    return Path(file).parent if file and file != ":memory:" else None


class Reserve:
    """The file. Its bytes are really taken: a hole in a file would keep nothing back."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def log_limit(self) -> int:
        """Bytes of the write-ahead log for which the room is enough: as much again is left for the deletion."""
        return self._size(shutil.disk_usage(self._path.parent).total) // 2

    def _size(self, total: int) -> int:
        return min(SIZE, total // PART)

    def is_tight(self) -> bool:
        """Whether what a deletion frees inside the database is wanted outside of it, at once."""
        with contextlib.suppress(OSError):
            usage = shutil.disk_usage(self._path.parent)
            size = self._size(usage.total)
            return usage.free < (size if self._path.exists() else 2 * size)
        return False

    def make(self) -> None:
        """Take the room, or what was given up of it, if there is that much."""
        with contextlib.suppress(OSError):
            usage = shutil.disk_usage(self._path.parent)
            size, kept = self._size(usage.total), self._kept()
            if kept >= size or usage.free < size:
                return
            try:
                private_file(self._path)
                with self._path.open("ab") as file:
                    _take(file.fileno(), kept, size)
            except OSError:
                os.truncate(self._path, kept)

    def take_back(self) -> None:
        """Take most of what is left of the room that was given up: what is done with it needs little."""
        with contextlib.suppress(OSError):
            usage = shutil.disk_usage(self._path.parent)
            private_file(self._path)
            kept = self._kept()
            with self._path.open("ab") as file:
                _take(file.fileno(), kept, min(self._size(usage.total), kept + usage.free - usage.free // LEFT))

    def lend_to_start(self) -> None:
        """Give up as much as the start of a server writes, where the disk has no room for that."""
        self._lend(STARTING, self._kept() // 2, "start")

    def lend_to_open(self) -> bool:
        """The same for a command that opens the database. Half of the whole stays, to delete and cancel with.

        Whether it did; `take_back` is for the command's end.
        """
        with contextlib.suppress(OSError):
            whole = self._size(shutil.disk_usage(self._path.parent).total)
            return self._lend(OPENING, self._kept() - whole // 2, "open the database")
        return False

    def _lend(self, size: int, most: int, why: str) -> bool:
        with contextlib.suppress(OSError):
            if most > 0 and shutil.disk_usage(self._path.parent).free < size:
                os.truncate(self._path, self._kept() - min(size, most))
                log.warning("The disk is full: a part of the room that is kept back is used to %s", why)
                return True
        return False

    def _kept(self) -> int:
        return self._path.stat().st_size if self._path.exists() else 0

    def release(self, why: str) -> bool:
        """Give the room up, to do what `why` says; False when there was none."""
        try:
            self._path.unlink()
        except OSError:
            return False
        log.warning("The disk is full: the room that is kept back is used to %s", why)
        return True


def _take(descriptor: int, kept: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, kept, size - kept)
        return
    block = b"\0" * (1 << 20)
    for start in range(kept, size, len(block)):
        os.write(descriptor, block[: size - start])
