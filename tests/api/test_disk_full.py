"""A full disk: refused before anything is accepted, said clearly, nothing lost, and well again once there is room."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event
from support.api import Api, api_with, seed, steps, wait
from support.effects import effects
from support.full_disk import fill, until
from support.graphs import node, workflow
from support.mayhem import request
from support.process import Serve

from voicegraph.settings import Settings

LARGE = {"workflow": steps(seed()), "config": {"ballast": "x" * 900_000}}
SMALL = {"workflow": steps(seed())}


class Disk:
    """SQLite's own limit on the size of a database, on every connection of the process."""

    def __init__(self) -> None:
        self._connections: list[sqlite3.Connection] = []

    def connected(self, connection: sqlite3.Connection, _record: Any) -> None:
        self._connections.append(connection)

    def fill(self) -> None:
        """From now on the file does not grow."""
        self._limit(1)  # SQLite makes of it the size it has

    def free(self) -> None:
        self._limit(1 << 30)

    def _limit(self, pages: int) -> None:
        for connection in self._connections:
            connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk()
    event.listen(Engine, "connect", disk.connected)
    yield disk
    event.remove(Engine, "connect", disk.connected)


@pytest.fixture
async def full(disk: Disk, settings: Settings) -> AsyncIterator[Api]:
    async with api_with(settings) as api:
        await api.call("GET", "/api/workflow-history")
        disk.fill()
        yield api
        disk.free()


@pytest.mark.parametrize("path", ["/api/execute-background", "/api/execute"])
async def test_a_run_is_refused_before_it_is_accepted(full: Api, disk: Disk, path: str) -> None:
    for _ in range(3):
        problem = await full.call("POST", path, LARGE, status=503)
        assert problem["code"] == "storage_unavailable"
        assert "full" in problem["error"]
        assert "this was not stored" in problem["error"]
    assert (await full.call("GET", "/api/workflow-history"))["count"] == 0
    assert "full" in (await full.call("GET", "/api/health/ready", status=503))["error"]
    disk.free()
    assert (await full.call("GET", "/api/health/ready"))["status"] == "ok"
    accepted = await full.call("POST", "/api/execute-background", LARGE, status=202)
    assert (await full.over(accepted["runId"]))["status"] == "completed"
    assert (await full.call("GET", "/api/workflow-history"))["count"] == 1


async def test_a_key_that_was_refused_can_be_used_again(full: Api, disk: Disk) -> None:
    headers = {"Idempotency-Key": "once"}
    await full.call("POST", "/api/execute-background", LARGE, status=503, headers=headers)
    disk.free()
    accepted = await full.call("POST", "/api/execute-background", LARGE, status=202, headers=headers)
    assert (await full.over(accepted["runId"]))["status"] == "completed"


async def test_saving_and_deleting_say_so_too(full: Api, disk: Disk) -> None:
    workflow = steps(seed("x" * 500_000))
    assert (await full.call("POST", "/api/workflows", {"workflow": workflow}, status=503))[
        "code"
    ] == "storage_unavailable"
    disk.free()
    await full.call("POST", "/api/workflows", {"workflow": workflow}, status=201)


async def test_a_run_in_progress_waits_for_room_and_ends(disk: Disk, settings: Settings) -> None:
    """What was promised with 202 is kept: its results are tried again until they are written."""
    big = {"type": "transform", "action": "template", "params": {"template": "{{ input }}{{ input }}"}}
    workflow = steps(seed("x" * 100_000), wait("0.3 seconds"), big, big)
    async with api_with(settings) as api:
        accepted = await api.call("POST", "/api/execute-background", {"workflow": workflow}, status=202)
        disk.fill()
        await asyncio.sleep(0.6)  # the rest is over by now, and what follows cannot be written
        stuck = await api.call("GET", f"/api/runs/{accepted['runId']}")
        assert stuck["endTime"] is None
        disk.free()
        run = await api.over(accepted["runId"])
        assert run["status"] == "completed"
        whole = f"/api/runs/{accepted['runId']}/nodes/{run['nodes'][-1]['nodeId']}/output/file"
        assert len((await api.call("GET", whole))["text"]) == 400_000
    assert [entry["seq"] for entry in run["logs"]] == list(range(1, len(run["logs"]) + 1))


def test_a_real_server_on_a_full_disk(small_disk: Path) -> None:
    server = Serve(small_disk).start()
    try:
        with httpx.Client(base_url=server.url, trust_env=False, timeout=20) as client:
            kept = client.post("/api/execute-background", json=SMALL).json()["runId"]
            fill(small_disk / "ballast")
            answers = [client.post("/api/execute-background", json=LARGE) for _ in range(3)]
            upload = client.post("/api/files", files={"file": b"x" * 100_000})
            for answer in [*answers, upload]:
                assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable"), answer.text
            assert "disk" in upload.json()["error"]
            assert "The disk is full" in answers[-1].json()["error"]  # trying again helps nobody
            unready = client.get("/api/health/ready")
            assert (unready.status_code, "The disk is full" in unready.text) == (503, True), unready.text
            history = client.get("/api/workflow-history").json()
            assert [run["id"] for run in history["history"]] == [kept]
            (small_disk / "ballast").unlink()
            accepted = client.post("/api/execute-background", json=SMALL)
            assert accepted.status_code == 202
            uploaded = client.post("/api/files", files={"file": b"x" * 100_000})
            assert uploaded.status_code == 201
            client.get(f"/api/runs/{accepted.json()['runId']}/events")
            assert client.get(f"/api/runs/{kept}").json()["status"] == "completed"
    finally:
        assert server.stop() == 0


