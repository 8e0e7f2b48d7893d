"""The files of runs over HTTP: found in the list, kept while somebody uses them, gone with the last who does."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from support.api import Api, seed, steps, template, wait

SAVE = {"type": "file", "action": "save", "params": {"name": "digest.md"}, "id": "save"}
BAD = template("{{ 1 | divided_by: 0 }}", id="bad")


async def ran(api: Api, *nodes: dict[str, Any]) -> str:
    answer = await api.call("POST", "/api/execute-background", {"workflow": steps(*nodes)}, status=202)
    return (await api.over(answer["runId"]))["id"]


async def listed(api: Api, query: str = "") -> list[dict[str, Any]]:
    return (await api.call("GET", f"/api/files{query}"))["files"]


async def upload(api: Api, name: str = "a.txt") -> str:
    answer = await api.call("POST", "/api/files", files={"file": (name, b"Hello", "text/plain")}, status=201)
    return answer["file"]["id"]


def reading(file_id: str) -> dict[str, Any]:
    return {"type": "txt_upload", "action": "upload_txt", "params": {"fileId": file_id}, "id": "read"}


def on_disk(folder: Path) -> set[str]:
    return {path.name for path in (folder / "data/files").iterdir()}


async def test_what_a_run_made_is_found_and_goes_with_the_run(api: Api, tmp_path: Path) -> None:
    run_id, other = [await ran(api, seed(text), SAVE) for text in ("Hello", "Bye")]
    second, first = await listed(api)
    assert (first["name"], first["size"], first["runId"], first["runs"]) == ("digest.md", 5, run_id, 1)
    assert first["createdAt"] <= second["createdAt"]
    assert await listed(api, f"?run={run_id}") == [first]
    await api.call("DELETE", f"/api/runs/{run_id}")
    await api.call("GET", f"/api/files/{first['id']}", status=404)
    assert await listed(api) == [second]
    assert on_disk(tmp_path) == {second["id"]}
    assert second["runId"] == other


@pytest.mark.parametrize("way", ["selection", "retention"])
async def test_removing_many_runs_removes_what_they_made(api: Api, tmp_path: Path, way: str) -> None:
    ids = [await ran(api, seed(), SAVE) for _ in range(2)]
    kept = await upload(api)
    if way == "selection":
        removal = await api.call("POST", "/api/history/removals", {"ids": ids}, 202)
    else:
        answer = await api.call("POST", "/api/history/retention", {"runs": 0, "dryRun": False})
        removal = answer["removal"]
    while removal["state"] == "running":
        await asyncio.sleep(0.01)
        removal = await api.call("GET", f"/api/history/removals/{removal['id']}")
    assert removal["deleted"] == 2
    assert [file["id"] for file in await listed(api)] == [kept]
    assert on_disk(tmp_path) == {kept}


async def test_a_replay_keeps_what_it_took_over_from_a_run_that_is_gone(api: Api, tmp_path: Path) -> None:
    origin = await ran(api, seed(id="seed"), SAVE, BAD)
    (made,) = await listed(api)
    body = {"from": "failed", "workflow": steps(seed(id="seed"), SAVE, template("{{ input }}!", id="bad"))}
    replay = (await api.call("POST", f"/api/runs/{origin}/replay", body, status=202))["runId"]
    assert (await api.over(replay))["status"] == "completed"
    assert [file["runs"] for file in await listed(api)] == [2]
    await api.call("DELETE", f"/api/runs/{origin}")
    assert (await api.client.get(f"/api/files/{made['id']}")).content == b"Hello"
    assert [(file["runId"], file["runs"]) for file in await listed(api)] == [(origin, 1)]
    await api.call("DELETE", f"/api/runs/{replay}")
    assert await listed(api) == []
    assert on_disk(tmp_path) == set()


async def test_uploads_that_nobody_uses_are_found(api: Api) -> None:
    lonely, saved, used = [await upload(api) for _ in range(3)]
    workflow = await api.call("POST", "/api/workflows", {"workflow": steps(reading(saved))}, 201)
    run_id = await ran(api, reading(used))
    made = [(file["id"], file["runs"], file["workflows"]) for file in await listed(api)]
    assert made == [(used, 1, 0), (saved, 0, 1), (lonely, 0, 0)]
    assert [file["id"] for file in await listed(api, "?unused=true")] == [lonely]
    await api.call("DELETE", f"/api/runs/{run_id}")
    await api.call("DELETE", f"/api/workflows/{workflow['workflow']['workflowId']}")
    assert [file["id"] for file in await listed(api, "?unused=true&source=upload")] == [used, saved, lonely]
    assert await listed(api, "?source=run") == []


async def test_a_file_stays_while_a_workflow_or_a_run_needs_it(api: Api) -> None:
    file_id = await upload(api)
    answer = await api.call("POST", "/api/workflows", {"workflow": steps(reading(file_id), name="Digest")}, 201)
    workflow = answer["workflow"]
    problem = await api.call("DELETE", f"/api/files/{file_id}", status=409)
    assert problem["code"] == "file_in_use"
    assert "“Digest”" in problem["error"]
    await api.call("POST", "/api/workflows", {"workflow": workflow | {"nodes": [seed()]}}, 201)
    body = {"workflow": steps(wait(), reading(file_id))}
    run_id = (await api.call("POST", "/api/execute-background", body, status=202))["runId"]
    await api.until(run_id, "waiting")
    assert run_id in (await api.call("DELETE", f"/api/files/{file_id}", status=409))["error"]
    await api.call("POST", f"/api/runs/{run_id}/cancel", {})
    await api.until(run_id, "cancelled")
    assert await api.call("DELETE", f"/api/files/{file_id}") == {"success": True}
    assert await listed(api) == []


async def test_the_list_comes_in_pages(api: Api) -> None:
    ids = [await upload(api, f"{number}.txt") for number in range(5)]
    found, cursor = [], ""
    while cursor is not None:
        page = await api.call("GET", f"/api/files?limit=2{cursor and '&cursor=' + cursor}")
        assert page["count"] == 5
        found += [file["id"] for file in page["files"]]
        cursor = page["next"]
    assert found == ids[::-1]
    for query in ("limit=0", "limit=201", "cursor=..%2F", "source=x", "run=%00", "unused=perhaps"):
        assert (await api.call("GET", f"/api/files?{query}", status=422))["code"] == "invalid_request"
