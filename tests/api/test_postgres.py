"""The same API over PostgreSQL, which is stricter: no NUL in its texts, numbers of a size, real types."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.api import Api, api_with, seed, settings_in, steps, template
from support.history import postgres
from support.postgres import Postgres

__all__ = ["postgres"]


@pytest.fixture
async def api(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    async with api_with(settings_in(tmp_path, monkeypatch, database_url=postgres.fresh())) as api:
        yield api


async def finished(api: Api, said: str) -> dict:
    body = {"workflow": steps(seed("Ada"), template("Hello {{ input }}")), "transcribedText": said}
    accepted = await api.call(
        "POST", "/api/execute-background", body, 202, headers={"Idempotency-Key": said.replace("\0", "")}
    )
    return await api.over(accepted["runId"])


async def test_runs_are_made_found_watched_and_deleted(api: Api) -> None:
    runs = [await finished(api, f"Read the NEWS of day {number}") for number in range(3)]
    assert {run["status"] for run in runs} == {"completed"}
    page = await api.call("GET", "/api/workflow-history", params={"q": "news", "limit": 2})
    assert (page["count"], [run["id"] for run in page["history"]]) == (3, [runs[2]["id"], runs[1]["id"]])
    rest = await api.call("GET", "/api/workflow-history", params={"q": "news", "cursor": page["next"]})
    assert [run["id"] for run in rest["history"]] == [runs[0]["id"]]
    events = await api.events("GET", f"/api/runs/{runs[0]['id']}/events?after=3")
    assert events == runs[0]["logs"][3:]
    await api.call("DELETE", f"/api/runs/{runs[0]['id']}")
    assert (await api.call("GET", "/api/workflow-history"))["count"] == 2


async def test_a_key_that_is_used_twice_is_one_run(api: Api) -> None:
    assert (await finished(api, "once"))["id"] == (await finished(api, "once"))["id"]


async def test_what_postgresql_does_not_take_is_refused_or_left_out(api: Api) -> None:
    run = await finished(api, "half \0 a word")
    assert run["transcribedText"] == "half  a word"
    for path in ("/api/runs/%00", "/api/files/%00", "/api/workflows/%00", "/api/workflow-history?cursor=%00"):
        await api.call("GET", path, status=422)
    assert (await api.call("GET", "/api/workflow-history?q=word%00"))["count"] == 1
    assert (await api.call("GET", "/api/workflow-history", params={"q": "%_\\'"}))["count"] == 0
    events = f"/api/runs/{run['id']}/events"
    assert await api.events("GET", f"{events}?after={2**31 - 1}") == []
    await api.call("GET", f"{events}?after={2**31}", status=422)
    await api.call("GET", events, status=400, headers={"Last-Event-ID": str(2**31)})
    key = {"Idempotency-Key": b"\xff\xfe"}
    await api.call("POST", "/api/execute-background", {"workflow": steps(seed())}, 202, headers=key)