def kept_on(folder: Path) -> tuple[list[str], str, str]:
    """Six runs, a file and a workflow, in a database that is at rest."""
    server = Serve(folder).start()
    try:
        with httpx.Client(base_url=server.url, trust_env=False, timeout=20) as client:
            made = {"workflow": SMALL["workflow"], "config": {"ballast": "x" * 50_000}}
            runs = [client.post("/api/execute-background", json=made).json()["runId"] for _ in range(6)]
            for run_id in runs:
                client.get(f"/api/runs/{run_id}/events")
            upload = client.post("/api/files", files={"file": b"x" * 200_000}).json()["file"]["id"]
            saved = client.post("/api/workflows", json={"workflow": SMALL["workflow"]}).json()["workflow"]["workflowId"]
            return runs, upload, saved
    finally:
        assert server.stop() == 0


def test_a_full_disk_is_mended_by_deleting(small_disk: Path) -> None:
    """Runs, files and workflows go while there is no room for another byte, and then there is room again."""
    runs, upload, saved = kept_on(small_disk)
    server = Serve(small_disk).start()
    try:
        with httpx.Client(base_url=server.url, trust_env=False, timeout=20) as client:
            for _ in range(2):
                fill(small_disk / "ballast")
                assert client.get("/api/health/ready").status_code == 503
                assert client.post("/api/execute-background", json=LARGE).status_code == 503
                gone = client.delete(f"/api/runs/{runs.pop()}")
                assert gone.status_code == 200, gone.text
            deletions = [
                client.delete(f"/api/files/{upload}"),
                client.delete(f"/api/workflows/{saved}"),
                *(client.delete(f"/api/runs/{run_id}") for run_id in runs),
            ]
            assert [answer.status_code for answer in deletions] == [200] * 6, [one.text for one in deletions]
            accepted = client.post("/api/execute-background", json=SMALL)
            assert accepted.status_code == 202, accepted.text
            client.get(f"/api/runs/{accepted.json()['runId']}/events")
            (small_disk / "ballast").unlink()
            assert client.get("/api/health/ready").status_code == 200
    finally:
        assert server.stop() == 0


@pytest.mark.parametrize("small_disk", ["3m", "96m"], indirect=True)
@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
def test_a_server_starts_on_a_full_disk_so_that_there_is_somebody_who_deletes(small_disk: Path, killed: bool) -> None:
    runs, *_ = kept_on(small_disk)
    server, reserve = Serve(small_disk).start(), small_disk / "data" / "reserve"
    kept_back = reserve.stat().st_size
    if killed:
        server.kill()
    else:
        server.stop()
    fill(small_disk / "ballast")
    server = Serve(small_disk).start()
    try:
        with httpx.Client(base_url=server.url, trust_env=False, timeout=20) as client:
            fill(small_disk / "more")
            assert client.get("/api/health/ready").status_code == 503
            for run_id in runs:
                assert client.delete(f"/api/runs/{run_id}").status_code == 200
            (small_disk / "ballast").unlink()
            assert client.get("/api/health/ready").status_code == 200
            gone = client.post("/api/execute-background", json=SMALL).json()["runId"]
            client.get(f"/api/runs/{gone}/events")
            assert client.delete(f"/api/runs/{gone}").status_code == 200
            assert reserve.stat().st_size == kept_back, "it is there for the next time"
    finally:
        assert server.stop() == 0


@pytest.mark.parametrize("small_disk", ["96m"], indirect=True)
def test_a_full_disk_is_mended_by_deleting_while_all_is_in_the_log_still(small_disk: Path) -> None:
    """A database that has never been emptied of its log: it must grow before anything is free."""
    server = Serve(small_disk).start()
    data = small_disk / "data"
    try:
        with httpx.Client(base_url=server.url, trust_env=False, timeout=60) as client:
            runs = [client.post("/api/execute-background", json=LARGE).json()["runId"] for _ in range(13)]
            for run_id in runs:
                client.get(f"/api/runs/{run_id}/events")
            kept_back = (data / "reserve").stat().st_size
            assert (data / "voicegraph.db-wal").stat().st_size < kept_back
            fill(small_disk / "ballast")
            assert client.get("/api/health/ready").status_code == 503
            assert client.delete(f"/api/runs/{runs.pop()}").status_code == 200
            removal = client.post("/api/history/removals", json={"filter": {}}).json()
            while removal["state"] == "running":
                time.sleep(0.1)
                removal = client.get(f"/api/history/removals/{removal['id']}").json()
            assert (removal["state"], removal["deleted"]) == ("done", len(runs)), removal
            assert (data / "reserve").stat().st_size == kept_back, "it is there for the next time"
            assert client.get("/api/health/ready").status_code == 200
            accepted = client.post("/api/execute-background", json=SMALL)
            assert accepted.status_code == 202, accepted.text
    finally:
        assert server.stop() == 0


