"""A process with background runs that is told to stop, in whichever way: nodes may finish, and no node is to blame."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from support.api import seed, steps
from support.cli import Cli
from support.process import Serve
from support.site import Site

Node = dict[str, Any]
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
PLANNED = ""
"""What the process leaves behind that was told to stop."""


def rows(cli: Cli, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(cli.home / "data/voicegraph.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def word(cli: Cli) -> str:
    """What the process said of its end."""
    return (cli.home / "data/engine.alive").read_text()


def deaths(cli: Cli) -> set[int]:
    """Those that the next start counts."""
    server = Serve(cli.home, VOICEGRAPH_DRAIN_SECONDS="0").start()
    assert server.stop() == 0
    assert "counts against" not in server.log
    return {count for (count,) in rows(cli, "SELECT deaths FROM node_runs")}


@pytest.fixture
def one_left(cli: Cli, site: Site, stuck: Node) -> Cli:
    """A run that an earlier process has left, with a node in flight."""
    cli.settings["VOICEGRAPH_DRAIN_SECONDS"] = "0"
    server = Serve(cli.home, VOICEGRAPH_DRAIN_SECONDS="0").start()
    cli("run", cli.write("left.json", steps(stuck)), "--background")
    site.arrived()
    assert server.stop() == 0
    site.hits.clear()
    return cli


@pytest.fixture
def command(one_left: Cli, site: Site, stuck: Node) -> Iterator[subprocess.Popen[str]]:
    """A background run without a server, which has taken up the other one too; both stand still."""
    process = one_left.start("run", one_left.write("slow.json", steps(seed(), stuck)), "--background")
    site.arrived(2)
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_background_command_that_is_stopped_counts_against_no_node(
    command: subprocess.Popen[str], one_left: Cli, number: signal.Signals
) -> None:
    command.send_signal(number)
    _, said = command.communicate(timeout=60)
    assert command.returncode == 128 + number
    assert "goes on when VoiceGraph next runs" in said
    assert ("Traceback" in said, "never retrieved" in said, "ERROR" in said) == (False, False, False), said
    assert word(one_left) == PLANNED
    assert [run["status"] for run in one_left.runs()] == ["running", "running"]
    assert deaths(one_left) == {0}


def test_a_background_command_whose_reader_left_counts_against_no_node(
    command: subprocess.Popen[str], one_left: Cli
) -> None:
    assert command.stdout
    assert command.stderr
    command.stdout.close()
    with command.stderr:
        said = command.stderr.read()
    assert command.wait(60) == 141
    assert ("Traceback" in said, "never retrieved" in said) == (False, False), said
    assert word(one_left) == PLANNED
    assert deaths(one_left) == {0}


@pytest.mark.parametrize("json_flag", [[], ["--json"]])
@pytest.mark.parametrize("number", SIGNALS)
def test_a_background_run_that_ends_while_its_command_stops_is_said_to_have_ended(
    cli: Cli, site: Site, stuck: Node, number: signal.Signals, json_flag: list[str]
) -> None:
    process = cli.start("run", cli.write("slow.json", steps(seed(), stuck)), "--background", *json_flag)
    site.arrived()
    process.send_signal(number)
    assert process.stderr
    while "may finish" not in process.stderr.readline():
        pass
    site.release("/slow")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, "goes on" in err) == (128 + number, False), err
    (run,) = cli.runs()
    assert run["status"] == "completed"
    if json_flag:
        events = [json.loads(line) for line in out.splitlines()]
        assert [event["seq"] for event in events] == [*range(1, len(events) + 1)]
        assert events[-1]["type"] == "complete"
    else:
        assert f"at last\nRun completed  ({run['id']})" in out


def test_nodes_of_a_background_command_that_is_stopped_may_finish(cli: Cli, site: Site, stuck: Node) -> None:
    process = cli.start("run", cli.write("slow.json", steps(stuck, seed())), "--background")
    site.arrived()
    process.send_signal(signal.SIGINT)
    assert process.stderr
    while "may finish" not in process.stderr.readline():
        pass
    site.release("/slow")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "goes on when VoiceGraph next runs" in said
    (run,) = cli.runs()
    nodes = cli("show", run["id"], "--json").json["nodes"]
    assert {node["nodeId"]: node["status"] for node in nodes} == {"step-0": "completed"}


def test_a_second_ctrl_c_ends_a_background_command_at_once_and_counts_against_no_node(
    cli: Cli, site: Site, stuck: Node
) -> None:
    cli.settings["VOICEGRAPH_DRAIN_SECONDS"] = "60"
    process = cli.start("run", cli.write("slow.json", steps(stuck, seed())), "--background")
    site.arrived()
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stderr
    while "may finish" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - began < 30
    assert ("Traceback" in said, "never retrieved" in said) == (False, False), said
    assert word(cli) == PLANNED
    assert deaths(cli) == {0}


@pytest.mark.parametrize("number", SIGNALS)
def test_a_server_that_is_stopped_counts_against_no_node(one_left: Cli, site: Site, number: signal.Signals) -> None:
    server = Serve(one_left.home, VOICEGRAPH_DRAIN_SECONDS="0").start()
    site.arrived()
    assert server._end(number) == 0
    assert "Stopping" in server.log
    assert "Traceback" not in server.log, server.log
    assert word(one_left) == PLANNED
    assert deaths(one_left) == {0}


def test_a_second_ctrl_c_at_a_server_counts_against_no_node(one_left: Cli, site: Site) -> None:
    server = Serve(one_left.home, VOICEGRAPH_DRAIN_SECONDS="60").start()
    site.arrived()
    assert server._process
    server._process.send_signal(signal.SIGINT)
    while "Stopping" not in server.log:
        time.sleep(0.05)
    assert server._end(signal.SIGINT) == 130
    assert ("Traceback" in server.log, "ERROR" in server.log) == (False, False), server.log
    assert word(one_left) == PLANNED
    assert rows(one_left, "SELECT begun_at FROM node_runs") == [(None,)]
    assert deaths(one_left) == {0}


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_a_second_ctrl_c_ends_a_server_however_soon_it_comes(one_left: Cli, site: Site, first: signal.Signals) -> None:
    """Also before the server has come to the first."""
    server = Serve(one_left.home, VOICEGRAPH_DRAIN_SECONDS="60").start()
    site.arrived()
    assert server._process
    began = time.monotonic()
    server._process.send_signal(first)
    while word(one_left) != PLANNED:
        pass
    assert server._end(signal.SIGINT) == 130
    assert time.monotonic() - began < 30
    assert ("Traceback" in server.log, "ERROR" in server.log) == (False, False), server.log
    assert word(one_left) == PLANNED
    assert deaths(one_left) == {0}


@pytest.mark.parametrize("number", SIGNALS)
def test_a_server_that_is_stopped_while_it_starts_counts_against_no_node(
    one_left: Cli, site: Site, number: signal.Signals
) -> None:
    """It has taken up what was left, and does not listen yet."""
    slow_start = (
        "import asyncio, sys\n"
        "from voicegraph import app, cli\n"
        "class Slow(app.Notifier):\n"
        "    async def open(self): await asyncio.sleep(60)\n"
        "app.Notifier = Slow\n"
        "sys.argv = ['voicegraph', 'serve', '--port', '0']\n"
        "cli.main()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", slow_start],
        cwd=one_left.home, env=one_left.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    site.arrived()
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert word(one_left) == PLANNED
    assert deaths(one_left) == {0}


def test_a_server_under_nohup_outlives_its_terminal(cli: Cli) -> None:
    server = Serve(cli.home).start(["env", "--ignore-signal=HUP"])
    assert server._process
    server._process.send_signal(signal.SIGHUP)
    with httpx.Client(base_url=server.url, trust_env=False, timeout=20) as client:  # a run from its start to its end
        run_id = client.post("/api/execute-background", json={"workflow": steps(seed())}).json()["runId"]
        client.get(f"/api/runs/{run_id}/events")
        assert client.get(f"/api/runs/{run_id}").json()["status"] == "completed"
    assert "Stopping" not in server.log
    assert server.stop() == 0
