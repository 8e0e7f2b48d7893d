"""How long other threads are kept from running."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def longest_hold() -> Iterator[list[float]]:
    """The longest time for which another thread did not get to run."""
    longest, over = [0.0], threading.Event()

    def watch() -> None:
        last = time.perf_counter()
        while not over.wait(0.002):
            now = time.perf_counter()
            longest[0] = max(longest[0], now - last)
            last = now

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield longest
    finally:
        over.set()
        thread.join()
