"""How long a server keeps others waiting while something is done to it."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from typing import TextIO
from urllib.parse import urlsplit

LONGEST_SECONDS = 0.25
POLL_SECONDS = 0.01


class Watch:
    """Asks `/api/health` all the time, and keeps how long the answers took.

    In a process of its own: beside a test that is at work itself, it would measure how long that kept it waiting.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.took: list[float] = []

    def __enter__(self) -> Watch:
        command = [sys.executable, "-I", __file__, self._url]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        assert self._process.stdout.readline(), "the server does not answer"
        return self

    def __exit__(self, *_: object) -> None:
        answers, _ = self._process.communicate()
        self.took = json.loads(answers)

    def judge(self, what: str) -> None:
        longest = max(self.took)
        print(f"{what}: /api/health took {longest * 1000:.0f} ms at most, of {len(self.took)} answers")
        assert longest < LONGEST_SECONDS, f"{what}: {longest * 1000:.0f} ms"


def ask(url: str, stop: TextIO) -> None:
    """A line when it was answered for the first time, and when `stop` has ended all the times in seconds, as JSON."""
    stopped = threading.Event()
    threading.Thread(target=lambda: (stop.read(), stopped.set())).start()
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    took: list[float] = []
    while not stopped.wait(POLL_SECONDS):
        began = time.perf_counter()
        connection.request("GET", "/api/health")
        answer = connection.getresponse()
        answer.read()
        took.append(time.perf_counter() - began)
        assert answer.status == 200
        if len(took) == 1:
            print("answered", flush=True)
    print(json.dumps(took))


if __name__ == "__main__":
    ask(sys.argv[1], sys.stdin)
