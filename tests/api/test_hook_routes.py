from __future__ import annotations

import pytest
from support.api import Api, seed, template, wait
from support.hooks import Hook, hook_of


@pytest.fixture
async def hook(api: Api) -> Hook:
    return await hook_of(api)


async def test_a_call_is_answered_at_once_and_its_run_sees_it(hook: Hook) -> None:
    response = await hook.send()
    assert response.status_code in (200, 202)
    answer = response.json()
    run = await hook.api.over(answer["runId"])
    assert (run["trigger"], run["triggerId"], run["engine"]) == ("webhook", hook.id, "embedded")
    assert run["nodes"][-1]["output"]["text"] == "Hello Ada"
    assert run["triggerData"]["body"] == {"name": "Ada"}
    (call,) = await hook.calls()
    assert (call["status"], call["runId"], call["runStatus"], call["size"]) == (202, run["id"], "completed", 15)
    assert call["deliveryId"] == run["triggerData"]["deliveryId"]


async def test_or_with_its_result(hook: Hook) -> None:
    response = await hook.send(query="?wait=30")
    assert response.status_code == 200
    answer = response.json()
    assert answer | {"runId": ""} == {
        "success": True, "runId": "", "duplicate": False, "status": "completed", "error": None,
        "outputs": {"hello": {"text": "Hello Ada", "data": None}},
    }  # fmt: skip


async def test_the_result_is_that_of_the_last_nodes_that_ran(api: Api) -> None:
    judge = {"id": "judge", "type": "condition", "action": "if", "params": {"expression": "size(input) > 100"}}
    edges = [{"source": "seed", "target": "judge"}, {"source": "judge", "target": "long", "when": True}]
    hook = await hook_of(api, seed("Short", id="seed"), judge, template("Long: {{ input }}", id="long"), edges=edges)
    answer = (await hook.send(query="?wait=30")).json()
    assert (answer["status"], [*answer["outputs"]]) == ("completed", ["judge"])
    assert answer["outputs"]["judge"]["text"] == "Short"


async def test_a_delivery_comes_again_after_its_run_was_deleted(hook: Hook) -> None:
    headers = {"authorization": f"Bearer {hook.secret}", "idempotency-key": "order-7"}
    first = (await hook.send(headers=headers, query="?wait=30")).json()
    await hook.api.call("DELETE", f"/api/runs/{first['runId']}")
    for query in ("", "?wait=30"):
        again = await hook.send(headers=headers, query=query)
        assert (again.status_code, again.json()) == (
            200,
            first | {"duplicate": True, "status": None, "outputs": {}},
        )
    assert await hook.runs() == 0


async def test_a_key_with_another_body_is_refused(hook: Hook) -> None:
    """Whoever sends one would take the first run for the second."""
    headers = {"authorization": f"Bearer {hook.secret}", "idempotency-key": "order-7"}
    first, again = [await hook.send(body=b'{"v": 1}', headers=headers, query="?wait=30") for _ in range(2)]
    assert again.json() == first.json() | {"duplicate": True}
    other = await hook.send(body=b'{"v": 2}', headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "key_used")
    assert first.json()["runId"] in other.json()["error"]
    assert [call["code"] for call in await hook.calls()] == ["key_used", "accepted"]
    assert await hook.runs() == 1


async def test_what_a_service_sends_again_may_differ(hook: Hook) -> None:
    headers = {"authorization": f"Bearer {hook.secret}", "x-github-delivery": "7"}
    first, again = [await hook.send(body=at, headers=headers, query="?wait=30") for at in (b"1", b"2")]
    assert again.json() == first.json() | {"duplicate": True}


async def test_waiting_has_an_end(api: Api) -> None:
    hook = await hook_of(api, seed(), wait("1 hour"))
    response = await hook.send(query="?wait=0.2")
    assert response.status_code == 202
    assert response.json()["status"] in {"pending", "running", "waiting"}, "where it stood by then, and not over"
    await api.until(response.json()["runId"], "waiting")
    assert (await hook.send(query="?wait=61")).status_code == 422


async def test_a_run_that_fails_says_why(api: Api) -> None:
    hook = await hook_of(api, seed(), template("{{ 1 | divided_by: 0 }}"))
    answer = (await hook.send(query="?wait=30")).json()
    assert (answer["status"], answer["outputs"]) == ("failed", {})
    assert answer["error"]


@pytest.mark.parametrize(
    ("kind", "body", "seen"),
    [
        ("application/json", b'{"a": [1, null]}', {"a": [1, None]}),
        ("application/cloudevents+json; charset=utf-8", b"7", 7),
        ("application/x-www-form-urlencoded", b"a=1&b=2&b=3&c=", {"a": "1", "b": ["2", "3"], "c": ""}),
        ("text/plain", "grüße".encode(), "grüße"),
        ("text/plain; charset=koi8-r", "Привет".encode("koi8_r"), "Привет"),
        ("application/json; charset=gb2312", b'"\xd6\xd0\xce\xc4"', "中文"),
        ("application/x-www-form-urlencoded; charset=windows-1251", b"a=%CC%E8%F0", {"a": "Мир"}),
        ("text/xml", b"<a/>", "<a/>"),
        ("application/octet-stream", b"", None),
    ],
)
async def test_what_a_body_becomes(hook: Hook, kind: str, body: bytes, seen: object) -> None:
    headers = {"authorization": f"Bearer {hook.secret}", "content-type": kind}
    run = await hook.api.over((await hook.send(body, headers=headers)).json()["runId"])
    assert run["triggerData"]["body"] == seen


