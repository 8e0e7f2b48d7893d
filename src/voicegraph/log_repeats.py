"""Lines of the log that repeat are counted: who knocks a thousand times a second must not fill the disk."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

WINDOW_SECONDS = 10
SAME_TEXT = 3
"""So often one text is written in a window."""
SAME_PLACE = 100
"""So many lines, whatever they say, one statement of a program writes in a window."""
MAX_KEPT = 1000


@dataclass(slots=True)
class _Window:
    """Since when something is counted, how often it came, and its first line, which has no secrets."""

    since: float
    line: str
    seen: int = 0


class RepeatFilter:
    """Judges records one by one. What is left out is told as a number: with the next line after its window, or at the end."""

    def __init__(self, seconds: float = WINDOW_SECONDS, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._now = now
        self._windows: dict[tuple[object, ...], tuple[_Window, int]] = {}
        self._lock = threading.Lock()

    def due(self, record: logging.LogRecord, form: Callable[[logging.LogRecord], str]) -> list[str]:
        """What is to be written now that this came. `form` is asked for the text of what is written only."""
        place = (record.pathname, record.lineno)
        same = (record.name, record.levelno, record.getMessage())
        with self._lock:
            told = self._close(self._now() - self._seconds)
            if self._is_full(place) or self._is_full(same):
                return told
            text = form(record)
            self._note(place, SAME_PLACE, text)
            self._note(same, SAME_TEXT, text)
        return [*told, text]

    def rest(self) -> list[str]:
        """The counts that have not been told."""
        with self._lock:
            return self._close(self._now())

    def _is_full(self, key: tuple[object, ...]) -> bool:
        """Whether one more is only counted; then it is."""
        window, most = self._windows.get(key, (None, 0))
        if window is None or window.seen < most:
            return False
        window.seen += 1
        return True

    def _note(self, key: tuple[object, ...], most: int, text: str) -> None:
        """Past so many kinds at once, a new one is written uncounted; its place is counted."""
        if key not in self._windows and len(self._windows) < MAX_KEPT:
            self._windows[key] = (_Window(self._now(), text.partition("\n")[0]), most)
        if key in self._windows:
            self._windows[key][0].seen += 1

    def _close(self, until: float) -> list[str]:
        over = [key for key, _ in takewhile(lambda item: item[1][0].since <= until, self._windows.items())]
        closed = [self._windows.pop(key) for key in over]
        return [
            f"{window.line} … and {window.seen - most} more like it" for window, most in closed if window.seen > most
        ]
