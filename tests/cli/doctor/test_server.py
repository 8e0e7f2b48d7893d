"""`voicegraph doctor` asks the server that runs on the data folder how it is."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from support.cli import Cli
from support.process import Serve

from voicegraph.cli import server_client
from voicegraph.cli.doctor.server import NONE_YET, examine_server
from voicegraph.cli.server_client import ADDRESS_FILE
from voicegraph.db.connect import connect
from voicegraph.db.lock import OwnerLock
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


@pytest.fixture
def frozen(cli: Cli, server: Serve, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """A server that has the folder and never answers, however long one waits."""
    monkeypatch.setattr(server_client, "PATIENCE_SECONDS", 0.5)
    server.freeze()
    yield server
    server.thaw()


def test_a_server_that_holds_the_folder_and_does_not_answer_is_bad(cli: Cli, frozen: Serve) -> None:
    done = cli("doctor", "--json")
    (found,) = (one for one in done.json if one["what"] == "server")
    said = f"A server holds this data folder, but does not answer at {frozen.url}."
    assert (done.code, found["state"], said in found["message"]) == (1, "bad", True), found


@pytest.mark.parametrize(
    "words",
    [("approve", "run_1", "--yes"), ("schedules", "--pause", "x"), ("run", "--background", "read https://example.com")],
)
def test_commands_say_that_the_server_does_not_answer(cli: Cli, frozen: Serve, words: tuple[str, ...]) -> None:
    """Not that there is none, which would have a second one started."""
    done = cli(*words)
    assert (done.code, f"but does not answer at {frozen.url}." in done.said) == (2, True), done.said


async def test_an_address_that_somebody_else_listens_at_is_no_server(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that was killed leaves it."""
    monkeypatch.setattr(server_client, "PATIENCE_SECONDS", 0.5)
    settings = settings_of(cli.home / "data")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        (settings.data_dir / ADDRESS_FILE).write_text(f"http://127.0.0.1:{listening.getsockname()[1]}")
        assert await examine_server(settings) == ("note", "none runs on this data folder")


async def test_a_process_that_is_no_server_is_told(cli: Cli) -> None:
    settings = settings_of(cli.home / "data")
    engine = connect(settings)
    lock = OwnerLock(engine, settings.data_dir)
    lock.acquire()
    assert await examine_server(settings) == ("note", NONE_YET)
    lock.release()
    engine.dispose()


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
