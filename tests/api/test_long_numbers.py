"""Whole numbers of any length, and numbers as they were written, on every way through the server."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from support.api import Api, seed, steps, template
from support.history import postgres

from voicegraph.settings import Settings

__all__ = ["postgres"]

NUMBERS = [1234567890123456789, 2**63, 2**64 + 1, -(2**63) - 1, int("9" * 40), 2**53 + 1]
VALUES: dict[str, Any] = {
    "ids": NUMBERS,
    "one": 1.0,
    "int": 1,
    "tenth": 0.1,
    "zero": -0.0,
    "big": 1e300,
    "deep": [{"id": 2**63 + 7}],
}


def exact(value: Any) -> str:
    """The JSON of it: 1 and 1.0, 0.0 and -0.0 are told apart."""
    return json.dumps(value, sort_keys=True)


def pinned(data: Any) -> dict[str, Any]:
    return seed(id="source", pin={"text": "given", "data": data})


def read_back(data: Any) -> dict[str, Any]:
    """Select, a template, and a condition: each computes with the numbers in its own library."""
    select = {"id": "select", "type": "transform", "action": "select", "params": {"expression": "@"}}
    deep = {**template("{{ data.deep[0].id }} {{ data.ids[4] }}"), "id": "deep"}
    wanted = f"data.ids[0] == {NUMBERS[0]} && data.deep.size() == 1"
    check = {"id": "check", "type": "condition", "action": "if", "params": {"expression": wanted}}
    edges = [
        {"source": "source", "target": "select"},
        {"source": "source", "target": "deep"},
        {"source": "source", "target": "check"},
    ]
    return steps(pinned(data), select, deep, check, edges=edges)


def judge(run: dict[str, Any]) -> None:
    outputs = {node["nodeId"]: node["output"] for node in run["nodes"]}
    assert exact(outputs["source"]["data"]) == exact(VALUES)
    assert exact(outputs["select"]["data"]) == exact(VALUES)
    assert outputs["deep"]["text"] == f"{2**63 + 7} {NUMBERS[4]}"
    assert exact(run["workflow"]["nodes"][0]["pin"]["data"]) == exact(VALUES)
    assert exact(run["config"]["values"]) == exact(VALUES)


@pytest.fixture
def settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """For a database of SQLite, where a test names no other kind."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return settings
    return settings.model_copy(update={"database_url": request.getfixturevalue("postgres").fresh()})


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
async def test_live_in_the_background_replayed_and_exported(api: Api) -> None:
    body = {"workflow": read_back(VALUES), "config": {"values": VALUES}}
    live = await api.events("POST", "/api/execute", body)
    assert live[-1]["type"] == "complete", live[-1]
    streamed = {event["nodeId"]: event["output"] for event in live if event["type"] == "success"}
    assert exact(streamed["source"]["data"]) == exact(VALUES)
    assert streamed["check"]["branch"] is True
    accepted = await api.call("POST", "/api/execute-background", body, 202)
    run = await api.over(accepted["runId"])
    judge(run)
    replay = await api.call("POST", f"/api/runs/{run['id']}/replay", {"from": "select"}, 202)
    judge(await api.over(replay["runId"]))
    exported = await api.client.get(f"/api/runs/{run['id']}/export")
    judge(json.loads(exported.text))
    every = await api.client.get("/api/history/export?format=json")
    for one in json.loads(every.text):
        judge(one)
    for entry in (await api.call("GET", "/api/workflow-history"))["history"]:
        assert exact(entry["config"]["values"]) == exact(VALUES)
        assert exact(entry["workflow"]["nodes"][0]["pin"]["data"]) == exact(VALUES)
        told = next(log for log in entry["logs"] if log["nodeId"] == "source" and log["output"])
        assert exact(told["output"]["data"]) == exact(VALUES)
    whole = await api.call("GET", f"/api/runs/{run['id']}/nodes/source/output")
    assert exact(json.loads(whole["text"])["data"]) == exact(VALUES)


async def test_saved_edited_laid_out_and_read_from_a_file(api: Api) -> None:
    workflow = steps(seed("x", id="a", pin={"text": "", "data": VALUES}), seed("y"))
    saved = await api.call("POST", "/api/workflows", {"workflow": workflow}, 201)
    workflow_id = saved["workflow"]["workflowId"]
    kept = (await api.call("GET", f"/api/workflows/{workflow_id}"))["workflow"]
    for path, body in {
        "/api/layout": {"workflow": kept},
        "/api/read-workflow": {"text": json.dumps(kept)},
        "/api/edit-workflow": {"text": "email the result to me@example.com", "currentWorkflow": kept},
    }.items():
        answer = await api.call("POST", path, body)
        assert exact(answer["workflow"]["nodes"][0]["pin"]["data"]) == exact(VALUES), path


async def test_a_body_and_a_result_too_large_for_one_call_keep_them_too(api: Api) -> None:
    """Large JSON is read and written in pieces, by another parser."""
    data = {"rows": [{"id": number, "x": 0.5} for number in range(2**63, 2**63 + 15_000)], "values": VALUES}
    body = {"workflow": steps(pinned(data), template("{{ data.rows.last.id }}"))}
    accepted = await api.call("POST", "/api/execute-background", body, 202)
    run = await api.over(accepted["runId"])
    assert run["nodes"][1]["output"]["text"] == str(2**63 + 14_999)
    assert exact(run["workflow"]["nodes"][0]["pin"]["data"]) == exact(data)
    exported = await api.client.get(f"/api/runs/{run['id']}/export")
    assert exact(json.loads(exported.text)["nodes"][0]["output"]["data"]) == exact(data)


@pytest.mark.parametrize("number", ["1e400", "-1e999", "NaN", "Infinity", "9" * 5_000])
@pytest.mark.parametrize("filler", [0, 600_000])
async def test_what_no_reader_could_keep_is_refused_in_words(api: Api, number: str, filler: int) -> None:
    body = f'{{"workflow": {{"nodes": [{{"type": "prompt", "action": "seed", "params": {{"text": "{"x" * filler}"}}, "pin": {{"data": {number}}}}}]}}}}'
    response = await api.client.post("/api/execute", content=body, headers={"content-type": "application/json"})
    assert response.status_code in (400, 413, 422), response.text
    told = response.json()["error"]
    assert re.search("number|NaN|invalid", response.text) or (filler == 0 and "could not be read" in told), told
