"""More runs than may wait, on every engine: refused before they are accepted. And what one that waits says of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.api import Api, api_with, seed, settings_in, steps
from support.hooks import hook_of
from support.site import Site, site_on_loopback

BACKGROUND = "/api/execute-background"
MOST = 2
NOBODY = {"engine": "inngest", "inngest_dev": "http://127.0.0.1:9"}


@pytest.fixture
def site() -> Iterator[Site]:
    with site_on_loopback() as site:
        site.put("/slow", "at last", "text/plain")
        site.hold("/slow")
        yield site
        site.release_all()


@pytest.fixture(params=["embedded", "inngest"])
async def stuck(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site
) -> AsyncIterator[Api]:
    """Nothing begins: a run takes all the room there is, or Inngest cannot be reached."""
    given: dict[str, Any] = {"embedded": {"max_concurrent_runs": 1}, "inngest": NOBODY}[request.param]
    settings = settings_in(tmp_path, monkeypatch, max_queued_runs=MOST, allow_private_hosts=["127.0.0.1"], **given)
    async with api_with(settings) as api:
        if request.param == "embedded":
            await held(api, site)
        yield api
        site.release_all()


async def held(api: Api, site: Site, **more: Any) -> str:
    """A run that stands still."""
    slow = {"id": "slow", "type": "http", "action": "request", "params": {"url": site.url("/slow")}}
    run_id = (await api.call("POST", BACKGROUND, {"workflow": steps(slow, **more)}, 202))["runId"]
    async with asyncio.timeout(20):
        while not site.hits:  # noqa: ASYNC110 - the site's thread tells nobody
            await asyncio.sleep(0.005)
    return run_id


async def count(api: Api) -> int:
    return (await api.call("GET", "/api/workflow-history"))["count"]


async def test_of_many_at_once_as_many_are_taken_as_may_wait(stuck: Api) -> None:
    before = await count(stuck)
    body = {"workflow": steps(seed())}
    posts = await asyncio.gather(*(stuck.client.post(BACKGROUND, json=body) for _ in range(6)))
    assert Counter(post.status_code for post in posts) == {202: MOST, 429: 6 - MOST}
    for post in posts:
        if post.status_code == 429:
            assert post.json()["code"] == "overloaded"
            assert int(post.headers["retry-after"]) > 0
    assert await count(stuck) == before + MOST, "nothing is left of what was refused"


async def test_one_after_the_other_they_are_refused_too_and_a_key_still_answers_its_run(stuck: Api) -> None:
    keyed = {"headers": {"Idempotency-Key": "order 66"}}
    body = {"workflow": steps(seed())}
    first = await stuck.call("POST", BACKGROUND, body, 202, **keyed)
    await stuck.call("POST", BACKGROUND, body, 202)
    for _ in range(3):
        assert (await stuck.call("POST", BACKGROUND, body, 429))["code"] == "overloaded"
    assert (await stuck.call("POST", BACKGROUND, body, 202, **keyed))["runId"] == first["runId"]


async def test_a_cancelled_run_makes_room(stuck: Api) -> None:
    body = {"workflow": steps(seed())}
    runs = [(await stuck.call("POST", BACKGROUND, body, 202))["runId"] for _ in range(MOST)]
    await stuck.call("POST", BACKGROUND, body, 429)
    await stuck.call("POST", f"/api/runs/{runs[0]}/cancel")
    async with asyncio.timeout(20):
        while (await stuck.client.post(BACKGROUND, json=body)).status_code == 429:  # noqa: ASYNC110 - nobody announces room
            await asyncio.sleep(0.05)
    await stuck.call("POST", BACKGROUND, body, 429)


async def test_a_webhook_is_told_to_come_back(stuck: Api) -> None:
    hook = await hook_of(stuck)
    answers = [await hook.send(f'{{"number": {number}}}'.encode()) for number in range(MOST + 2)]
    assert [answer.status_code for answer in answers] == [202] * MOST + [429] * 2
    assert int(answers[-1].headers["retry-after"]) > 0
    assert [call["status"] for call in await hook.calls()][:2] == [429, 429]


async def test_a_live_run_of_a_workflow_at_its_limit_is_told_to_come_back(api: Api, site: Site) -> None:
    limited = {"workflowId": "wf_limited", "concurrency": 1}
    run_id = await held(api, site, **limited)
    refused = await api.client.post("/api/execute", json={"workflow": steps(seed(), **limited)})
    assert (refused.status_code, refused.json()["code"]) == (429, "overloaded")
    assert int(refused.headers["retry-after"]) > 0
    assert await count(api) == 1
    site.release_all()
    assert (await api.over(run_id))["status"] == "completed"


async def queued(api: Api, run_id: str) -> list[Any]:
    """What the API says of the run's place, wherever it shows the run."""
    page = await api.call("GET", "/api/workflow-history")
    listed = next(run for run in page["history"] if run["id"] == run_id)
    whole = await api.call("POST", "/api/workflow-history", {"workflowId": run_id})
    export = await api.call("GET", f"/api/runs/{run_id}/export")
    shown = [listed, whole["run"], export, await api.call("GET", f"/api/runs/{run_id}")]
    return [run["queued"] for run in shown]


async def test_a_run_that_waits_says_its_place_in_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, site: Site
) -> None:
    settings = settings_in(tmp_path, monkeypatch, max_concurrent_runs=1, allow_private_hosts=["127.0.0.1"])
    async with api_with(settings) as api:
        running = await held(api, site)
        body = {"workflow": steps(seed())}
        waiting = [(await api.call("POST", BACKGROUND, body, 202))["runId"] for _ in range(3)]
        assert await queued(api, running) == [None] * 4
        for position, run_id in enumerate(waiting, 1):
            place = {"position": position, "reason": "turn", "message": f"Number {position} in the queue"}
            assert await queued(api, run_id) == [place] * 4
        await api.call("POST", f"/api/runs/{waiting[0]}/cancel")
        assert await queued(api, waiting[0]) == [None] * 4
        assert {place["position"] for place in await queued(api, waiting[1])} == {1}
        site.release_all()
        for run_id in (running, *waiting[1:]):
            assert (await api.over(run_id))["status"] == "completed"
            assert await queued(api, run_id) == [None] * 4


async def test_a_run_that_waits_for_another_of_its_workflow_says_so(api: Api, site: Site) -> None:
    limited = {"workflowId": "wf_limited", "concurrency": 1}
    running = await held(api, site, **limited)
    second = (await api.call("POST", BACKGROUND, {"workflow": steps(seed(), **limited)}, 202))["runId"]
    message = "Waits for another run of this workflow: 1 at a time"
    place = {"position": 1, "reason": "workflow_limit", "message": message}
    assert await queued(api, second) == [place] * 4
    site.release_all()
    for run_id in (running, second):
        assert (await api.over(run_id))["status"] == "completed"
