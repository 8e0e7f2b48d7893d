"""Who is given up and who is not when processes end under their nodes."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import calm_serve
from support.effects import Effects, effects
from support.graphs import workflow
from support.mayhem import Disk, request
from support.process import Serve

from voicegraph.graph.model import Workflow
from voicegraph.run.crash_blame import MAX_DEATHS

RESTARTS = 15
PATIENCE = 60

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]


def submit(server: Serve, graph: Workflow) -> str:
    answer = httpx.post(f"{server.url}/api/execute-background", json={"workflow": graph.to_wire()}, timeout=10)
    assert answer.status_code == 202, answer.text
    return answer.json()["runId"]


def over(server: Serve, run_id: str) -> dict[str, Any]:
    """The run when it is over."""
    end = time.monotonic() + PATIENCE
    while True:
        run = httpx.get(f"{server.url}/api/runs/{run_id}").json()
        if run["status"] in ("completed", "failed", "cancelled"):
            return run
        assert time.monotonic() < end, run["nodes"]
        time.sleep(0.05)


def begins(service: Effects, key: str, times: int) -> None:
    """Wait until it has begun so often."""
    end = time.monotonic() + PATIENCE
    while service.starts()[key] < times:
        assert time.monotonic() < end, f"{key} was not started {times} times"
        time.sleep(0.005)


def test_a_long_node_lives_through_any_number_of_planned_restarts(tmp_path: Path):
    with effects(tmp_path) as service:
        server = Serve(tmp_path, VOICEGRAPH_DRAIN_SECONDS="0.1")
        try:
            server.start()
            run_id = submit(server, workflow("a>b", nodes=[
                request(service.url, "a", RESTARTS, "long").model_copy(update={"timeout": 600}),
                request(service.url, "b", 0),
            ]))  # fmt: skip
            for restart in range(1, RESTARTS + 1):
                begins(service, f"{run_id}:a", restart)
                assert server.stop() == 0
                server.start()
            assert over(server, run_id)["status"] == "completed"
            assert service.starts() == {f"{run_id}:a": RESTARTS + 1, f"{run_id}:b": 1}
            assert Disk(server).most_deaths() == 0
        finally:
            server.kill()


def test_a_node_that_takes_the_server_down_each_time_is_given_up_and_can_be_resumed(tmp_path: Path):
    """The server dies as soon as the node has begun, wherever it stands; what runs beside it goes on."""
    with effects(tmp_path) as service:
        server = Serve(tmp_path)
        server.command = [sys.executable, calm_serve.__file__]
        try:
            server.start()
            poison = submit(
                server, workflow("a>p", nodes=[request(service.url, "a", 0), request(service.url, "p", 2_000)])
            )
            beside = []
            for start in range(1, MAX_DEATHS + 1):
                chain = [request(service.url, f"n{n}", 20) for n in range(5)]
                beside.append(submit(server, workflow("n0>n1", "n1>n2", "n2>n3", "n3>n4", nodes=chain)))
                begins(service, f"{poison}:p", start)
                server.kill()
                server.start()
            run = over(server, poison)
            assert (run["status"], run["error"]["code"]) == ("failed", "quarantined")
            assert "Replay from the failed node" in run["error"]["message"]
            assert any((event["data"] or {}).get("waitsFor") == "turn" for event in run["logs"])
            assert service.starts()[f"{poison}:p"] == MAX_DEATHS
            assert {over(server, run_id)["status"] for run_id in beside} == {"completed"}
            assert Disk(server).quarantined() == [f"{poison}:p"]

            answer = httpx.post(f"{server.url}/api/runs/{poison}/replay", json={"from": "failed", "mode": "background"})
            assert answer.status_code == 202, answer.text
            resumed = over(server, answer.json()["runId"])
            assert resumed["status"] == "completed"
            assert {node["nodeId"]: node["reusedFrom"] for node in resumed["nodes"]} == {"a": poison, "p": None}
        finally:
            server.kill()
