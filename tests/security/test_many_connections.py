"""Row 23 on a server as its users start it: thousands of half-sent requests, and it answers during all of it."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from support.process import Serve

HALF = b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "
MAX_LOG = 1 << 20
FEW_FILES = ["sh", "-c", 'ulimit -n 1024; exec "$@"', "sh"]
"""What most systems give a process, without a way to more."""


@pytest.fixture(autouse=True)
def many_files() -> Iterator[None]:
    """This side of the sockets needs as many."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < 6000:
        pytest.skip("this system gives a process too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (6000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture(params=[[], FEW_FILES], ids=["usual limits", "1,024 files"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serve]:
    server = Serve(tmp_path).start(request.param)
    yield server
    assert server.stop() == 0
    assert len(server.log) < MAX_LOG
    assert "Traceback" not in server.log, server.log[:5000]


class Crowd:
    """Clients that hold sockets."""

    def __init__(self, url: str) -> None:
        self.port = int(url.rpartition(":")[2])
        self.held: list[socket.socket] = []

    def come(self, number: int, of: str, say: bytes = HALF) -> None:
        for _ in range(number):
            one = socket.create_connection(("127.0.0.1", self.port), source_address=(of, 0))
            self.held.append(one)
            one.sendall(say)

    def leave(self) -> None:
        for one in self.held:
            one.close()
        self.held.clear()


@pytest.fixture
def crowd(server: Serve) -> Iterator[Crowd]:
    crowd = Crowd(server.url)
    yield crowd
    crowd.leave()


def judge_health(url: str) -> None:
    """From the address the crowd has, and from another one."""
    for of in ("127.0.0.1", "127.0.0.9"):
        with httpx.Client(transport=httpx.HTTPTransport(local_address=of), timeout=10) as client:
            for _ in range(5):
                assert client.get(f"{url}/api/health").status_code == 200


def test_two_thousand_half_sent_requests_of_one_address_shut_nobody_out(server: Serve, crowd: Crowd) -> None:
    for _ in range(10):
        crowd.come(200, "127.0.0.1")
        judge_health(server.url)


def test_half_sent_requests_of_many_addresses_shut_nobody_out(server: Serve, crowd: Crowd) -> None:
    for last in range(10, 20):
        crowd.come(400, f"127.0.0.{last}")
        judge_health(server.url)


def test_a_flood_of_what_is_no_http_fills_no_log(server: Serve, crowd: Crowd) -> None:
    for _ in range(10):
        crowd.come(300, "127.0.0.1", b"nonsense\r\n\r\n")
        judge_health(server.url)
        crowd.leave()


def test_a_half_sent_request_is_cut_off_after_ten_seconds(tmp_path: Path) -> None:
    server = Serve(tmp_path).start()
    try:
        port = int(server.url.rpartition(":")[2])
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", port), timeout=60) as one:
            one.sendall(HALF)
            assert one.recv(100).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began >= 9.9
    finally:
        server.stop()
