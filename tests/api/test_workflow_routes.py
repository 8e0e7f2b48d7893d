"""Saved workflows over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from support.api import Api, seed, steps

from voicegraph.store.workflows.versions import KEPT_VERSIONS

WORKFLOW = steps(seed("Ada", id="a", label="Start"), seed(id="b"), name="Greeting")


async def saved(api: Api, workflow: dict[str, Any] = WORKFLOW) -> dict[str, Any]:
    return (await api.call("POST", "/api/workflows", {"workflow": workflow}, status=201))["workflow"]


async def listed(api: Api) -> list[dict[str, Any]]:
    return (await api.call("GET", "/api/workflows"))["workflows"]


async def test_a_workflow_is_saved_listed_read_changed_and_deleted(api: Api) -> None:
    assert await listed(api) == []
    kept = await saved(api)
    path = f"/api/workflows/{kept['workflowId']}"
    assert (await api.call("GET", path))["workflow"] == kept
    assert [(one["id"], one["name"], one["nodeCount"]) for one in await listed(api)] == [
        (kept["workflowId"], "Greeting", 2)
    ]
    changed = {**kept, "name": "Farewell", "nodes": kept["nodes"][:1], "edges": []}
    assert (await api.call("PUT", path, {"workflow": changed}))["workflow"] == changed
    assert [(one["name"], one["nodeCount"]) for one in await listed(api)] == [("Farewell", 1)]
    assert await api.call("DELETE", path) == {"success": True}
    assert await listed(api) == []


async def test_what_others_start_is_deleted_only_when_forced(api: Api) -> None:
    report = await saved(api, {**WORKFLOW, "workflowId": "wf_report", "name": "Report"})
    step = {"type": "workflow", "action": "run", "params": {"workflow": "report "}}
    await saved(api, {**WORKFLOW, "name": "Digest", "errorWorkflow": "wf_report"})
    await saved(api, steps(seed("wf_report"), step, name="Round"))
    await saved(api, steps(seed("wf_report"), name="Speaks of it"))
    path = f"/api/workflows/{report['workflowId']}"
    problem = await api.call("DELETE", path, status=409)
    assert problem["code"] == "in_use"
    assert "“Report” is used by “Digest”, “Round”:" in problem["error"]
    assert len(await listed(api)) == 4
    await api.call("DELETE", f"{path}?force=true")
    await api.call("DELETE", f"{path}?force=true", status=404)
    assert len(await listed(api)) == 3


async def test_two_equal_workflows_without_an_id_are_two(api: Api) -> None:
    first, second = await saved(api), await saved(api, {**WORKFLOW, "workflowId": None})
    assert first["workflowId"] != second["workflowId"]
    assert [one["id"] for one in await listed(api)] == [second["workflowId"], first["workflowId"]]
    assert all(one["id"].startswith("wf_") for one in await listed(api))


@pytest.mark.parametrize("spelling", ["workflowId", "workflow_id"])
async def test_a_workflow_with_an_id_is_saved_over_its_older_version(api: Api, spelling: str) -> None:
    for name in ("old", "new"):
        assert (await saved(api, {**WORKFLOW, spelling: "mine", "name": name}))["workflowId"] == "mine"
    assert [(one["id"], one["name"]) for one in await listed(api)] == [("mine", "new")]


async def test_put_takes_the_id_of_the_address(api: Api) -> None:
    kept = await api.call("PUT", "/api/workflows/mine", {"workflow": WORKFLOW})
    assert kept["workflow"]["workflowId"] == "mine"
    other = {"workflow": {**WORKFLOW, "workflowId": "yours"}}
    problem = await api.call("PUT", "/api/workflows/mine", other, status=409)
    assert problem["code"] == "other_id"
    assert (await api.call("GET", "/api/workflows/mine"))["workflow"] == kept["workflow"]


async def test_what_the_catalogue_does_not_know_may_be_saved_but_not_run(api: Api) -> None:
    """A draft, or the work of a newer version, is not lost; a run says what is wrong with it."""
    draft = await saved(api, steps({"type": "telegraph", "action": "send"}))
    problem = await api.call("POST", "/api/execute", {"workflow": draft}, status=422)
    assert problem["details"][0]["where"] == "nodes[0].type"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_an_unknown_workflow_is_404(api: Api, method: str) -> None:
    problem = await api.call(method, "/api/workflows/wf_unknown", status=404)
    assert problem["error"] == "There is no saved workflow wf_unknown."


@pytest.mark.parametrize(
    ("workflow", "where", "code"),
    [
        ({}, "nodes", "missing"),
        ({"nodes": [{"type": "prompt"}]}, "nodes[0].action", "missing"),
        ({"nodes": [seed(id="a"), seed(id="a")]}, "nodes[1].id", "duplicate"),
        ({"nodes": [seed(id="a")], "edges": [{"source": "a", "target": "z"}]}, "edges[0].target", "unknown_node"),
        ({"nodes": [seed(id="a")], "workflowId": "a b"}, "workflowId", "wrong_id"),
        ({"nodes": [seed(id="a")], "triggers": [{"kind": "schedule", "cron": "x"}]}, "triggers[0].cron", "bad_cron"),
    ],
)
async def test_a_breach_is_located(api: Api, workflow: dict[str, Any], where: str, code: str) -> None:
    for method, path in (("POST", "/api/workflows"), ("PUT", "/api/workflows/mine")):
        problem = await api.call(method, path, {"workflow": workflow}, status=422)
        assert problem["code"] == "invalid_workflow"
        assert [found["where"] for found in problem["details"]] == [where]
        assert problem["error"].startswith(where), code
    assert await listed(api) == []


@pytest.mark.parametrize(
    ("node", "place"),
    [
        ({"type": "condition", "action": "if", "params": {"expression": "size(data >"}}, "nodes[0].params.expression"),
        ({"type": "transform", "action": "select", "params": {"expression": "a["}}, "nodes[0].params.expression"),
        ({"type": "code", "action": "run", "params": {"code": "x ="}}, "nodes[0].params.code"),
    ],
)
async def test_an_expression_that_means_nothing_is_refused_when_it_is_saved(
    api: Api, node: dict[str, Any], place: str
) -> None:
    workflow = {"workflowId": "wf_1", "nodes": [{"id": "a", **node}], "edges": []}
    for method, path in (("POST", "/api/workflows"), ("PUT", "/api/workflows/wf_1")):
        answer = await api.call(method, path, {"workflow": workflow}, status=422)
        assert answer["details"][0]["where"] == place
    assert (await api.call("GET", "/api/workflows"))["workflows"] == []


async def test_what_is_still_open_can_be_saved(api: Api) -> None:
    nodes = [{"id": "a", "type": "condition", "action": "if", "params": {}}, {"id": "b", "type": "x", "action": "y"}]
    await api.call("POST", "/api/workflows", {"workflow": {"nodes": nodes, "edges": []}}, status=201)


async def test_a_save_says_which_version_it_knew(api: Api) -> None:
    kept = await api.call("POST", "/api/workflows", {"workflow": WORKFLOW, "version": 0}, status=201)
    path, mine = f"/api/workflows/{kept['workflow']['workflowId']}", kept["workflow"]
    assert kept["version"] == 1
    theirs = await api.call("PUT", path, {"workflow": {**mine, "name": "Theirs"}, "version": 1})
    assert theirs["version"] == 2
    assert await api.call("GET", path) == theirs
    change = {"workflow": {**mine, "name": "Mine"}, "version": 1}
    for method, where in (("PUT", path), ("POST", "/api/workflows")):
        problem = await api.call(method, where, change, status=409)
        assert problem["code"] == "newer_version"
        assert problem["details"] == {"version": 2, "savedAt": theirs["savedAt"], "name": "Theirs"}
    assert (await api.call("PUT", path, {"workflow": change["workflow"]}))["version"] == 3
    await api.call("DELETE", path)
    assert "deleted" in (await api.call("PUT", path, change, status=404))["error"]
    assert await listed(api) == []


async def test_versions_are_listed_read_and_brought_back(api: Api) -> None:
    kept = await saved(api)
    path = f"/api/workflows/{kept['workflowId']}"
    for name in ("Second", "Third"):
        await api.call("PUT", path, {"workflow": {**kept, "name": name}})
    versions = (await api.call("GET", f"{path}/versions"))["versions"]
    assert [(one["version"], one["name"], one["nodeCount"]) for one in versions] == [
        (3, "Third", 2), (2, "Second", 2), (1, "Greeting", 2),
    ]  # fmt: skip
    first = await api.call("GET", f"{path}/versions/1")
    assert (first["workflow"], first["savedAt"]) == (kept, versions[-1]["savedAt"])
    back = {"workflow": kept, "version": 3, "restoredFrom": 1}
    assert (await api.call("PUT", path, back))["version"] == 4
    newest = (await api.call("GET", f"{path}/versions"))["versions"][0]
    assert (newest["name"], newest["restoredFrom"]) == ("Greeting", 1)
    await api.call("GET", "/api/workflows/wf_none/versions", status=404)


async def test_a_version_that_there_is_not_is_told_from_one_that_is_not_kept(api: Api) -> None:
    kept = await saved(api)
    path = f"/api/workflows/{kept['workflowId']}"
    for number in range(2, KEPT_VERSIONS + 2):
        await api.call("PUT", path, {"workflow": {**kept, "name": f"Named {number}"}})
    latest = KEPT_VERSIONS + 1
    for version, why in ((1, f"the last {KEPT_VERSIONS} are kept"), (latest + 1, f"its newest is {latest}")):
        problem = await api.call("GET", f"{path}/versions/{version}", status=404)
        assert problem["error"].endswith(f"has no version {version}: {why}.")
    assert "no saved workflow" in (await api.call("GET", "/api/workflows/wf_none/versions/1", status=404))["error"]
    problem = await api.call("PUT", path, {"workflow": kept, "version": 500}, status=409)
    assert (problem["code"], problem["details"]["version"]) == ("newer_version", latest)
    assert "has no such version yet" in problem["error"]
    assert "meanwhile" not in problem["error"]


async def test_two_workflows_are_compared(api: Api) -> None:
    after = {**WORKFLOW, "nodes": WORKFLOW["nodes"][:1], "edges": [], "name": "Other"}
    diff = (await api.call("POST", "/api/diff", {"before": WORKFLOW, "after": after}))["diff"]
    assert (diff["removedNodes"], diff["renamed"]) == (["b"], True)
