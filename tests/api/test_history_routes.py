"""The history over HTTP: pages, one run, its events, delete, export."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from support.api import Api, seed, sse, steps, template, wait

from voicegraph.store.views import details


async def started(api: Api, said: str = "", workflow: dict[str, Any] | None = None, **more: Any) -> str:
    body = {"workflow": workflow or steps(seed()), "transcribedText": said, **more}
    return (await api.call("POST", "/api/execute-background", body, status=202))["runId"]


async def finished(api: Api, said: str = "", workflow: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return await api.over(await started(api, said, workflow, **more))


async def listed(api: Api, **query: Any) -> list[str]:
    return [run["transcribedText"] for run in (await api.call("GET", "/api/workflow-history", params=query))["history"]]


async def test_the_list_is_newest_first_and_counts_truly(api: Api) -> None:
    assert await api.call("GET", "/api/workflow-history") == {
        "success": True, "count": 0, "running": 0, "history": [], "next": None,
    }  # fmt: skip
    for number in range(5):
        await finished(api, f"run {number}")
    resting = await started(api, "rests", steps(wait()))
    page = await api.call("GET", "/api/workflow-history?limit=2")
    assert [run["transcribedText"] for run in page["history"]] == ["rests", "run 4"]
    assert (page["count"], page["running"]) == (6, 1)
    await api.call("POST", f"/api/runs/{resting}/cancel")
    assert (await api.call("GET", "/api/workflow-history?limit=1"))["running"] == 0


async def test_pages_follow_one_another_without_gap_or_repetition(api: Api) -> None:
    for number in range(7):
        await finished(api, f"run {number}")
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    for page_number in range(3):
        page = await api.call("GET", "/api/workflow-history", params=query)
        assert page["count"] == 7
        assert (page["next"] is None) is (page_number == 2)
        seen += [run["transcribedText"] for run in page["history"]]
        query["cursor"] = page["next"]
    assert seen == [f"run {number}" for number in reversed(range(7))]


async def test_filters_by_status_text_and_workflow_can_be_combined(api: Api) -> None:
    await finished(api, "Fetch the NEWS page")
    await finished(api, "news, but broken", steps(template("{{ 1 | divided_by: 0 }}")))
    await finished(api, "Send 100% of it", {**steps(seed()), "name": "Daily_News", "workflowId": "wf_daily"})
    assert await listed(api, q="news") == ["Send 100% of it", "news, but broken", "Fetch the NEWS page"]
    assert await listed(api, q="news", status="failed") == ["news, but broken"]
    assert await listed(api, q="100%") == ["Send 100% of it"]
    assert await listed(api, q="daily_n") == ["Send 100% of it"]
    assert await listed(api, q="%") == ["Send 100% of it"]
    assert await listed(api, workflow="wf_daily") == ["Send 100% of it"]
    assert await listed(api, workflow="wf_daily", q="fetch") == []
    assert await listed(api, status="waiting") == []
    assert len(await listed(api, status=["failed", "completed"], trigger="manual", since="2020-01-01")) == 3
    assert await listed(api, until="2020-01-01T00:00:00+02:00") == []
    assert await listed(api, since="9999-12-31T23:59:59-12:00") == []
    page = await api.call("GET", "/api/workflow-history", params={"q": "news", "limit": 1})
    assert page["count"] == 3
    last = await api.call("GET", "/api/workflow-history", params={"q": "news", "limit": 2, "cursor": page["next"]})
    assert (last["count"], len(last["history"]), last["next"]) == (3, 2, None)


@pytest.mark.parametrize(
    "query",
    [
        "status=done",
        "status=failed&status=done",
        "trigger=luck",
        "since=soon",
        "limit=0",
        "limit=201",
        "limit=x",
        "cursor=a%20b",
        f"q={'x' * 201}",
        "workflow=%00",
    ],
)
async def test_a_query_that_means_nothing_is_refused(api: Api, query: str) -> None:
    problem = await api.call("GET", f"/api/workflow-history?{query}", status=422)
    assert problem["details"][0]["where"].partition("[")[0] == query.partition("=")[0]


async def test_a_run_is_kept_whole(api: Api) -> None:
    workflow = steps(seed("Ada", id="a"), template("Hello {{ input }}", id="b"))
    run = await finished(api, "greet Ada", workflow, config={"recipientEmail": "me@example.com"})
    assert (await api.call("POST", "/api/workflow-history", {"workflowId": run["id"]})) == {"success": True, "run": run}
    assert run["workflow"]["nodes"][0]["params"] == {"text": "Ada"}
    assert run["config"] == {"recipientEmail": "me@example.com"}
    assert [(node["nodeId"], node["status"], node["output"]["text"]) for node in run["nodes"]] == [
        ("a", "completed", "Ada"),
        ("b", "completed", "Hello Ada"),
    ]
    assert run["logs"][-1]["type"] == "complete"
    created = round(datetime.fromisoformat(run["createdAt"]).timestamp() * 1000)
    times = [created, run["startTime"], run["nodes"][0]["startTime"], run["nodes"][1]["endTime"]]
    assert all(before <= after for before, after in pairwise([*times, run["endTime"]]))
    assert run["durationMs"] >= run["nodes"][0]["durationMs"] >= 0


async def test_a_failed_run_says_where_and_why(api: Api) -> None:
    broken = template("{{ 1 | divided_by: 0 }}", id="count", label="Count", retry={"attempts": 2})
    run = await finished(api, "", steps(seed(), broken, seed("never")))
    assert run["status"] == "failed"
    assert run["error"]["nodeId"] == "count"
    assert run["error"]["message"]
    assert [node["status"] for node in run["nodes"]] == ["completed", "failed", "skipped"]
    assert run["nodes"][1]["error"]["code"] == run["error"]["code"]


async def test_an_export_is_the_run_as_a_file(api: Api) -> None:
    run = await finished(api, "keep this")
    response = await api.client.get(f"/api/runs/{run['id']}/export")
    assert response.headers["content-disposition"] == f'attachment; filename="{run["id"]}.json"'
    assert response.headers["content-type"] == "application/json"
    assert json.loads(response.text) == run


async def test_a_run_is_deleted_when_it_is_over_and_not_before(api: Api) -> None:
    resting = await started(api, "", steps(wait()))
    assert (await api.call("DELETE", f"/api/runs/{resting}", status=409))["code"] == "run_active"
    await api.call("POST", f"/api/runs/{resting}/cancel")
    assert await api.call("DELETE", f"/api/runs/{resting}") == {"success": True}
    assert (await api.call("GET", "/api/workflow-history"))["count"] == 0
    await api.call("GET", f"/api/runs/{resting}", status=404)
    await api.call("DELETE", f"/api/runs/{resting}", status=404)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/runs/{}"),
        ("GET", "/api/runs/{}/events"),
        ("GET", "/api/runs/{}/export"),
        ("POST", "/api/runs/{}/cancel"),
        ("DELETE", "/api/runs/{}"),
    ],
)
async def test_an_unknown_run_is_404_everywhere(api: Api, method: str, path: str) -> None:
    problem = await api.call(method, path.format("run_unknown"), status=404)
    assert problem == {"error": "There is no run run_unknown.", "code": "not_found", "details": None}
    assert (await api.call(method, path.format("not%20an%20id"), status=422))["details"][0]["where"] == "run_id"


async def test_an_unknown_run_is_404_by_post_too(api: Api) -> None:
    assert (await api.call("POST", "/api/workflow-history", {"workflowId": "run_x"}, 404))["code"] == "not_found"
    assert (await api.call("POST", "/api/workflow-history", {"workflowId": "\0"}, 422))["code"] == "invalid_request"
    assert (await api.call("POST", "/api/workflow-history", {}, 422))["details"][0]["where"] == "workflowId"


async def test_events_go_on_after_any_id_without_gap_or_repetition(api: Api) -> None:
    run = await finished(api, "", steps(seed(), template("{{ input }}"), template("{{ input }}")))
    path = f"/api/runs/{run['id']}/events"
    whole = sse((await api.client.get(path)).text)
    assert [int(event["id"]) for event in whole] == list(range(1, len(run["logs"]) + 1))
    assert [json.loads(event["data"]) for event in whole] == run["logs"]
    for seen in range(len(whole) + 2):
        by_header = await api.client.get(path, headers={"Last-Event-ID": str(seen)})
        by_query = await api.client.get(path, params={"after": seen})
        assert sse(by_header.text) == sse(by_query.text) == whole[seen:]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"headers": {"Last-Event-ID": "seven"}}, "bad_event_id"),
        ({"headers": {"Last-Event-ID": "-1"}}, "bad_event_id"),
        ({"headers": {"Last-Event-ID": "1" * 40}}, "bad_event_id"),
        ({"params": {"after": "-1"}}, "invalid_request"),
        ({"params": {"after": "x"}}, "invalid_request"),
        ({"params": {"after": "9" * 30}}, "invalid_request"),
    ],
)
async def test_an_id_that_is_no_number_is_refused(api: Api, options: dict[str, Any], code: str) -> None:
    run = await finished(api)
    status = 400 if code == "bad_event_id" else 422
    assert (await api.call("GET", f"/api/runs/{run['id']}/events", status=status, **options))["code"] == code


async def test_a_watcher_of_a_run_in_progress_gets_old_and_new_events_once(api: Api) -> None:
    run_id = await started(api, "", steps(*[template(f"{number}") for number in range(40)]))
    watchers = [api.events("GET", f"/api/runs/{run_id}/events") for _ in range(10)]
    for events in await asyncio.gather(*watchers):
        assert [event["seq"] for event in events] == list(range(1, 83))


async def test_a_log_that_is_not_whole_says_so(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = (await api.call("POST", "/api/execute-background", {"workflow": steps(seed(), template("x"))}, 202))[
        "runId"
    ]
    whole = await api.over(run_id)
    assert whole["logCount"] == len(whole["logs"]) > 3
    monkeypatch.setattr(details, "MAX_EVENTS", 3)
    run = await api.call("GET", f"/api/runs/{run_id}")
    assert (run["logs"], run["logCount"]) == (whole["logs"][:3], whole["logCount"])
    rest = await api.events("GET", f"/api/runs/{run_id}/events", headers={"Last-Event-ID": "3"})
    assert rest == whole["logs"][3:]


async def test_a_log_is_read_from_its_end_backwards(api: Api) -> None:
    whole = await finished(api)
    log, run = whole["logs"], f"/api/runs/{whole['id']}"
    for tail in (0, 2, len(log), 2_000):
        shown = await api.call("GET", f"{run}?tail={tail}")
        assert shown["logs"] == log[len(log) - min(tail, len(log)) :]
        assert {**shown, "logs": log} == whole
    found: list[dict[str, Any]] = []
    before: int | None = len(log) + 1
    while before is not None:
        page = await api.call("GET", f"{run}/logs?before={before}&limit=2")
        assert page["count"] == len(log)
        found, before = [*page["logs"], *found], page["previous"]
    assert found == log
    assert (await api.call("GET", f"{run}/logs?before=1"))["logs"] == []
    for wrong in (f"{run}?tail=-1", f"{run}?tail=2001", f"{run}/logs?before=0"):
        assert (await api.call("GET", wrong, status=422))["code"] == "invalid_request"
