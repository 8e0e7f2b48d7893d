"""Items over HTTP: checked before the run, counted with the node, read by pages."""

from __future__ import annotations

import pytest
from support.api import Api, seed, steps, template, wait

LINES = seed("Ada\nBob\nCleo", id="a")


async def test_items_are_read_by_pages(api: Api) -> None:
    graph = steps(LINES, template("Hello {{ item }}!", id="b", each=True, concurrency=2))
    run_id = (await api.call("POST", "/api/execute-background", {"workflow": graph}, status=202))["runId"]
    run = await api.over(run_id)
    assert run["status"] == "completed", run["error"]
    (node,) = [node for node in run["nodes"] if node["nodeId"] == "b"]
    assert node["items"] == {"total": 3, "done": 3, "failed": 0, "reused": 0}
    assert node["output"]["text"] == "Hello Ada!\nHello Bob!\nHello Cleo!"
    page = await api.call("GET", f"/api/runs/{run_id}/nodes/b/items?limit=2")
    assert page["count"] == node["items"]
    assert [(item["item"], item["status"], item["output"]["text"]) for item in page["items"]] == [
        (0, "completed", "Hello Ada!"),
        (1, "completed", "Hello Bob!"),
    ]
    rest = await api.call("GET", f"/api/runs/{run_id}/nodes/b/items?after={page['next']}")
    assert [item["item"] for item in rest["items"]] == [2]
    assert rest["next"] is None
    assert (await api.call("GET", f"/api/runs/{run_id}/nodes/b/items?status=failed"))["items"] == []
    assert (await api.call("GET", f"/api/runs/{run_id}/nodes/a/items"))["items"] == []
    await api.call("GET", "/api/runs/run_unknown/nodes/b/items", status=404)
    events = [event for event in run["logs"] if event["type"] == "progress" and "status" in (event["data"] or {})]
    assert [event["data"]["done"] for event in events] == [1, 2, 3]


async def test_what_is_said_around_a_list_is_no_item(api: Api) -> None:
    answer = "Here are two ideas:\n\n1. 2024. Good year\n   - grapes\n2. Bees\n\nLet me know if you want more."
    graph = steps(seed(answer, id="a"), template("<{{ item }}>", id="b", each=True))
    run_id = (await api.call("POST", "/api/execute-background", {"workflow": graph}, status=202))["runId"]
    assert (await api.over(run_id))["status"] == "completed"
    page = await api.call("GET", f"/api/runs/{run_id}/nodes/b/items")
    assert [item["output"]["text"] for item in page["items"]] == ["<2024. Good year\n- grapes>", "<Bees>"]


async def test_a_replay_shows_the_items_of_the_run_that_made_them(api: Api) -> None:
    graph = steps(LINES, template("Hello {{ item }}!", id="b", each=True), template("{{ input }}", id="c"))
    first = (await api.call("POST", "/api/execute-background", {"workflow": graph}, status=202))["runId"]
    await api.over(first)
    answer = await api.call("POST", f"/api/runs/{first}/replay", {"from": "c", "mode": "background"}, status=202)
    await api.over(answer["runId"])
    page = await api.call("GET", f"/api/runs/{answer['runId']}/nodes/b/items")
    assert page["count"]["done"] == len(page["items"]) == 3


async def test_items_that_were_done_before_are_counted_and_name_their_run(api: Api) -> None:
    bad = "{% if item == 'Bob' and config.bad %}{{ 1 | divided_by: 0 }}{% endif %}Hello {{ item }}!"
    graph = steps(LINES, template(bad, id="b", each=True, onError="continue"))
    body = {"workflow": graph, "config": {"bad": True}}
    first = (await api.call("POST", "/api/execute-background", body, status=202))["runId"]
    await api.over(first)
    again = {
        "from": "failed",
        "mode": "background",
        "config": {},
        "workflow": steps(seed("Eve\nBob\nAda", id="a"), *graph["nodes"][1:]),
    }
    answer = await api.call("POST", f"/api/runs/{first}/replay", again, status=202)
    await api.over(answer["runId"])
    page = await api.call("GET", f"/api/runs/{answer['runId']}/nodes/b/items")
    assert page["count"] == {"total": 3, "done": 3, "failed": 0, "reused": 1}
    assert [(item["output"]["text"], item["reused"], item["reusedFrom"]) for item in page["items"]] == [
        ("Hello Eve!", False, None),
        ("Hello Bob!", False, None),
        ("Hello Ada!", True, first),
    ]


@pytest.mark.parametrize(
    "graph", [steps(seed(id="a", each=True)), steps(LINES, {**wait("1"), "id": "b", "each": True})]
)
async def test_what_cannot_run_per_item_is_said_before_the_run(api: Api, graph: dict[str, object]) -> None:
    answer = await api.call("POST", "/api/check", {"workflow": graph})
    (problem,) = answer["problems"]
    assert problem["where"].endswith(".each")
    refused = await api.call("POST", "/api/execute-background", {"workflow": graph}, status=422)
    assert refused["code"] == "invalid_workflow"


async def test_a_sentence_that_means_each_item_runs(api: Api) -> None:
    plan = await api.call("POST", "/api/parse", {"text": "Fetch https://example.com/feed.xml and summarize each entry"})
    each = [node for node in plan["workflow"]["nodes"] if node["each"]]
    assert each, plan["workflow"]["nodes"]
    answer = await api.call("POST", "/api/check", {"workflow": plan["workflow"]})
    assert answer["problems"] == []
