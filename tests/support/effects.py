"""The world outside: a process of its own that notes every effect it is asked for before it answers.

Run as a script it serves on a free port of loopback, prints the port, and appends one line `KEY` an effect to the file
it is given. `?ms=` makes the answer take that long; `?fail=1` refuses the first call of each key with a 503.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class EffectSink:
    """The process, as a context manager."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def __enter__(self) -> EffectSink:
        self._log.touch()
        command = [sys.executable, __file__, str(self._log)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    def counts(self) -> Counter[str]:
        """How often each key was asked for: `run:node`."""
        return Counter(self._log.read_text().split())

    def wait_for_calls(self, total: int, seconds: float = 60) -> None:
        """Return when so many calls have come in all."""
        for _ in range(int(seconds * 50)):
            if self.counts().total() >= total:
                return
            time.sleep(0.02)  # a look at a file of another process: there is no event to wait for
        raise AssertionError(f"{self.counts().total()} calls came, not {total}")


def _serve(log: Path) -> None:
    file = os.open(log, os.O_WRONLY | os.O_APPEND)
    refused: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            key = self.headers["Idempotency-Key"]
            os.write(file, f"{key}\n".encode())  # one write: lines of parallel calls do not mix
            query = parse_qs(urlsplit(self.path).query)
            time.sleep(int(query.get("ms", ["0"])[0]) / 1000)
            fails = "fail" in query and key not in refused
            refused.add(key)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(503 if fails else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            return  # whoever called was killed

    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
