"""Rows that are damaged: what can be read is shown, with a word about the rest; nothing is a fault of the server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from support.api import Api, api_with, seed, steps, template

from voicegraph.settings import Settings

BODY = {"workflow": steps(seed("Ada"), template("Hello {{ input }}"))}
APPROVAL = {"type": "approval", "action": "request", "params": {"message": "Go on?"}}
DAMAGES = {
    "the graph is no JSON": "UPDATE run_payloads SET workflow = '{\"nodes\": ['",
    "the graph is another thing": "UPDATE run_payloads SET workflow = '{\"nodes\": [7, {}]}'",
    "the graph is a list": "UPDATE run_payloads SET workflow = '[1]'",
    "the config is no JSON": "UPDATE run_payloads SET config = 'x', trigger_data = ''",
    "the payload is gone": "DELETE FROM run_payloads",
    "the outputs are no JSON": "UPDATE node_runs SET output = '{'",
    "the outputs are another thing": "UPDATE node_runs SET output = '{\"text\": [1]}', items = '{\"x\": 1}', waits = '7'",
    "the statuses are unknown": "UPDATE node_runs SET status = 'asleep'",
    "the error is no JSON": "UPDATE runs SET error = '{\"code'",
    "the log is damaged": "UPDATE run_events SET data = '[1'",
}


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[Api]:
    async with api_with(settings) as api:
        yield api


async def damage(api: Api, statement: str) -> None:
    journal = api.app.state.pipeline.workflows._journal
    await journal.execute(lambda connection: connection.execute(text(statement)) and None)


@pytest.mark.parametrize("statement", DAMAGES.values(), ids=DAMAGES)
async def test_what_can_be_read_is_shown(api: Api, statement: str) -> None:
    accepted = await api.call("POST", "/api/execute-background", BODY, 202)
    run_id = accepted["runId"]
    await api.over(run_id)
    await damage(api, statement)
    run = await api.call("GET", f"/api/runs/{run_id}")
    assert run["id"] == run_id
    assert "cannot be read" in run["error"]["message"]
    page = await api.call("GET", "/api/workflow-history")
    assert [line["id"] for line in page["history"]] == [run_id]
    await api.call("GET", f"/api/runs/{run_id}/events")
    await api.call(
        "GET", f"/api/runs/{run_id}/nodes/{run['nodes'][0]['nodeId']}/items" if run["nodes"] else "/api/health"
    )
    await api.call("GET", f"/api/runs/{run_id}/compare/{run_id}")
    for form in ("json", "csv"):
        exported = await api.client.get(f"/api/history/export?format={form}")
        assert exported.status_code == 200
        assert run_id in exported.text
    answer = await api.client.post(f"/api/runs/{run_id}/replay", json={})
    assert answer.status_code in (202, 409), answer.text
    if answer.status_code == 409:
        assert answer.json()["code"] == "unreadable"
    await api.client.get("/api/approvals")


async def test_a_run_that_waits_and_cannot_be_read_can_be_cancelled_with_its_nodes(api: Api) -> None:
    accepted = await api.call("POST", "/api/execute-background", {"workflow": steps(seed(), APPROVAL)}, 202)
    await api.until(accepted["runId"], "waiting")
    await damage(api, DAMAGES["the graph is no JSON"])
    assert (await api.call("GET", "/api/approvals"))["approvals"] == []
    await api.call("POST", f"/api/runs/{accepted['runId']}/cancel", {})
    run = await api.call("GET", f"/api/runs/{accepted['runId']}")
    assert run["status"] in ("failed", "cancelled")
    assert {node["status"] for node in run["nodes"]} == {"completed", "cancelled"}
    await api.call("DELETE", f"/api/runs/{accepted['runId']}")


async def test_a_run_that_cannot_be_read_is_closed_with_its_nodes_at_the_next_start(settings: Settings) -> None:
    async with api_with(settings) as api:
        accepted = await api.call("POST", "/api/execute-background", {"workflow": steps(seed(), APPROVAL)}, 202)
        await api.until(accepted["runId"], "waiting")
        await damage(api, DAMAGES["the graph is no JSON"])
        await damage(api, "UPDATE runs SET wake_at = 1.0")
    async with api_with(settings) as api:
        await failed_unread(api, accepted["runId"])


async def failed_unread(api: Api, run_id: str) -> None:
    run = await api.until(run_id, "failed")
    assert run["error"]["code"] == "unreadable"
    assert {node["status"] for node in run["nodes"]} <= {"completed", "cancelled"}
    assert (await api.call("GET", "/api/approvals"))["approvals"] == []


WAITS = {
    "the graph is no JSON": "UPDATE run_payloads SET workflow = 'xx' WHERE run_id = '{run}'",
    "the question is no JSON": "UPDATE node_runs SET waits = '{{b' WHERE run_id = '{run}' AND waits_for = 'approval'",
    "the status is unknown": "UPDATE node_runs SET status = 'asleep' WHERE run_id = '{run}' AND waits_for = 'approval'",
}


async def waits_for_an_answer(api: Api) -> str:
    accepted = await api.call("POST", "/api/execute-background", {"workflow": steps(seed(), APPROVAL)}, 202)
    await api.until(accepted["runId"], "waiting")
    return accepted["runId"]


@pytest.mark.parametrize("statement", WAITS.values(), ids=WAITS)
async def test_a_run_that_waits_for_a_person_and_cannot_be_read_is_closed_at_the_next_start(
    settings: Settings, statement: str
) -> None:
    async with api_with(settings) as api:
        run_id, other = await waits_for_an_answer(api), await waits_for_an_answer(api)
        await damage(api, statement.format(run=run_id))
        [card] = (await api.call("GET", f"/api/approvals?run={other}"))["approvals"]
    async with api_with(settings) as api:
        run = await api.until(run_id, "failed")
        assert run["error"]["code"] == "unreadable"
        assert {node["status"] for node in run["nodes"]} <= {"completed", "cancelled"}
        answer = {"nodeId": card["nodeId"], "answer": "approve", "digest": card["waits"]["digest"]}
        await api.call("POST", f"/api/runs/{other}/approve", answer)
        assert (await api.over(other))["status"] == "completed"


@pytest.mark.parametrize("statement", WAITS.values(), ids=WAITS)
async def test_a_run_that_cannot_be_read_is_closed_when_somebody_answers_it(api: Api, statement: str) -> None:
    run_id = await waits_for_an_answer(api)
    [card] = (await api.call("GET", f"/api/approvals?run={run_id}"))["approvals"]
    await damage(api, statement.format(run=run_id))
    answer = {"nodeId": card["nodeId"], "answer": "approve", "digest": card["waits"]["digest"]}
    refused = await api.call("POST", f"/api/runs/{run_id}/approve", answer, 409)
    assert refused["code"] == "unreadable"
    assert "run it again" in refused["error"]
    await failed_unread(api, run_id)


async def test_an_answer_to_a_run_that_is_over_and_cannot_be_read_changes_nothing(api: Api) -> None:
    run_id = await waits_for_an_answer(api)
    [card] = (await api.call("GET", f"/api/approvals?run={run_id}"))["approvals"]
    answer = {"nodeId": card["nodeId"], "answer": "approve", "digest": card["waits"]["digest"]}
    await api.call("POST", f"/api/runs/{run_id}/approve", answer)
    assert (await api.over(run_id))["status"] == "completed"
    await damage(api, WAITS["the graph is no JSON"].format(run=run_id))
    refused = await api.call("POST", f"/api/runs/{run_id}/approve", answer, 409)
    assert "failed" not in refused["error"]
    run = await api.call("GET", f"/api/runs/{run_id}")
    assert (run["status"], {node["status"] for node in run["nodes"]}) == ("completed", {"completed"})
