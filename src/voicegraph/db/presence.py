"""Live runs outside the server: a server that starts must not take the command line's runs for dead."""

from __future__ import annotations

import time
from pathlib import Path

from filelock import FileLock, Timeout

from voicegraph.db.private_files import private_folder, private_lock
from voicegraph.errors import Conflict, StorageError

YOUNG_SECONDS = 5.0


class Presence:
    """A lock file for each live run of the command line, held until it is over or its process dies, however it dies."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "live"
        self._held: dict[str, FileLock] = {}

    def mark(self, run_id: str) -> None:
        """Say that this process runs it. Conflict when another one does; StorageError when it cannot be said."""
        lock = private_lock(self._path(run_id), blocking=False)
        try:
            private_folder(self._folder)
            lock.acquire()
        except Timeout as error:
            raise Conflict.exists_already() from error
        except OSError as error:
            why = f"“{lock.lock_file}” cannot be written ({error.strerror or error})"
            raise StorageError(f"The run cannot be started: {why}.") from error
        self._held[run_id] = lock

    def unmark(self, run_id: str) -> None:
        """It is over, or was not marked here."""
        if lock := self._held.pop(run_id, None):
            lock.release()
            self._path(run_id).unlink(missing_ok=True)

    def is_marked(self, run_id: str) -> bool:
        """Whether another process runs it. What a dead one left behind is removed."""
        path = self._path(run_id)
        if not path.exists():
            return False
        try:
            private_lock(path, blocking=False).acquire().lock.release()
        except Timeout:
            return True
        path.unlink(missing_ok=True)
        return False

    def left_behind(self) -> list[str]:
        """Runs whose process died before they were over."""
        now = time.time()
        # A lock file is made a moment before it is locked.
        paths = [path for path in self._folder.glob("*.lock") if now - path.stat().st_mtime > YOUNG_SECONDS]
        return [path.stem for path in paths if not self.is_marked(path.stem)]

    def _path(self, run_id: str) -> Path:
        return self._folder / f"{run_id}.lock"
