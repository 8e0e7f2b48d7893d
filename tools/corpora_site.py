"""Serves the pages and feeds of the corpora on loopback, each with the type that a server would give it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from corpora_cases import Case
from typing_extensions import override


@contextmanager
def site(cases: Sequence[Case]) -> Generator[str]:
    """The address under which each case is found by its own `address`."""
    by_address = {case.address: case for case in cases}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            case = by_address[self.path.lstrip("/")]
            self.send_response(200)
            self.send_header("Content-Type", case.media_type)
            self.send_header("Content-Length", str(len(case.content)))
            self.end_headers()
            self.wfile.write(case.content)

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
