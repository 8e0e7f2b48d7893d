"""Folders and files that only their owner may read: runs hold what people said, and what services answered.

What exists already is closed too. Windows keeps such rights elsewhere and is left as it is.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from filelock import FileLock

OTHERS = 0o077
_OURS = ("secret.key*", "reserve", "engine.lock", "migrate.lock", "live/*.lock")
"""What lies in a data folder beside the database and the uploads; a person may keep other things there."""


def private_folder(folder: Path) -> None:
    """Make the folder when it is not there, with those above it, and close it to others. OSError when it cannot be made."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not folder.samefile(Path.home()):
        close_to_others(folder)


def private_file(path: Path) -> None:
    """Make the file when it is not there, empty, and close it to others: what is written to it later is the owner's."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    close_to_others(path)


def private_lock(path: Path, *, timeout: float = -1, blocking: bool = True, poll_interval: float = 0.05) -> FileLock:
    """A lock on the file, which is the owner's from the moment it is made."""
    return FileLock(path, mode=0o600, timeout=timeout, blocking=blocking, poll_interval=poll_interval)


def close_files(data_dir: Path) -> None:
    """Close to others what is ours in the data folder and was left open."""
    with contextlib.suppress(OSError):
        for path in (found for pattern in _OURS for found in data_dir.glob(pattern)):
            close_to_others(path)


def close_to_others(path: Path) -> None:
    """Take the rights of group and others away; nothing where it is gone, another's, or shared like /tmp."""
    with contextlib.suppress(OSError):
        mode = path.stat().st_mode
        if mode & OTHERS and not mode & stat.S_ISVTX:
            path.chmod(stat.S_IMODE(mode) & ~OTHERS)


def close_folder_of_files(folder: Path) -> None:
    """A folder from a release that left it open: its files first, so that a closed folder is one that was gone through."""
    if not folder.is_dir() or not folder.stat().st_mode & OTHERS:
        return
    for path in folder.iterdir():
        close_to_others(path)
    close_to_others(folder)