ASK = {"type": "approval", "action": "request", "params": {"message": "Go on?"}}


def begun(client: httpx.Client, graph: dict[str, Any]) -> str:
    return client.post("/api/execute-background", json={"workflow": graph}).json()["runId"]


def status_of(client: httpx.Client, run_id: str) -> str:
    return client.get(f"/api/runs/{run_id}").json()["status"]


def answered(client: httpx.Client, run_id: str, answer: str) -> httpx.Response:
    card = client.get("/api/approvals", params={"run": run_id}).json()["approvals"][0]
    body = {"nodeId": card["nodeId"], "answer": answer, "digest": card["waits"]["digest"]}
    return client.post(f"/api/runs/{run_id}/approve", json=body)


@pytest.mark.parametrize("small_disk", ["3m", "96m"], indirect=True)
def test_what_goes_on_is_cancelled_and_then_deleted_while_the_disk_is_full(small_disk: Path, tmp_path: Path) -> None:
    """Runs that wait on disk, one at work, and one whose result the disk refuses: of that the result is kept, too."""
    reserve = small_disk / "data" / "reserve"
    server = Serve(small_disk).start()
    try:
        with effects(tmp_path) as service, httpx.Client(base_url=server.url, trust_env=False, timeout=20) as client:
            parked = [begun(client, steps(seed(), wait())), begun(client, steps(seed(), ASK))]
            busy = begun(client, workflow(nodes=[request(service.url, "a", 9, "long")]).to_wire())
            does = [request(service.url, "a", 0, "held"), request(service.url, "b", 9, "long")]
            stuck = begun(client, workflow("a>b", nodes=does).to_wire())
            until(lambda: all(status_of(client, one) == "waiting" for one in parked), "they do not wait")
            until(lambda: len(service.starts()) == 2, "they are not started")
            kept_back = reserve.stat().st_size
            fill(small_disk / "ballast")
            service.release()
            until(lambda: "kept in memory" in server.log, "its result is not refused")
            runs = [*parked, busy, stuck]
            for run_id in runs:
                gone = client.post(f"/api/runs/{run_id}/cancel")
                assert gone.status_code == 200, gone.text
                assert status_of(client, run_id) == "cancelled"
            assert reserve.stat().st_size > kept_back / 2, "there is room to delete, too"
            run = client.get(f"/api/runs/{stuck}").json()
            assert [node["status"] for node in run["nodes"] if node["nodeId"] == "a"] == ["completed"]
            assert [entry["seq"] for entry in run["logs"]] == list(range(1, len(run["logs"]) + 1))
            assert client.post("/api/execute-background", json=LARGE).status_code == 503, "it is full all the time"
            for run_id in runs:
                assert client.delete(f"/api/runs/{run_id}").status_code == 200
    finally:
        assert server.stop() == 0


def test_an_answer_is_refused_at_once_while_the_disk_is_full_and_can_be_given_later(
    small_disk: Path, tmp_path: Path
) -> None:
    """To a run that waits on disk, and to one in memory, as another node of it is at work."""
    server = Serve(small_disk, VOICEGRAPH_DRAIN_SECONDS="0.1").start()
    try:
        with effects(tmp_path) as service, httpx.Client(base_url=server.url, trust_env=False, timeout=20) as client:
            ask = node("ask", "request", type="approval", message="Go on?")
            beside = workflow(
                "s>ask",
                "s>a",
                nodes=[
                    node("s", "seed", type="prompt", text="Hi"),
                    ask,
                    request(service.url, "a", 1, "long"),
                ],
            )
            runs = [
                begun(client, steps(seed(), ASK)),
                begun(client, steps(seed(), ASK)),
                begun(client, beside.to_wire()),
            ]
            until(lambda: client.get("/api/approvals").json()["count"] == 3, "they do not ask")
            until(lambda: len(service.starts()) == 1, "it is not started")
            fill(small_disk / "ballast")
            for run_id, word in zip(runs, ("approve", "reject", "approve"), strict=True):
                refused = answered(client, run_id, word)
                assert (refused.status_code, refused.json()["code"]) == (503, "storage_unavailable"), refused.text
                assert "The disk is full: this was not stored" in refused.json()["error"]
            assert client.get("/api/approvals").json()["count"] == 3, "nothing of it is kept"
            (small_disk / "ballast").unlink()
            for run_id in runs:
                assert answered(client, run_id, "approve").status_code == 200
            server.restart()
            for run_id in runs:
                client.get(f"/api/runs/{run_id}/events")
                assert status_of(client, run_id) == "completed"
    finally:
        assert server.stop() == 0
