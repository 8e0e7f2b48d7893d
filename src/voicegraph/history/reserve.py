"""Room on the disk that is kept back, so that a full disk can be mended by deleting.

SQLite writes before it frees anything. Where the disk is full a deletion gives up this file for as long as it takes.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from pathlib import Path

from voicegraph.db.private import private_file

log = logging.getLogger(__name__)

SIZE = 32 << 20
"""Twice what the write-ahead log takes: it is emptied into the database, which may have to grow for it."""
PART = 10
"""On a small disk it is one part in so many."""
NAME = "reserve"


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
        """Take the room, if there is that much."""
        if self._path.exists():
            return
        with contextlib.suppress(OSError):
            usage = shutil.disk_usage(self._path.parent)
            size = self._size(usage.total)
            if usage.free < size:
                return
            try:
                private_file(self._path)
                with self._path.open("wb") as file:
                    _take(file.fileno(), size)
            except OSError:
                self._path.unlink(missing_ok=True)

    def release(self) -> bool:
        """Give the room up; False when there was none."""
        try:
            self._path.unlink()
        except OSError:
            return False
        log.warning("The disk is full: the room that is kept back is used to delete")
        return True


def _take(descriptor: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
        return
    block = b"\0" * (1 << 20)
    for start in range(0, size, len(block)):
        os.write(descriptor, block[: size - start])
