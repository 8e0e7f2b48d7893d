"""How long a server keeps others waiting while something is done to it."""

from __future__ import annotations

import threading
import time

import httpx

LONGEST_SECONDS = 0.25
POLL_SECONDS = 0.01


class Watch:
    """Asks `/api/health` all the time, on a thread of its own, and keeps how long the answers took."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stopped = threading.Event()
        self._took: list[float] = []
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _ask(self) -> None:
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while True:
                began = time.perf_counter()
                client.get("/api/health").raise_for_status()
                self._took.append(time.perf_counter() - began)
                if self._stopped.wait(POLL_SECONDS):
                    return

    def judge(self, what: str) -> None:
        longest = max(self._took)
        print(f"{what}: /api/health took {longest * 1000:.0f} ms at most, of {len(self._took)} answers")
        assert longest < LONGEST_SECONDS, f"{what}: {longest * 1000:.0f} ms"
