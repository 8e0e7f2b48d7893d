"""What a person started goes before what triggers started; those wait, and are not left out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from support.api import Api, api_with, seed, steps
from support.hooks import hook_of
from support.site import Site, site_on_loopback

from voicegraph.settings import Settings


@pytest.fixture
def site() -> Iterator[Site]:
    with site_on_loopback() as site:
        yield site
        site.release_all()


@pytest.fixture
async def narrow(settings: Settings) -> AsyncIterator[Api]:
    async with api_with(settings.model_copy(update={"max_concurrent_runs": 1})) as api:
        yield api


async def start(api: Api, workflow: dict[str, Any]) -> str:
    return (await api.call("POST", "/api/execute-background", {"workflow": workflow}, 202))["runId"]


async def place(api: Api, run_id: str) -> int | None:
    """Where it stands in the queue, if it does."""
    queued = (await api.call("GET", f"/api/runs/{run_id}"))["queued"]
    return queued and queued["position"]


async def test_runs_of_a_person_and_their_steps_go_first(narrow: Api, site: Site) -> None:
    api, pages = narrow, [site.put("/one", "done"), site.put("/two", "done")]
    reads = [{"type": "http", "action": "request", "params": {"url": page}} for page in pages]
    for path in ("/one", "/two"):
        site.hold(path)
    await api.call("PUT", "/api/workflows/wf_step", {"workflow": steps(seed(), name="Step")})
    hook = await hook_of(api, reads[1], triggers=[{"kind": "webhook"}, {"kind": "schedule", "cron": "0 9 * * *"}])
    (schedule,) = (await api.call("GET", "/api/schedules"))["schedules"]
    await api.until(await start(api, steps(reads[0])), "running")
    called = [(await hook.send()).json()["runId"] for _ in range(2)]
    asked = await start(api, steps({"type": "workflow", "action": "run", "params": {"workflow": "wf_step"}}))
    now = (await api.call("POST", f"/api/schedules/{schedule['id']}/run-now", status=202))["runId"]
    assert [await place(api, run_id) for run_id in (asked, now, *called)] == [1, 2, 3, 4]
    site.release("/one")
    await api.until(now, "running")
    async with asyncio.timeout(30):  # its step comes when the others wait already
        while not (made := (await api.call("GET", "/api/workflow-history?trigger=workflow"))["history"]):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        step = made[0]["id"]
        while await place(api, step) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert [await place(api, run_id) for run_id in (step, *called)] == [1, 2, 3]
    site.release("/two")
    ended = [await api.over(run_id) for run_id in (asked, now, step, *called)]
    assert {run["status"] for run in ended} == {"completed"}
    begun = [run["startTime"] for run in ended]
    assert begun == sorted(begun)
