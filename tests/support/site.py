"""A web site on loopback, run by a thread: pages, feeds and files for a workflow to read, and hosts that misbehave."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HELD_SECONDS = 60


@dataclass
class Document:
    """What a path answers."""

    body: bytes
    media_type: str = "text/html; charset=utf-8"
    status: int = 200


@dataclass
class Site:
    """`hits` names the paths that were asked for, in order; `bodies` what was posted."""

    port: int = 0
    documents: dict[str, Document] = field(default_factory=dict)
    hits: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    _gates: dict[str, threading.Event] = field(default_factory=dict)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, body: str | bytes, media_type: str = "text/html; charset=utf-8", status: int = 200) -> str:
        """Publish a document; its address."""
        content = body.encode() if isinstance(body, str) else body
        self.documents[path] = Document(content, media_type, status)
        return self.url(path)

    def hold(self, path: str) -> None:
        """From now on this path answers only when it is released: a run stands still there."""
        self._gates[path] = threading.Event()

    def release(self, path: str) -> None:
        """Let those who wait have their answer."""
        self._gates[path].set()

    def arrived(self, requests: int = 1) -> None:
        """Wait for the first request, or for so many."""
        deadline = time.monotonic() + HELD_SECONDS
        while len(self.hits) < requests:
            assert time.monotonic() < deadline, "nobody asked"
            time.sleep(0.01)

    def answer(self, path: str) -> Document:
        self.hits.append(path)
        if gate := self._gates.get(path):
            gate.wait(HELD_SECONDS)
        return self.documents.get(path, Document(b"There is nothing here.", "text/plain", 404))

    def release_all(self) -> None:
        for gate in self._gates.values():
            gate.set()


@contextmanager
def site_on_loopback() -> Iterator[Site]:
    """The site, running on a free port."""
    site = Site()

    class Handling(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = site.answer(self.path.partition("?")[0])
            self.send_response(document.status)
            self.send_header("content-type", document.media_type)
            self.send_header("content-length", str(len(document.body)))
            self.end_headers()
            with suppress(ConnectionError):  # whoever asked did not wait
                self.wfile.write(document.body)

        def do_POST(self) -> None:
            site.bodies.append(self.rfile.read(int(self.headers["content-length"])).decode())
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
    server.daemon_threads = True
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        site.release_all()
        server.shutdown()
        server.server_close()
        thread.join()
