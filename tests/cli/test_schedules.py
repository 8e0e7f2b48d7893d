"""`voicegraph schedules`, with and without a server."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import httpx
import pytest
from support.api import seed, steps
from support.cli import Cli
from support.process import Serve

MONDAY = {"kind": "schedule", "cron": "0 9 * * 1", "timezone": "Europe/Berlin"}
DAILY = {"kind": "schedule", "cron": "30 6 * * *", "timezone": "America/New_York"}


@pytest.fixture
def schedule(cli: Cli, server: Serve) -> str:
    """The id of a saved schedule, kept by a server that runs."""
    save(server, "Digest", MONDAY)
    (line,) = cli("schedules", "--json").json["schedules"]
    return line["id"]


@pytest.fixture
def alone(schedule: str, server: Serve) -> str:
    """As `schedule`, but the server has stopped."""
    server.stop()
    return schedule


def save(server: Serve, name: str, *triggers: dict[str, Any]) -> None:
    body = {"workflow": steps(seed(), triggers=list(triggers), name=name)}
    httpx.post(f"{server.url}/api/workflows", json=body, trust_env=False).raise_for_status()


def test_without_schedules_it_says_how_one_comes_to_life(cli: Cli) -> None:
    done = cli("schedules")
    assert (done.code, done.err) == (0, "")
    assert "No schedules yet." in done.out
    assert cli("schedules", "--json").json == {"schedules": []}


def test_the_list_tells_when_each_comes_and_of_what(cli: Cli, server: Serve, schedule: str) -> None:
    save(server, "Morning report", DAILY)
    done = cli("schedules")
    assert done.code == 0
    heading, *lines = done.out.splitlines()
    assert heading.split() == ["schedule", "next", "last", "when", "workflow"]
    monday = next(line for line in lines if schedule in line)
    assert "Mon " in monday
    assert " 09:00" in monday
    assert "At 09:00 on Monday (Europe/Berlin)" in monday
    listed = cli("schedules", "--json").json["schedules"]
    assert {one["workflowName"]: len(one["next"]) for one in listed} == {"Morning report": 5, "Digest": 5}
    assert listed == sorted(listed, key=lambda one: one["next"][0]), "the next to come is first"
    assert [one["id"] for one in listed] == [line.split()[0] for line in lines]
    assert httpx.get(f"{server.url}/api/schedules", trust_env=False).json()["schedules"] == listed


@pytest.mark.parametrize("kept_by", ["schedule", "alone"], ids=["server", "no server"])
def test_pause_and_resume(cli: Cli, kept_by: str, request: pytest.FixtureRequest) -> None:
    schedule: str = request.getfixturevalue(kept_by)
    for _ in "twice":
        done = cli("schedules", "--pause", schedule)
        assert (done.code, done.out.strip()) == (0, f"{schedule}: paused")
    assert [word for word in cli("schedules").out.splitlines()[1].split() if word == "paused"] == ["paused"]
    paused = cli("schedules", "--pause", schedule, "--json").json
    assert (paused["id"], paused["paused"], paused["next"]) == (schedule, True, [])
    done = cli("schedules", "--resume", schedule)
    assert (done.code, done.out.split()[:3]) == (0, [f"{schedule}:", "next", "Mon"])
    resumed = cli("schedules", "--resume", schedule, "--json").json
    assert (resumed["paused"], len(resumed["next"])) == (False, 5)


def test_one_run_more_is_the_servers(cli: Cli, server: Serve, schedule: str) -> None:
    done = cli("schedules", "--run-now", schedule)
    assert done.code == 0, done.err
    started = done.out.split()[1]
    assert f"voicegraph show {started}" in done.out
    answer = cli("schedules", "--run-now", schedule, "--json").json
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        for run_id in (started, answer["runId"]):
            *_, last = [line for line in client.get(f"/api/runs/{run_id}/events").text.splitlines() if "data:" in line]
            assert json.loads(last.removeprefix("data:"))["type"] == "complete"
    shown = cli("show", started, "--json").json
    assert (shown["trigger"], shown["triggerId"]) == ("schedule", schedule)


def test_one_run_more_needs_a_server(cli: Cli, alone: str) -> None:
    done = cli("schedules", "--run-now", alone)
    assert done.code == 2
    assert "voicegraph serve" in done.said
    with sqlite3.connect(cli.home / "data/voicegraph.db") as database:
        assert database.execute("SELECT count(*) FROM runs").fetchone() == (0,)
    database.close()


def test_an_id_that_nothing_has_is_refused(cli: Cli, schedule: str) -> None:
    for change in ("--pause", "--resume", "--run-now"):
        for wrong in ("sch_nobody", f"../schedules/{schedule}", "", "ü?x=1#"):
            done = cli("schedules", change, wrong)
            assert (done.code, done.out) == (2, ""), wrong
            assert done.said
    assert not cli("schedules", "--json").json["schedules"][0]["paused"]


@pytest.mark.parametrize("change", ["--pause", "--resume"])
def test_without_a_server_a_wrong_id_is_refused_too(cli: Cli, change: str) -> None:
    done = cli("schedules", change, "sch_nobody")
    assert done.code == 2
    assert "schedule" in done.said


def test_one_change_at_a_time(cli: Cli) -> None:
    done = cli("schedules", "--pause", "a", "--resume", "b")
    assert done.code == 2
    assert "One change at a time" in done.said
