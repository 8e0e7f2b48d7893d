"""Many runs over HTTP: removing, retention, disk, export, statistics, comparison."""

from __future__ import annotations

import asyncio
import csv
import io
import time
from typing import Any

import pytest
from support.api import Api, seed, steps, template, wait

BROKEN = steps(template("{{ 1 | divided_by: 0 }}", id="b"), workflowId="wf_broken", name="Broken")


async def finished(api: Api, text: str, workflow: dict[str, Any] | None = None) -> str:
    body = {"workflow": workflow or steps(seed("Ada", id="a"), workflowId="wf_good"), "transcribedText": text}
    run = await api.over((await api.call("POST", "/api/execute-background", body, 202))["runId"])
    return run["id"]


async def removed(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    return await ended(api, await api.call("POST", "/api/history/removals", body, 202))


async def ended(api: Api, removal: dict[str, Any]) -> dict[str, Any]:
    while removal["state"] == "running":
        await asyncio.sleep(0.01)
        removal = await api.call("GET", f"/api/history/removals/{removal['id']}")
    return removal


async def listed(api: Api) -> list[str]:
    return [run["id"] for run in (await api.call("GET", "/api/workflow-history"))["history"]]


async def test_a_selection_and_a_filter_are_removed(api: Api) -> None:
    first, second = await finished(api, "Read the news"), await finished(api, "Send the news")
    third = await finished(api, "Something else")
    waiting = (await api.call("POST", "/api/execute-background", {"workflow": steps(wait())}, 202))["runId"]
    await api.until(waiting, "waiting")
    answer = await removed(api, {"ids": [first, waiting]})
    assert (answer["state"], answer["total"], answer["deleted"]) == ("done", 1, 1)
    assert (await removed(api, {"filter": {"q": "news", "status": ["completed", "failed"]}}))["deleted"] == 1
    assert await listed(api) == [waiting, third]
    assert second not in await listed(api)
    assert (await removed(api, {"filter": {}}))["deleted"] == 1
    assert await listed(api) == [waiting]


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"ids": [], "filter": {}}, 400), ({"ids": "all"}, 422), ({"filter": {"status": ["done"]}}, 422),
     ({"ids": ["x"] * 1_001}, 422)],
)  # fmt: skip
async def test_a_removal_that_says_nothing_clear_is_refused(api: Api, body: dict[str, Any], status: int) -> None:
    await api.call("POST", "/api/history/removals", body, status)


async def test_a_removal_that_is_over_or_unknown(api: Api) -> None:
    await finished(api, "x")
    answer = await removed(api, {"filter": {}})
    assert (await api.call("DELETE", f"/api/history/removals/{answer['id']}"))["state"] == "done"
    await api.call("GET", "/api/history/removals/del_unknown", status=404)


async def test_retention_counts_first_and_removes_when_told(api: Api) -> None:
    for number in range(3):
        await finished(api, str(number))
    assert (await api.call("GET", "/api/history/retention")) == {
        "days": None, "runs": None, "count": 0, "kept": 3, "removal": None,
    }  # fmt: skip
    assert (await api.call("POST", "/api/history/retention", {"runs": 1}))["count"] == 2
    assert len(await listed(api)) == 3
    begun = await api.call("POST", "/api/history/retention", {"runs": 1, "dryRun": False})
    assert begun["removal"]["total"] == 2
    await ended(api, begun["removal"])
    assert len(await listed(api)) == 1
    use = await api.call("GET", "/api/history/disk")
    assert use["database"] > 0
    assert use["left"] > 0


async def test_exports_of_a_filter_are_files(api: Api) -> None:
    good, bad = await finished(api, "=1+1"), await finished(api, "break it", BROKEN)
    response = await api.client.get("/api/history/export", params={"format": "csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].startswith('attachment; filename="voicegraph-runs-')
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert [(row["id"], row["status"], row["command"]) for row in rows] == [
        (bad, "failed", "break it"), (good, "completed", "'=1+1"),
    ]  # fmt: skip
    whole = await api.client.get("/api/history/export", params={"format": "json", "status": "failed"})
    (run,) = whole.json()
    assert run == await api.call("GET", f"/api/runs/{bad}")
    assert (await api.client.get("/api/history/export?format=json&q=zebra")).json() == []
    assert (await api.client.get("/api/history/export?format=xls")).status_code == 422


async def test_statistics_of_each_workflow(api: Api) -> None:
    await finished(api, "one")
    await finished(api, "two")
    await finished(api, "three", BROKEN)
    first, second = (await api.call("GET", "/api/statistics"))["workflows"]
    assert (first["workflowId"], first["runs"], first["successRate"]) == ("wf_good", 2, 1)
    assert first["p50Ms"] <= first["p95Ms"]
    assert (second["name"], second["failed"], second["successRate"], second["cost"]) == ("Broken", 1, 0, None)
    assert len((await api.call("GET", "/api/statistics?workflow=wf_broken"))["workflows"]) == 1


async def test_two_runs_are_compared_node_by_node(api: Api) -> None:
    one = await finished(api, "x", steps(seed("Ada", id="a"), template("Hi {{ input }}", id="b", label="Greet")))
    other = await finished(api, "y", steps(seed("Bea", id="a"), template("Hi {{ input }}", id="b", label="Greet")))
    found = await api.call("GET", f"/api/runs/{one}/compare/{other}")
    assert [found[side]["id"] for side in ("left", "right")] == [one, other]
    first, second = found["nodes"]
    assert (first["paramsDiffer"], second["paramsDiffer"], second["label"]) == (True, False, "Greet")
    assert second["lines"] == [{"kind": "removed", "text": "Hi Ada"}, {"kind": "added", "text": "Hi Bea"}]
    assert second["left"]["status"] == "completed"
    await api.call("GET", f"/api/runs/{one}/compare/run_unknown", status=404)


async def test_long_outputs_of_few_different_lines_are_compared_in_no_time(api: Api) -> None:
    ids = [await finished(api, "x", steps(seed(text, id="a"))) for text in ("x\n" * 2_000, "x\ny\n" * 1_000)]
    began = time.perf_counter()
    found = await api.call("GET", f"/api/runs/{ids[0]}/compare/{ids[1]}")
    assert time.perf_counter() - began < 5  # it was minutes, in which nobody else was answered
    kinds = [line["kind"] for line in found["nodes"][0]["lines"]]
    assert (kinds.count("removed"), kinds.count("added")) == (1_000, 1_000)
