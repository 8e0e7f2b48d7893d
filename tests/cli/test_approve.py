"""`voicegraph approve`."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from support.api import seed, steps, template
from support.cli import Cli
from support.process import Serve

ASK = {"id": "ask", "type": "approval", "action": "request", "label": "Ask", "params": {"message": "Fine?"}}
GRAPH = steps(seed("Ada", id="a"), ASK, template("{{ input }} went out", id="b"), name="Asks")


def waiting(server: Serve, graph: dict[str, Any] = GRAPH) -> str:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        run_id = client.post("/api/execute-background", json={"workflow": graph}).json()["runId"]
        while not client.get("/api/approvals", params={"run": run_id}).json()["count"]:
            time.sleep(0.05)
    return run_id


@pytest.mark.parametrize("flags", [[], ["--reject"]])
def test_it_shows_what_waits_and_answers(cli: Cli, server: Serve, flags: list[str]) -> None:
    run_id = waiting(server)
    done = cli("approve", run_id, "--yes", "--comment", "By hand.", *flags)
    assert done.code == 0, done.out + done.err
    assert "Fine?" in done.out
    assert "Ada" in done.out
    shown = cli("show", run_id).out
    assert ("Rejected by you: By hand." if flags else "Approved by you: By hand.") in shown
    again = cli("approve", run_id, "--yes")
    assert again.code == 2
    assert "waits for an answer" in again.err


def test_content_that_is_shown_in_part_is_said_to_be(cli: Cli, server: Serve) -> None:
    run_id = waiting(server, steps(seed("x" * 300_000, id="a"), ASK, name="Asks"))
    done = cli("approve", run_id, "--yes")
    assert (done.code, f"only its beginning. All of it: voicegraph export {run_id}" in done.out) == (0, True), done.err


def test_without_a_server_it_says_so(cli: Cli) -> None:
    done = cli("approve", "run_1", "--yes")
    assert done.code == 2
    assert "voicegraph serve" in done.err
