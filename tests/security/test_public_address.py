"""Row 22: a server that other machines reach starts only when its owner says so, and `Host: localhost` is not for them."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.cli import Cli
from support.netns import CLIENT_ADDRESS, SERVER_ADDRESS, Wire, wire
from support.process import Serve

ASK = """
import http.client, json, sys
host, port, names = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
found = {}
for name in names:
    connection = http.client.HTTPConnection(host, port, timeout=20)
    connection.request("GET", "/api/workflows", headers={"Host": name, "X-Forwarded-For": "127.0.0.1"})
    found[name] = connection.getresponse().status
print(json.dumps(found))
"""


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "0", "", "[::]", "::ffff:0.0.0.0"])
def test_a_public_address_is_refused_and_the_setting_that_allows_it_is_named(cli: Cli, host: str) -> None:
    done = cli("serve", "--host", host, "--port", "0")
    assert done.code == 2
    assert "no accounts" in done.said
    assert "VOICEGRAPH_ALLOW_PUBLIC_ADDRESS=1" in done.said
    assert not (cli.home / "data").exists()


def test_a_name_that_leads_to_a_public_address_is_refused(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    done = cli("serve", "--host", "voice.example", "--port", "0")
    assert done.code == 2
    assert "voice.example can be reached from other machines" in done.said


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "127.1"])
def test_every_address_of_loopback_is_served_without_a_word(cli: Cli, host: str) -> None:
    server = Serve(cli.home, VOICEGRAPH_HOST=host).start()
    assert server.stop() == 0
    assert "Other machines" not in server.log


def test_a_host_that_is_none_is_said_plainly(cli: Cli) -> None:
    for host in ("no-such-host.invalid", "a" * 70 + ".example"):
        done = cli("serve", "--host", host, "--port", "0")
        assert done.code == 2
        assert f"Cannot listen on {host}:0" in done.said


@pytest.fixture
def two_machines() -> Iterator[Wire]:
    with wire() as made:
        if made is None:
            pytest.skip("network namespaces need root and `ip` (iproute2)")
        yield made


def test_another_machine_is_answered_under_the_owners_names_only(two_machines: Wire, tmp_path: Path) -> None:
    settings = {"VOICEGRAPH_HOST": SERVER_ADDRESS, "VOICEGRAPH_ALLOW_PUBLIC_ADDRESS": "1", "FORWARDED_ALLOW_IPS": "*"}
    server = Serve(tmp_path, **settings).start(Wire.inside(two_machines.server))
    try:
        port = server.url.rpartition(":")[2]
        asked = [f"{SERVER_ADDRESS}:{port}", f"localhost:{port}", "127.0.0.1", "[::1]", "localhost", CLIENT_ADDRESS]
        command = [*Wire.inside(two_machines.client), sys.executable, "-c", ASK, SERVER_ADDRESS, port, *asked]
        answers = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)
        assert answers.pop(f"{SERVER_ADDRESS}:{port}") == 200
        assert set(answers.values()) == {400}, answers
    finally:
        assert server.stop() == 0
    assert f"Other machines reach {SERVER_ADDRESS}" in server.log