async def test_an_address_lives_as_long_as_its_trigger(hook: Hook) -> None:
    api, path = hook.api, f"/api/workflows/{hook.workflow_id}"
    workflow = (await api.call("GET", path))["workflow"]
    await api.call("PUT", path, {"workflow": workflow | {"name": "Renamed"}})
    (listed,) = (await api.call("GET", "/api/hooks"))["hooks"]
    assert (listed["id"], listed["workflowName"], listed["hasSecret"]) == (hook.id, "Renamed", True)
    assert listed["url"] == f"http://127.0.0.1:8000{hook.path}"
    assert (await hook.send()).status_code in (200, 202)
    await api.call("DELETE", path)
    assert (await hook.send()).status_code == 404
    for method, rest in (("GET", "/calls"), ("POST", "/rotate"), ("POST", "/pause"), ("POST", "/resume")):
        await api.call(method, f"{hook.path}{rest}", status=404)


async def test_one_that_was_taken_out_and_comes_back_has_its_address_and_secret(hook: Hook) -> None:
    """By an undo, or with an older version. Another one in its place is another one."""
    api, path = hook.api, f"/api/workflows/{hook.workflow_id}"
    workflow = (await api.call("GET", path))["workflow"]
    await api.call("POST", f"{hook.path}/pause")
    await api.call("PUT", path, {"workflow": workflow | {"triggers": []}})
    assert (await hook.send()).status_code == 404
    other = await api.call("PUT", path, {"workflow": workflow | {"triggers": [{"kind": "webhook"}]}})
    (listed,) = (await api.call("GET", "/api/hooks"))["hooks"]
    assert (listed["id"] == hook.id, listed["hasSecret"], listed["paused"]) == (False, False, False)
    assert other["workflow"]["triggers"][0]["id"] != workflow["triggers"][0]["id"]
    await api.call("PUT", path, {"workflow": workflow})
    (listed,) = (await api.call("GET", "/api/hooks"))["hooks"]
    assert (listed["id"], listed["hasSecret"], listed["paused"]) == (hook.id, True, True)
    await api.call("POST", f"{hook.path}/resume")
    assert (await hook.send()).status_code in (200, 202)


async def test_a_workflow_that_cannot_run_says_so_to_the_caller_and_in_the_list(api: Api) -> None:
    hook = await hook_of(api, {"type": "email", "action": "send", "label": "Mail it", "params": {"body": "x"}})
    response = await hook.send()
    assert (response.status_code, response.json()["code"]) == (422, "missing_values")
    (call,) = await hook.calls()
    assert call["code"] == "missing_values"


async def test_a_paused_webhook_refuses_its_calls_and_notes_them(hook: Hook) -> None:
    api = hook.api
    for _ in range(2):
        assert (await api.call("POST", f"{hook.path}/pause"))["paused"] is True
    workflow = (await api.call("GET", f"/api/workflows/{hook.workflow_id}"))["workflow"]
    await api.call("PUT", f"/api/workflows/{hook.workflow_id}", {"workflow": workflow | {"name": "Renamed"}})
    (listed,) = (await api.call("GET", "/api/hooks"))["hooks"]
    assert (listed["paused"], listed["workflowName"]) == (True, "Renamed")
    delivery = {"authorization": f"Bearer {hook.secret}", "idempotency-key": "order-7"}
    answer = await hook.send(headers=delivery)
    assert (answer.status_code, answer.json()["code"]) == (409, "paused")
    (call,) = await hook.calls()
    assert (call["status"], call["code"], call["deliveryId"], call["runId"]) == (409, "paused", "order-7", None)
    assert (await hook.send(headers={})).status_code == 401, "strangers are told nothing"
    assert await hook.runs() == 0
    assert (await api.call("POST", f"{hook.path}/resume"))["paused"] is False
    again = (await hook.send(headers=delivery, query="?wait=30")).json()
    assert (again["duplicate"], again["status"]) == (False, "completed")


async def test_an_export_has_all_of_what_started_the_run(hook: Hook) -> None:
    body = '"' * 200_000  # in JSON twice as long, which is more than is shown
    headers = {"authorization": f"Bearer {hook.secret}", "content-type": "text/plain"}
    run_id = (await hook.send(body.encode(), headers=headers)).json()["runId"]
    run = await hook.api.over(run_id)
    assert run["triggerData"]["truncated"] is True
    exported = (await hook.api.client.get(f"/api/runs/{run_id}/export")).json()
    every = (await hook.api.client.get("/api/history/export", params={"format": "json"})).json()
    for one in (exported, *every):
        assert one["triggerData"]["body"] == body
        assert "truncated" not in one["triggerData"]
