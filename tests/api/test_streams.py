"""Streams of a real server: watched while they grow, cut off, taken up again, across a restart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import fastapi.routing
import httpx
import pytest
from support.api import Api, seed, sse, steps, template, wait
from support.process import Serve
from support.site import Site, site_on_loopback


@pytest.fixture
def site() -> Iterator[Site]:
    with site_on_loopback() as site:
        site.put("/slow", "at last", "text/plain")
        site.hold("/slow")
        yield site


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    server = Serve(tmp_path_factory.mktemp("streams"), VOICEGRAPH_DRAIN_SECONDS="0.2").start()
    yield server
    server.stop()
    assert "Traceback" not in server.log, server.log


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
        yield client


def held(site: Site) -> dict[str, Any]:
    """A run that stands still at its second node until the site releases it."""
    slow = {"id": "slow", "type": "http", "action": "request", "params": {"url": site.url("/slow")}}
    return steps(seed(id="first"), slow, template("{{ input }}!", id="last"))


@asynccontextmanager
async def stream(
    client: httpx.AsyncClient, method: str, url: str, **options: Any
) -> AsyncIterator[tuple[httpx.Response, AsyncIterator[dict[str, Any]]]]:
    """An open stream and its events as they come."""
    async with client.stream(method, url, **options) as response:
        assert response.status_code == 200
        yield response, _events(response)


async def _events(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    async for line in response.aiter_lines():
        name, colon, value = line.partition(": ")
        if colon and name:
            event[name] = json.loads(value) if name == "data" else value
        elif not line and event:
            yield event
            event = {}


async def first(events: AsyncIterator[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    return [await anext(events) for _ in range(count)]


async def rest(events: AsyncIterator[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event async for event in events]


def numbers(events: list[dict[str, Any]]) -> list[int]:
    return [int(event["id"]) for event in events]


async def test_events_arrive_while_the_run_goes_on(server: Serve, client: httpx.AsyncClient, site: Site) -> None:
    async with stream(client, "POST", f"{server.url}/api/execute", json={"workflow": held(site)}) as (response, events):
        assert response.headers["x-run-id"].startswith("run_")
        begun = await first(events, 4)  # the node that stands still has started
        assert [(one["data"]["type"], one["data"]["nodeId"]) for one in begun][-1] == ("start", "slow")
        site.release("/slow")
        ended = await rest(events)
    assert ended[-1]["data"]["type"] == "complete"
    assert numbers(begun + ended) == list(range(1, len(begun + ended) + 1))


async def test_a_closed_tab_does_not_stop_a_run(server: Serve, client: httpx.AsyncClient, site: Site) -> None:
    async with stream(client, "POST", f"{server.url}/api/execute", json={"workflow": held(site)}) as (response, events):
        run_id = response.headers["x-run-id"]
        await first(events, 3)
    site.release("/slow")
    async with stream(client, "GET", f"{server.url}/api/runs/{run_id}/events") as (_, events):
        assert (await rest(events))[-1]["data"]["type"] == "complete"
    run = (await client.get(f"{server.url}/api/runs/{run_id}")).json()
    assert run["nodes"][-1]["output"]["text"] == "at last!"


async def test_a_run_in_progress_is_taken_up_after_any_event(
    server: Serve, client: httpx.AsyncClient, site: Site
) -> None:
    """Old events from the disk, new ones as they come: no gap and no repetition, wherever the line was cut."""
    started = await client.post(f"{server.url}/api/execute-background", json={"workflow": held(site)})
    url = f"{server.url}/api/runs/{started.json()['runId']}/events"
    async with stream(client, "GET", url) as (_, events):
        await first(events, 4)

    async def watch(seen: int) -> list[int]:
        async with stream(client, "GET", url, headers={"Last-Event-ID": str(seen)}) as (_, events):
            old = await first(events, 4 - seen)
            watching.release()
            return numbers(old + await rest(events))

    watching = asyncio.Semaphore(0)
    watchers = [asyncio.create_task(watch(seen)) for seen in range(5)]
    for _ in watchers:
        await watching.acquire()
    site.release("/slow")
    lists = await asyncio.gather(*watchers)
    whole = lists[0]
    assert whole == list(range(1, len(whole) + 1))
    assert [seen + 1 for seen in range(5)] == [numbers[0] for numbers in lists]
    assert all(numbers == whole[seen:] for seen, numbers in enumerate(lists))


async def test_a_stream_that_is_cut_ten_times_tells_the_whole_story(server: Serve, client: httpx.AsyncClient) -> None:
    workflow = steps(*[template(f"{number}") for number in range(30)])
    started = await client.post(f"{server.url}/api/execute-background", json={"workflow": workflow})
    url = f"{server.url}/api/runs/{started.json()['runId']}/events"
    told: list[int] = []
    for _ in range(10):
        async with stream(client, "GET", url, params={"after": told[-1] if told else 0}) as (_, events):
            told += numbers(await first(events, 5))
    async with stream(client, "GET", url, params={"after": told[-1]}) as (_, events):
        told += numbers(await rest(events))
    assert told == list(range(1, 63))


async def test_a_restart_in_the_middle_is_no_gap(server: Serve, client: httpx.AsyncClient, site: Site) -> None:
    started = await client.post(f"{server.url}/api/execute-background", json={"workflow": held(site)})
    url = f"{server.url}/api/runs/{started.json()['runId']}/events"
    async with stream(client, "GET", url) as (_, events):
        before = await first(events, 4)
        stopping = asyncio.create_task(asyncio.to_thread(server.stop))
        before += await rest(events)  # the server ends the stream, the run is not over
        assert await stopping == 0
    assert all(event["data"]["type"] != "complete" for event in before)
    site.release("/slow")
    server.start()
    seen = before[-1]["id"]
    async with stream(client, "GET", url, headers={"Last-Event-ID": seen}) as (_, events):
        after = await rest(events)
    assert after[-1]["data"]["type"] == "complete"
    assert numbers(before + after) == list(range(1, len(before + after) + 1))
    run = (await client.get(url.removesuffix("/events"))).json()
    assert [event["seq"] for event in run["logs"]] == numbers(before + after)


async def test_a_live_run_that_the_server_cuts_off_is_marked_interrupted(
    server: Serve, client: httpx.AsyncClient, site: Site
) -> None:
    async with stream(client, "POST", f"{server.url}/api/execute", json={"workflow": held(site)}) as (response, events):
        url = f"{server.url}/api/runs/{response.headers['x-run-id']}"
        await first(events, 4)
        assert await asyncio.to_thread(server.stop) == 0
    server.start()
    run = (await client.get(url)).json()
    assert (run["status"], run["error"]["code"]) == ("failed", "interrupted")
    assert "background" in run["error"]["message"]
    again = {"workflow": run["workflow"], "config": run["config"]}
    site.release("/slow")
    accepted = await client.post(f"{server.url}/api/execute-background", json=again)
    async with stream(client, "GET", f"{server.url}/api/runs/{accepted.json()['runId']}/events") as (_, events):
        assert (await rest(events))[-1]["data"]["type"] == "complete"


async def test_the_history_stream_hints_at_every_change_of_status(
    server: Serve, client: httpx.AsyncClient, site: Site
) -> None:
    async with stream(client, "GET", f"{server.url}/api/history/stream") as (_, hints):
        started = await client.post(f"{server.url}/api/execute-background", json={"workflow": held(site)})
        run_id = started.json()["runId"]
        assert [hint["data"] for hint in await first(hints, 1)] == [{"runId": run_id, "status": "running"}]
        site.release("/slow")
        assert [hint["data"] for hint in await first(hints, 1)] == [{"runId": run_id, "status": "completed"}]


async def test_a_quiet_stream_beats_so_that_no_proxy_cuts_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fastapi.routing._PING_INTERVAL <= 15
    monkeypatch.setattr(fastapi.routing, "_PING_INTERVAL", 0.02)
    text = (await api.call("POST", "/api/execute", {"workflow": steps(seed(), wait("0.5 seconds"))})).text
    assert text.count(": ping\n\n") >= 3
    assert [event["id"] for event in sse(text)] == [str(number) for number in range(1, len(sse(text)) + 1)]
