"""A service outside the server that remembers what was done to it. Run as a script, it is a process of its own.

Each request is a line in an append-only log before it is answered: the key (`run:node`, `run:node:item`) of its Idempotency-Key header.
`POST /slow/30` answers after 30 ms; `POST /flaky/30` does so too, but with 503 the first time a key comes. `POST /long/15`
does not answer the first 15 times a key comes, and then at once. `POST /held/0` answers when the test says so (`release`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass
class Effects:
    """The running service."""

    url: str
    _log: Path

    def starts(self) -> Counter[str]:
        """How often each node, and each item of a node with `each`, began to take effect."""
        return Counter(self._log.read_text().split())

    def release(self) -> None:
        """Let it answer what is held."""
        _released(self._log).touch()

    def wait_for(self, more: int, most_seconds: float) -> None:
        """Until so many more effects have begun, or nothing seems to come."""
        lines, end = self._count() + more, time.monotonic() + most_seconds
        while self._count() < lines and time.monotonic() < end:
            time.sleep(0.005)

    def _count(self) -> int:
        return self._log.read_bytes().count(b"\n")


def _released(log: Path) -> Path:
    return log.with_suffix(".released")


@contextmanager
def effects(folder: Path) -> Iterator[Effects]:
    """Start the process, and end it."""
    log = folder / "effects.log"
    log.touch()
    process = subprocess.Popen([sys.executable, __file__, str(log)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        port = int(process.stdout.readline())
        yield Effects(f"http://127.0.0.1:{port}", log)
    finally:
        process.kill()
        process.communicate()


def _serve(log: str) -> None:
    lines, released = os.open(log, os.O_WRONLY | os.O_APPEND), _released(Path(log))
    seen: Counter[str] = Counter()

    class Handling(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            key = self.headers["Idempotency-Key"]
            os.write(lines, f"{key}\n".encode())
            seen[key] += 1
            self.rfile.read(int(self.headers.get("content-length") or 0))
            _, kind, milliseconds = self.path.split("/")
            if kind == "long":
                time.sleep(0 if seen[key] > int(milliseconds) else 600)
            elif kind == "held":
                while not released.exists():
                    time.sleep(0.005)
            else:
                time.sleep(int(milliseconds) / 1000)
            body = f"{key} done".encode()
            self.send_response(503 if kind == "flaky" and seen[key] == 1 else 200)
            self.send_header("content-type", "text/plain")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(ConnectionError):  # whoever asked was killed
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
    server.daemon_threads = True
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _serve(sys.argv[1])
