"""Who runs a live run outside the server: a server that starts must not take the command line's runs for dead."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from voicegraph.db.private import private_folder

YOUNG_SECONDS = 5.0


class Presence:
    """A lock file for each live run of the command line, held until it is over or its process dies, however it dies."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "live"

    @contextmanager
    def marked(self, run_id: str) -> Generator[None]:
        """Say that this process runs it."""
        private_folder(self._folder)
        path = self._path(run_id)
        try:
            with FileLock(path):
                yield
        finally:
            path.unlink(missing_ok=True)

    def is_marked(self, run_id: str) -> bool:
        """Whether another process runs it. What a dead one left behind is removed."""
        path = self._path(run_id)
        if not path.exists():
            return False
        try:
            FileLock(path, blocking=False).acquire().lock.release()
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
