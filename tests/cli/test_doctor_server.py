"""`voicegraph doctor` asks the server that runs on the data folder how it is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from support.process import Serve

from voicegraph.cli.doctor_server import examine_server
from voicegraph.cli.remote import ADDRESS_FILE
from voicegraph.settings import Settings

FAILING = {"name": "schedules", "state": "failing", "error": "The database is away.", "since": None}


def settings_of(folder: Path) -> Settings:
    folder.mkdir(exist_ok=True)
    return Settings(_env_file=None, data_dir=folder)


@contextmanager
def answering(folder: Path, status: int, body: Any) -> Iterator[None]:
    """A server that is alive, and whose readiness is this."""

    class Handling(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ready = self.path == "/api/health/ready"
            said = json.dumps(body if ready else {"version": "1"}).encode()
            self.send_response(status if ready else 200)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    (folder / ADDRESS_FILE).write_text(f"http://127.0.0.1:{server.server_port}")
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_a_real_server_is_ready(tmp_path: Path) -> None:
    assert (await examine_server(settings_of(tmp_path / "data")))[0] == "note"
    server = Serve(tmp_path).start()
    try:
        assert await examine_server(settings_of(tmp_path / "data")) == ("ok", f"{server.url}, ready")
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, {"work": [FAILING]}, "schedules: The database is away."),
        (200, {"work": [FAILING | {"state": "stopped", "error": None}]}, "schedules: stopped"),
        (503, {"error": "The disk is full."}, "takes no work: The disk is full."),
        (200, [], "does not say whether it is ready"),
    ],
)
async def test_what_is_wrong_is_said(tmp_path: Path, status: int, body: Any, said: str) -> None:
    settings = settings_of(tmp_path)
    with answering(tmp_path, status, body):
        state, message = await examine_server(settings)
    assert (state, said in message) == ("bad", True), message
