"""PostgreSQL goes away in the middle of a write, or takes none for a while: each run is accepted once, each node runs once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from support.api import Api, api_with, seed, settings_in, steps, template, wait
from support.cut import Cutter, cutter
from support.effects import Effects, effects
from support.postgres import Postgres

BODY = {"workflow": steps(seed("Ada"), template("Hello {{ input }}"))}


@pytest.fixture
def cut(postgres: Postgres) -> Iterator[Cutter]:
    with cutter(postgres.socket) as made:
        yield made


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Effects]:
    with effects(tmp_path) as running:
        yield running


@pytest.fixture
def url(postgres: Postgres) -> Iterator[str]:
    url = postgres.fresh()
    yield url
    postgres.drop(url)


@pytest.fixture
async def api(url: str, cut: Cutter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    settings = settings_in(
        tmp_path, monkeypatch, database_url=cut.url(url), allow_private_hosts=["127.0.0.1"], retry_base_seconds=0.05
    )
    async with api_with(settings) as api:
        yield api


def effect(service: Effects, milliseconds: int = 20) -> dict:
    return {
        "type": "http",
        "action": "request",
        "params": {"url": f"{service.url}/slow/{milliseconds}", "method": "POST"},
    }


@pytest.mark.parametrize("path", ["/api/execute-background", "/api/execute"])
async def test_a_run_whose_commit_was_not_answered_is_accepted_once(api: Api, cut: Cutter, path: str) -> None:
    for times in (1, 1, 2, 3):
        cut.arm(b"INSERT INTO runs", times)
        if path == "/api/execute":
            events = await api.events("POST", path, BODY)
            assert events[-1]["type"] == "complete"
        else:
            accepted = await api.call("POST", path, BODY, status=202, headers={"Idempotency-Key": f"key-{cut.cuts}"})
            assert (await api.over(accepted["runId"]))["status"] == "completed"
    assert cut.cuts >= 4
    page = await api.call("GET", "/api/workflow-history")
    assert (page["count"], page["running"]) == (4, 0)


async def test_a_node_whose_commit_was_not_answered_ran_once(api: Api, cut: Cutter, service: Effects) -> None:
    workflow = steps(seed("Ada"), *[effect(service)] * 3)
    for turn in range(3):
        accepted = await api.call("POST", "/api/execute-background", {"workflow": workflow}, status=202)
        cut.arm(b"INSERT INTO node_runs", 3)
        run = await api.over(accepted["runId"])
        assert run["status"] == "completed", run["error"]
        assert [entry["seq"] for entry in run["logs"]] == list(range(1, len(run["logs"]) + 1))
        assert sorted(service.starts().values()) == [1] * 3 * (turn + 1)
    assert cut.cuts >= 6


async def test_saving_whose_commit_was_not_answered_is_done_once(api: Api, cut: Cutter) -> None:
    cut.arm(b"INSERT INTO workflows", 1)
    await api.call("POST", "/api/workflows", {"workflow": steps(seed(), name="Saved")}, status=201)
    assert cut.cuts == 1
    assert len((await api.call("GET", "/api/workflows"))["workflows"]) == 1


async def test_a_database_that_is_read_only_for_a_while_is_waited_for(
    api: Api, postgres: Postgres, url: str, service: Effects
) -> None:
    workflow = steps(seed("Ada"), effect(service, 100), wait("0.2 seconds"), effect(service, 100))
    runs = [(await api.call("POST", "/api/execute-background", {"workflow": workflow}, 202))["runId"] for _ in range(5)]
    await asyncio.to_thread(service.wait_for, 5, 10)
    await read_only(postgres, api, on=True)
    try:
        for _ in range(3):
            refused = await api.call("POST", "/api/execute-background", {"workflow": workflow}, status=503)
            assert refused["code"] == "storage_unavailable"
        assert "read-only" in refused["error"]
    finally:
        await read_only(postgres, api, on=False)
    for run_id in runs:
        assert (await api.over(run_id))["status"] == "completed"
    assert sorted(service.starts().values()) == [1] * 10
    assert (await api.call("GET", "/api/workflow-history"))["count"] == 5


async def read_only(postgres: Postgres, api: Api, *, on: bool) -> None:
    """As a fail-over does it: to sessions that are open, too. Returns when the server's own session says so."""
    postgres.ask(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if on else 'off'}")
    postgres.ask("SELECT pg_reload_conf()")
    for _ in range(500):
        if (await api.client.post("/api/workflows", json={"workflow": steps(seed())})).is_success is not on:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("PostgreSQL did not hear of it")
