"""Start runs, live and in the background."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from support.api import Api, api_with, seed, settings_in, sse, steps, template, wait

from voicegraph.api.schemas.runs import Event

MAIL = {"id": "send", "type": "email", "action": "send", "params": {"subject": "News"}}
BACKGROUND = ["/api/execute-background", "/api/execute-inngest"]


async def test_a_live_run_streams_its_story_and_names_itself(api: Api) -> None:
    workflow = steps(seed("Ada", id="a"), template("Hello {{ input }}!", id="b"))
    response = await api.call("POST", "/api/execute", {"workflow": workflow, "transcribedText": "say hello to Ada"})
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-cache"
    stream = sse(response.text)
    events = [Event.model_validate_json(event["data"]) for event in stream]
    assert [(event.type, event.node_id) for event in events] == [
        ("start", None),
        ("start", "a"),
        ("success", "a"),
        ("start", "b"),
        ("success", "b"),
        ("complete", None),
    ]
    assert [event["id"] for event in stream] == [str(number) for number in range(1, 7)]
    assert [event.seq for event in events] == list(range(1, 7))
    assert events[-2].output
    assert events[-2].output.text == "Hello Ada!"
    run = await api.call("GET", f"/api/runs/{response.headers['x-run-id']}")
    assert (run["status"], run["engine"], run["trigger"]) == ("completed", "live", "manual")
    assert run["transcribedText"] == "say hello to Ada"
    assert (run["nodeCount"], run["doneCount"]) == (2, 2)


async def test_the_first_clients_shape_still_runs(api: Api) -> None:
    nodes = [seed("one", id="a"), template("{input} and two", id="b")]
    both = await api.events("POST", "/api/execute", {"nodes": nodes, "edges": [{"source": "a", "target": "b"}]})
    assert both[-2]["output"]["text"] == "one and two"
    without_edges = await api.events("POST", "/api/execute", {"nodes": nodes, "config": {}})
    assert without_edges[-2]["output"]["text"] == "one and two"


async def test_a_node_that_fails_ends_a_live_run_at_once(api: Api) -> None:
    workflow = steps(seed("{}"), {"type": "transform", "action": "select", "params": {"expression": "sort(@)"}}, seed())
    events = await api.events("POST", "/api/execute", {"workflow": workflow})
    assert [event["type"] for event in events][-3:] == ["error", "skipped", "error"]
    last = events[-1]
    assert last["nodeId"] is None
    assert last["error"]["nodeId"] == "step-1"
    assert last["error"]["message"] in last["message"]


@pytest.mark.parametrize("path", BACKGROUND)
async def test_a_background_run_is_accepted_when_it_is_on_disk_and_ends(api: Api, path: str) -> None:
    body = {"workflow": steps(seed(), template("{{ input }} again")), "transcribedText": "hello twice"}
    accepted = await api.call("POST", path, body, status=202)
    assert accepted["success"] is True
    assert accepted["workflowId"] == accepted["runId"]
    assert "Workflow History" in accepted["message"]
    run = await api.over(accepted["runId"])
    assert (run["status"], run["engine"]) == ("completed", "embedded")
    assert run["nodes"][-1]["output"]["text"] == "Hello again"
    assert [event["seq"] for event in run["logs"]] == list(range(1, len(run["logs"]) + 1))


async def test_fifty_identical_posts_with_a_key_are_one_run(api: Api) -> None:
    body = {"workflow": steps(seed())}
    headers = {"Idempotency-Key": "order 66"}
    posts = [api.call("POST", "/api/execute-background", body, 202, headers=headers) for _ in range(50)]
    assert len({answer["runId"] for answer in await asyncio.gather(*posts)}) == 1
    assert (await api.call("GET", "/api/workflow-history"))["count"] == 1
    await api.call("POST", "/api/execute-background", body, 202, headers={"Idempotency-Key": "order 67"})
    await api.call("POST", "/api/execute-background", body, 202)
    assert (await api.call("GET", "/api/workflow-history"))["count"] == 3


async def test_a_key_with_another_body_is_refused(api: Api) -> None:
    """Whoever sends one would take the first run for the second."""
    headers = {"Idempotency-Key": "order 66"}
    body = {"workflow": steps(seed()), "config": {"a": 1, "b": 2}}
    first = await api.call("POST", "/api/execute-background", body, 202, headers=headers)
    same = b'{"config": {"b": 2, "a": 1},\n "workflow": ' + json.dumps(body["workflow"]).encode() + b"}"
    for again in (body, same):
        assert await api.call("POST", "/api/execute-background", again, 202, headers=headers) == first
    for other in (body | {"config": {"a": 2}}, {"workflow": steps(seed("Bye"))}):
        problem = await api.call("POST", "/api/execute-background", other, 409, headers=headers)
        assert (problem["code"], first["runId"] in problem["error"]) == ("key_used", True)
    await api.over(first["runId"])
    replay = f"/api/runs/{first['runId']}/replay"
    assert (await api.call("POST", replay, {}, 409, headers=headers))["code"] == "key_used"
    headers = {"Idempotency-Key": "again"}
    assert await api.call("POST", replay, {}, 202, headers=headers) == await api.call(
        "POST", replay, {}, 202, headers=headers
    )
    assert (await api.call("POST", replay, {"mode": "background"}, 409, headers=headers))["code"] == "key_used"
    assert (await api.call("GET", "/api/workflow-history"))["count"] == 2


async def test_a_key_is_heard_live_too(api: Api) -> None:
    headers = {"Idempotency-Key": "order 66"}
    body = {"workflow": steps(seed())}
    first = await api.call("POST", "/api/execute", body, headers=headers)
    again = await api.call("POST", "/api/execute", body, headers=headers)
    assert again.headers["x-run-id"] == first.headers["x-run-id"]
    assert again.text == first.text
    problem = await api.call("POST", "/api/execute", {"workflow": steps(seed("Bye"))}, 409, headers=headers)
    assert problem["code"] == "key_used"
    assert (await api.call("GET", "/api/workflow-history"))["count"] == 1


async def test_two_bodies_that_race_for_a_key_make_one_run(api: Api) -> None:
    headers = {"Idempotency-Key": "order 66", "content-type": "application/json"}
    bodies = [json.dumps({"workflow": steps(seed(text))}).encode() for text in ("Hello", "Bye") * 10]
    answers = await asyncio.gather(
        *(api.client.post("/api/execute-background", content=body, headers=headers) for body in bodies)
    )
    assert {answer.status_code for answer in answers} == {202, 409}
    assert (await api.call("GET", "/api/workflow-history"))["count"] == 1


@pytest.mark.parametrize("key", ["", "  "])
async def test_an_empty_key_is_none(api: Api, key: str) -> None:
    body, headers = {"workflow": steps(seed())}, {"Idempotency-Key": key}
    first, second = [await api.call("POST", "/api/execute-background", body, 202, headers=headers) for _ in range(2)]
    assert first["runId"] != second["runId"]
    for _ in range(2):
        await api.over(second["runId"])
        path = f"/api/runs/{second['runId']}/replay"
        assert (await api.call("POST", path, {}, 202, headers=headers))["runId"] != second["runId"]


async def test_a_key_is_at_most_255_characters(api: Api) -> None:
    headers = {"Idempotency-Key": "k" * 256}
    problem = await api.call("POST", "/api/execute-background", {"workflow": steps(seed())}, 422, headers=headers)
    assert problem["details"][0]["where"] == "idempotency-key"


@pytest.mark.parametrize("path", ["/api/execute", *BACKGROUND])
async def test_open_values_are_asked_for_and_nothing_starts(api: Api, path: str) -> None:
    workflow = steps(seed(), {"id": "read", "type": "web_page", "action": "fetch", "label": "Read"}, MAIL)
    problem = await api.call("POST", path, {"workflow": workflow}, status=422)
    assert problem["code"] == "missing_values"
    assert problem["error"] == "Read still needs a value for “URL”, and 1 more are open."
    assert [(one["nodeId"], one["param"], one["config"]) for one in problem["details"]] == [
        ("read", "url", None),
        ("send", "to", "recipientEmail"),
    ]
    assert problem["details"] == (await api.call("POST", "/api/check", {"workflow": workflow}))["missing"]
    assert (await api.call("GET", "/api/workflow-history"))["count"] == 0


async def test_config_params_fill_and_override_what_the_graph_says(api: Api) -> None:
    nodes = [{"id": "a", "type": "prompt", "action": "seed"}, template("graph: {{ input }}", id="b")]
    config = {"params": {"a": {"text": "config"}, "b": {"template": "config: {{ input }}"}}}
    events = await api.events("POST", "/api/execute", {"workflow": steps(*nodes), "config": config})
    assert events[-2]["output"]["text"] == "config: config"


async def test_config_is_seen_by_templates_and_kept_with_the_run(api: Api) -> None:
    config = {"recipientEmail": "me@example.com", "anything": {"deep": [1]}}
    body = {"workflow": steps(template("To {{ config.recipientEmail }}, run {{ run.id }}")), "config": config}
    accepted = await api.call("POST", "/api/execute-background", body, status=202)
    run = await api.over(accepted["runId"])
    assert run["nodes"][0]["output"]["text"] == f"To me@example.com, run {run['id']}"
    assert run["config"] == config


@pytest.mark.parametrize(
    ("setting", "config", "missing"),
    [({}, {}, True), ({}, {"recipientEmail": "me@example.com"}, False), ({"user_email": "me@example.com"}, {}, False)],
)
async def test_email_me_finds_the_recipient_in_the_config_or_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: dict[str, str], config: dict[str, str], missing: bool
) -> None:
    async with api_with(settings_in(tmp_path, monkeypatch, **setting)) as api:
        check = await api.call("POST", "/api/check", {"workflow": steps(seed(), MAIL), "config": config})
    assert bool(check["missing"]) is missing


@pytest.mark.parametrize("path", ["/api/execute", *BACKGROUND])
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "missing_workflow"),
        ({"edges": []}, 400, "missing_workflow"),
        ({"nodes": []}, 400, "empty_workflow"),
        ({"workflow": {"nodes": []}}, 400, "empty_workflow"),
        ({"workflow": {}}, 422, "invalid_workflow"),
        ({"workflow": steps({"type": "telegraph", "action": "send"})}, 422, "invalid_workflow"),
        ({"workflow": steps(seed(nonsense=1, params={"txt": "typo"}))}, 422, "invalid_workflow"),
        ({"workflow": steps(seed(each=True))}, 422, "invalid_workflow"),
        ({"workflow": steps(seed(credential="cred_1"))}, 422, "invalid_workflow"),
        ({"workflow": steps(seed()), "config": {"a": float("nan")}}, 422, "invalid_workflow"),
        ({"workflow": steps(seed()), "config": {"a": "\ud800"}}, 422, "invalid_workflow"),
        ({"workflow": steps(seed()), "config": []}, 422, "invalid_request"),
        ({"workflow": steps(seed()), "transcribedText": 5}, 422, "invalid_request"),
        ({"workflow": steps(seed()), "transcribedText": "x" * 4001}, 422, "invalid_request"),
        ({"workflow": [seed()]}, 422, "invalid_request"),
        ({"nodes": {"a": seed()}}, 422, "invalid_request"),
    ],
)
async def test_what_cannot_run_is_refused_before_anything_is_stored(
    api: Api, path: str, body: dict[str, Any], status: int, code: str
) -> None:
    assert (await api.call("POST", path, body, status=status))["code"] == code
    assert (await api.call("GET", "/api/workflow-history"))["count"] == 0


async def test_a_full_queue_says_when_to_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_in(tmp_path, monkeypatch, max_concurrent_runs=1, max_queued_runs=1)
    slow = steps({"type": "wait", "action": "delay", "params": {"duration": "0.9 seconds"}})
    async with api_with(settings) as api:
        accepted = [await api.call("POST", BACKGROUND[0], {"workflow": slow}, status=202) for _ in range(2)]
        response = await api.client.post(BACKGROUND[0], json={"workflow": slow})
        assert response.status_code == 429
        assert response.json()["code"] == "overloaded"
        assert int(response.headers["retry-after"]) > 0
        assert (await api.call("GET", "/api/workflow-history"))["count"] == 2
        for answer in accepted:
            assert (await api.over(answer["runId"]))["status"] == "completed"


async def test_a_run_that_rests_can_be_cancelled(api: Api) -> None:
    accepted = await api.call("POST", BACKGROUND[0], {"workflow": steps(seed(), wait())}, status=202)
    run = f"/api/runs/{accepted['runId']}"
    await api.until(accepted["runId"], "waiting")
    assert await api.call("POST", f"{run}/cancel") == {"success": True, "status": "cancelled"}
    assert await api.call("POST", f"{run}/cancel") == {"success": False, "status": "cancelled"}
    events = await api.events("GET", f"{run}/events")
    assert events[-1]["type"] == "cancelled"
    waiting = next(event for event in events if event["type"] == "waiting")
    assert waiting["data"]["until"].endswith("Z")
