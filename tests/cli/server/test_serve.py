"""`voicegraph serve`: a process with a port, a lock, signals and an end."""

from __future__ import annotations

import http.client
import signal
import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.api import seed, steps, wait
from support.cli import Cli
from support.process import Serve
from support.site import Site


def test_it_says_where_it_listens_and_leaves_the_address_for_the_command_line(server: Serve, cli: Cli) -> None:
    assert server.url in server.log
    address = cli.home / "data/server.url"
    assert address.read_text() == server.url
    assert server.stop() == 0
    assert not address.exists()


def test_sigterm_lets_nodes_in_flight_finish_and_ends_with_0(cli: Cli, site: Site, stuck: dict[str, Any]) -> None:
    server = Serve(cli.home, VOICEGRAPH_DRAIN_SECONDS="20").start()
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        body = {"workflow": steps({**stuck, "id": "slow"}, seed(id="next"))}
        run_id = client.post("/api/execute-background", json=body).json()["runId"]
        site.arrived()
        assert server._process
        server._process.send_signal(signal.SIGTERM)
        waited_for(lambda: "Stopping" in server.log)
        site.release("/slow")
    assert server.stop() == 0
    run = cli("show", run_id, "--json").json
    nodes = {node["nodeId"]: node["status"] for node in run["nodes"]}
    assert nodes == {"slow": "completed"}  # it finished, and nothing new was started
    with_the_next = Serve(cli.home).start()
    try:
        waited_for(lambda: cli("show", run_id, "--json").json["status"] == "completed")
    finally:
        assert with_the_next.stop() == 0
    assert site.hits == ["/slow"]


def test_a_second_ctrl_c_stops_at_once_and_loses_nothing(cli: Cli, site: Site, stuck: dict[str, Any]) -> None:
    server = Serve(cli.home, VOICEGRAPH_DRAIN_SECONDS="60").start()
    body = {"workflow": steps(seed(id="done"), {**stuck, "id": "slow"})}
    accepted = httpx.post(f"{server.url}/api/execute-background", json=body, trust_env=False)
    site.arrived()
    assert server._process
    server._process.send_signal(signal.SIGINT)
    waited_for(lambda: "Stopping" in server.log)
    assert server._end(signal.SIGINT) == 130
    assert "Traceback" not in server.log
    run = cli("show", accepted.json()["runId"], "--json").json
    assert {node["nodeId"]: node["status"] for node in run["nodes"]} == {"done": "completed", "slow": "running"}
    site.release("/slow")
    with_the_next = Serve(cli.home).start()
    waited_for(lambda: cli("show", run["id"], "--json").json["status"] == "completed")
    assert with_the_next.stop() == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_open_streams_and_connections_do_not_hold_up_the_end(server: Serve, how: signal.Signals) -> None:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        body = {"workflow": steps(wait("1 hour"))}
        run_id = client.post("/api/execute-background", json=body).json()["runId"]
        with (
            client.stream("GET", f"/api/runs/{run_id}/events") as events,
            client.stream("GET", "/api/history/stream") as hints,
        ):
            assert next(events.iter_lines()).startswith("data:")
            began = time.monotonic()
            assert server._end(how) == 0
            assert time.monotonic() - began < 10
            assert hints.status_code == 200


def test_a_port_that_is_taken_is_said_plainly(server: Serve, cli: Cli, tmp_path: Path) -> None:
    port = server.url.rpartition(":")[2]
    cli.settings["VOICEGRAPH_DATA_DIR"] = str(tmp_path / "other")
    done = cli("serve", "--port", port)
    assert done.code == 2
    assert f"Cannot listen on 127.0.0.1:{port} (Address already in use)." in done.said
    assert "--port" in done.said


def test_a_second_server_on_one_database_is_refused(server: Serve, cli: Cli) -> None:
    done = cli("serve", "--port", "0")
    assert done.code == 2
    assert "Another VoiceGraph command or server is running on this database." in done.said
    assert "VOICEGRAPH_DATA_DIR" in done.said
    assert httpx.get(f"{server.url}/api/health/ready", trust_env=False).status_code == 200
    assert (cli.home / "data/server.url").read_text() == server.url


def test_an_address_of_another_machine_is_said_plainly(cli: Cli) -> None:
    cli.settings["VOICEGRAPH_ALLOW_PUBLIC_ADDRESS"] = "1"
    done = cli("serve", "--host", "192.0.2.1", "--port", "0")
    assert done.code == 2
    assert "Cannot listen on 192.0.2.1:0" in done.said


def test_small_answers_come_at_once(server: Serve) -> None:
    """With Nagle's algorithm on, every one would wait 40 ms for an acknowledgement that the client delays."""
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]))
    times: list[float] = []
    for _ in range(30):
        began = time.perf_counter()
        connection.request("GET", "/api/health")
        connection.getresponse().read()
        times.append(time.perf_counter() - began)
    connection.close()
    assert min(times) < 0.02


def test_ipv6(cli: Cli) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    process = cli.start("serve", "--host", "::1", "--port", "0")
    assert process.stdout
    try:
        line = process.stdout.readline()
        url = line.split()[3]
        assert url.startswith("http://[::1]:")
        assert httpx.get(f"{url}/api/health", trust_env=False).status_code == 200
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_server_that_listens_everywhere_is_reached_on_loopback(cli: Cli) -> None:
    cli.settings["VOICEGRAPH_ALLOW_PUBLIC_ADDRESS"] = "1"
    process = cli.start("serve", "--host", "0.0.0.0", "--port", "0")
    assert process.stdout
    try:
        assert "Other machines reach 0.0.0.0, and there are no accounts" in process.stdout.readline()
        url = process.stdout.readline().split()[3]
        assert url.startswith("http://127.0.0.1:")
        done = cli("run", cli.write("hello.json", steps(seed())), "--background")
        assert done.code == 0, done.err
        assert url in done.out
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err


def test_sqlite_is_closed_in_good_order(server: Serve, cli: Cli) -> None:
    """The write-ahead log is folded into the database: a copy of one file is a backup."""
    httpx.post(f"{server.url}/api/execute-background", json={"workflow": steps(seed())}, trust_env=False)
    assert server.stop() == 0
    assert not (cli.home / "data/voicegraph.db-wal").exists()


def waited_for(holds: object, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
