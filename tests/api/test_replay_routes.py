"""Replays and cancelling over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from support.api import Api, seed, steps, template, wait

BAD, GOOD = template("{{ 1 | divided_by: 0 }}", id="b"), template("Hello {{ input }}!", id="b")
FIRST = seed("Ada", id="a")


async def failed(api: Api, **more: Any) -> str:
    body = {"workflow": steps(FIRST, BAD, template("{{ input }}", id="c")), "transcribedText": "greet", **more}
    run_id = (await api.call("POST", "/api/execute-background", body, status=202))["runId"]
    assert (await api.over(run_id))["status"] == "failed"
    return run_id


async def replayed(api: Api, run_id: str, **body: Any) -> dict[str, Any]:
    answer = await api.call("POST", f"/api/runs/{run_id}/replay", body, status=202)
    assert answer["originRunId"] == run_id
    return await api.over(answer["runId"])


def nodes(run: dict[str, Any]) -> dict[str, Any]:
    return {node["nodeId"]: node for node in run["nodes"]}


async def test_a_run_is_taken_up_where_it_failed_on_the_mended_graph(api: Api) -> None:
    first = await failed(api, config={"x": 1})
    for mode, engine in (("live", "live"), ("background", "embedded")):
        mended = steps(FIRST, GOOD, template("{{ input }}", id="c"))
        run = await replayed(api, first, **{"from": "failed", "workflow": mended, "mode": mode})
        assert (run["status"], run["engine"], run["trigger"]) == ("completed", engine, "replay")
        assert (run["transcribedText"], run["config"]) == ("greet", {"x": 1})
        assert run["originRunId"] == run["origin"]["id"] == first
        assert nodes(run)["a"]["reusedFrom"] == first
        assert nodes(run)["a"]["startTime"] is None
        assert nodes(run)["b"]["reusedFrom"] is None
        assert nodes(run)["c"]["output"]["text"] == "Hello Ada!"
        reused = next(event for event in run["logs"] if event["nodeId"] == "a")
        assert (reused["type"], reused["data"], reused["output"]["text"]) == ("success", {"reusedFrom": first}, "Ada")
    origin = await api.call("GET", f"/api/runs/{first}")
    assert len(origin["replays"]) == 2
    assert origin["origin"] is None
    assert origin["replays"][0]["id"] == run["id"]


async def test_the_log_says_why_a_result_is_not_reused(api: Api) -> None:
    first = await failed(api)
    graph = steps(seed("Bob", id="a"), GOOD, template("{{ input }}", id="c"))
    run = await replayed(api, first, **{"from": "failed", "workflow": graph})
    assert nodes(run)["c"]["output"]["text"] == "Hello Bob!"
    told = [event for event in run["logs"] if event["data"] and "notReused" in event["data"]]
    assert [(event["nodeId"], event["data"]["notReused"]) for event in told] == [
        ("a", "Its settings have changed: text.")
    ]


async def test_the_whole_run_with_another_config(api: Api) -> None:
    body = {"workflow": steps(template("to {{ config.who }}", id="a")), "config": {"who": "Ada"}}
    first = (await api.call("POST", "/api/execute-background", body, status=202))["runId"]
    await api.over(first)
    assert nodes(await replayed(api, first))["a"]["output"]["text"] == "to Ada"
    run = await replayed(api, first, config={"who": "Bob"})
    assert (nodes(run)["a"]["output"]["text"], run["config"]) == ("to Bob", {"who": "Bob"})


async def test_one_node_alone_is_a_run_of_its_own(api: Api) -> None:
    first = await failed(api)
    run = await replayed(api, first, only="b", workflow=steps(FIRST, GOOD))
    assert (run["status"], run["name"], run["transcribedText"]) == ("completed", "Template (alone)", "")
    assert nodes(run)["b"]["output"]["text"] == "Hello Ada!"
    assert nodes(run)["a"]["reusedFrom"] == first


async def test_what_was_answered_for_a_node_that_is_gone_is_left_out(api: Api) -> None:
    config = {"params": {"a": {"text": "Bob"}, "c": {"template": "c"}}, "x": 1}
    first = await failed(api, config=config)
    alone = await replayed(api, first, only="b", workflow=steps(FIRST, GOOD))
    whole = await replayed(api, first, workflow=steps(FIRST, GOOD))
    assert {run["status"] for run in (alone, whole)} == {"completed"}
    assert alone["config"] == whole["config"] == {"params": {"a": {"text": "Bob"}}, "x": 1}
    given = {"workflow": steps(FIRST, GOOD), "config": config}
    refused = await api.call("POST", f"/api/runs/{first}/replay", given, status=422)
    assert refused["details"][0]["where"] == "config.params.c"


@pytest.mark.parametrize("mode", [{}, {"mode": "live"}, {"mode": "background"}])
async def test_the_same_key_is_the_same_replay(api: Api, mode: dict[str, str]) -> None:
    first = await failed(api)
    asked = {"from": "failed"} | mode
    path = f"/api/runs/{first}/replay"

    def ask() -> Any:
        return api.call("POST", path, asked, status=202, headers={"Idempotency-Key": "once"})

    answers = [*await asyncio.gather(*(ask() for _ in range(5)))]
    await api.over(answers[0]["runId"])
    answers.append(await ask())
    await api.call("DELETE", f"/api/runs/{first}")
    answers.append(await ask())
    assert len({answer["runId"] for answer in answers}) == 1
    assert (await api.call("GET", "/api/workflow-history"))["count"] == 1


async def test_an_origin_that_was_deleted_is_not_linked(api: Api) -> None:
    first = await failed(api)
    run = await replayed(api, first)
    await api.call("DELETE", f"/api/runs/{first}")
    run = await api.call("GET", f"/api/runs/{run['id']}")
    assert (run["originRunId"], run["origin"]) == (first, None)


async def test_what_cannot_be_replayed_is_said_in_words(api: Api) -> None:
    first = await failed(api)
    resting = (await api.call("POST", "/api/execute-background", {"workflow": steps(wait())}, status=202))["runId"]
    for run_id, body, status, code in (
        ("run_unknown", {}, 404, "not_found"),
        (first, {"from": "ghost"}, 404, "not_found"),
        (first, {"from": "a", "only": "a"}, 400, "bad_replay"),
        (first, {"only": "c"}, 409, "no_inputs"),
        (first, {"workflow": {"nodes": "x"}}, 422, "invalid_workflow"),
        (first, {"mode": "later"}, 422, "invalid_request"),
        (resting, {}, 409, "run_active"),
    ):
        problem = await api.call("POST", f"/api/runs/{run_id}/replay", body, status=status)
        assert problem["code"] == code
    await api.call("POST", f"/api/runs/{resting}/cancel", {})


async def test_many_are_cancelled_at_once(api: Api) -> None:
    over = await failed(api)
    ids = [
        (await api.call("POST", "/api/execute-background", {"workflow": steps(wait())}, status=202))["runId"]
        for _ in range(20)
    ]
    answer = await api.call("POST", "/api/runs/cancel", {"runIds": [*ids, *ids, over, "run_unknown"]})
    assert answer["cancelled"] == 20
    assert [(run["success"], run["status"]) for run in answer["runs"][20:]] == [(False, "failed"), (False, None)]
    for run_id in ids:
        assert (await api.over(run_id))["status"] == "cancelled"


async def test_a_pinned_output_is_used_and_needs_no_values(api: Api) -> None:
    mail = {"id": "b", "type": "email", "action": "send", "pin": {"text": "sent already", "data": {"a": None}}}
    graph = steps(FIRST, mail, template("{{ input }}", id="c"))
    check = await api.call("POST", "/api/check", {"workflow": graph})
    assert (check["success"], check["missing"]) == (True, [])
    run_id = (await api.call("POST", "/api/execute-background", {"workflow": graph}, status=202))["runId"]
    run = await api.over(run_id)
    assert run["status"] == "completed"
    assert nodes(run)["b"]["output"]["meta"] == {"pinned": True}
    assert nodes(run)["b"]["output"]["data"] == {"a": None}
    assert run["workflow"]["nodes"][1]["pin"] == {"text": "sent already", "data": {"a": None}, "files": []}
    assert any(event["message"].endswith(": The output is pinned: the node was not run.") for event in run["logs"])
