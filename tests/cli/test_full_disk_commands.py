"""Commands on a full disk: those that read work, those that run are refused, and what deleting needs stays."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from support.api import seed, steps, wait
from support.cli import Cli
from support.full_disk import fill
from support.process import Serve

FULL = "The disk is full: this was not stored. Delete runs and files, or make room on it."


def begun(client: httpx.Client, *nodes: dict[str, object]) -> str:
    return client.post("/api/execute-background", json={"workflow": steps(*nodes)}).json()["runId"]


@pytest.mark.parametrize("small_disk", ["3m", "60m"], indirect=True)
def test_commands_beside_a_server_leave_the_room_it_keeps_back(small_disk: Path) -> None:
    cli, reserve = Cli(small_disk), small_disk / "data" / "reserve"
    server = Serve(small_disk).start()
    try:
        with httpx.Client(base_url=server.url, trust_env=False, timeout=20) as client:
            over, waiting = begun(client, seed()), begun(client, seed(), wait())
            client.get(f"/api/runs/{over}/events")
            graph, kept_back = cli.write("graph.json", steps(seed())), reserve.stat().st_size
            for number in range(3):
                fill(small_disk / f"ballast{number}")
                assert cli.runs()[-1]["id"] == over
                for words in (["run", graph], ["replay", over]):
                    refused = cli(*words)
                    assert (refused.code, FULL in refused.said) == (2, True), refused
            assert reserve.stat().st_size == kept_back
            assert client.post(f"/api/runs/{waiting}/cancel").status_code == 200
            for run_id in (over, waiting):
                assert client.delete(f"/api/runs/{run_id}").status_code == 200
    finally:
        assert server.stop() == 0


@pytest.mark.parametrize("small_disk", ["3m", "60m"], indirect=True)
def test_commands_without_a_server_leave_what_deleting_needs(small_disk: Path) -> None:
    """However often the disk is filled again between them, and a server that starts then can delete."""
    cli, reserve = Cli(small_disk), small_disk / "data" / "reserve"
    server = Serve(small_disk).start()
    with httpx.Client(base_url=server.url, trust_env=False, timeout=20) as client:
        over = begun(client, seed())
        client.get(f"/api/runs/{over}/events")
    graph, kept_back = cli.write("graph.json", steps(seed())), reserve.stat().st_size
    assert server.stop() == 0
    for number in range(4):
        fill(small_disk / f"ballast{number}")
        assert [run["id"] for run in cli.runs()] == [over]
        for words in (["run", graph], ["run", "--background", graph], ["replay", over]):
            refused = cli(*words)
            assert (refused.code, FULL in refused.said) == (2, True), refused
        assert reserve.stat().st_size >= kept_back / 2
    server.start()
    try:
        assert httpx.delete(f"{server.url}/api/runs/{over}").status_code == 200
    finally:
        assert server.stop() == 0


@pytest.mark.parametrize("small_disk", ["3m"], indirect=True)
def test_a_database_that_cannot_be_opened_for_want_of_room_says_that(small_disk: Path) -> None:
    cli = Cli(small_disk)
    assert cli.runs() == []
    (small_disk / "data" / "reserve").unlink()
    fill(small_disk / "ballast")
    refused = cli("history")
    assert (refused.code, "The disk is full: the database cannot be opened" in refused.said) == (2, True), refused
