"""Rows that a rule of the database refuses: what is done stays done, nothing is done again, and the reason is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from support.api import Api, api_with, seed, steps, template

from voicegraph.settings import Settings

WORKFLOW = {"workflow": steps(seed("Ada", id="a"), template("Hello {{ input }}", id="b"), template("Bye", id="c"))}
REFUSE = "CREATE TRIGGER refuse BEFORE {when} ON node_runs WHEN {which} BEGIN SELECT RAISE(ABORT, 'no room here'); END"


@pytest.fixture
async def api(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    monkeypatch.setattr("voicegraph.run.partial_writes.WRITE_PAUSES", (0.01, 0.02, 0.2))
    async with api_with(settings) as api:
        yield api


async def rule(api: Api, statement: str) -> None:
    journal = api.app.state.pipeline.workflows._journal
    await journal.execute(lambda connection: connection.execute(text(statement)) and None)


async def ended(api: Api) -> dict[str, Any]:
    accepted = await api.call("POST", "/api/execute-background", WORKFLOW, 202)
    async with asyncio.timeout(20):
        return await api.over(accepted["runId"])


async def test_what_is_done_stays_done_though_the_next_node_cannot_be_started(api: Api) -> None:
    await rule(api, REFUSE.format(when="INSERT", which="NEW.node_id = 'b'"))
    run = await ended(api)
    assert run["status"] == "failed"
    assert {node["nodeId"]: node["status"] for node in run["nodes"]} == {"a": "completed"}
    assert "no room here" in run["error"]["message"]
    assert "key exists" not in run["error"]["message"]
    assert [entry["type"] for entry in run["logs"] if entry["nodeId"] == "a"] == ["start", "success"]


async def test_a_run_goes_on_once_the_database_takes_what_it_refused(api: Api) -> None:
    await rule(api, REFUSE.format(when="INSERT", which="NEW.node_id = 'b'"))
    accepted = await api.call("POST", "/api/execute-background", WORKFLOW, 202)
    await asyncio.sleep(0.1)
    await rule(api, "DROP TRIGGER refuse")
    run = await api.over(accepted["runId"])
    assert run["status"] == "completed"
    assert [entry["type"] for entry in run["logs"] if entry["nodeId"] == "a"] == ["start", "success"]


@pytest.mark.parametrize(
    "which", ["NEW.node_id = 'b' AND NEW.status != 'running'", "NEW.node_id = 'b' AND NEW.output IS NOT NULL"]
)
async def test_a_result_that_is_refused_fails_the_run_with_the_reason_and_is_not_made_again(
    api: Api, which: str
) -> None:
    await rule(api, REFUSE.format(when="INSERT", which=which))
    run = await ended(api)
    assert run["status"] == "failed"
    assert "no room here" in run["error"]["message"]
    starts = [entry for entry in run["logs"] if entry["nodeId"] == "b" and entry["type"] == "start"]
    assert len(starts) == 1
    assert run["nodes"][0]["status"] == "completed"
