"""A planned stop on a full disk: nobody is to blame, and what is done is kept."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from support.effects import effects
from support.full_disk import fill, until
from support.graphs import node, workflow
from support.history import new_run, open_history
from support.mayhem import Disk as Stored
from support.mayhem import request
from support.process import Serve

from voicegraph.run.events import Entry, RunEvent
from voicegraph.settings import Settings


@pytest.mark.parametrize("refused", [True, False], ids=["refused", "in_flight"])
def test_a_planned_stop_on_a_full_disk_counts_against_no_node(small_disk: Path, tmp_path: Path, refused: bool) -> None:
    """Neither against one whose result the disk refused, nor against one that is at work when the stop comes."""
    server = Serve(small_disk, VOICEGRAPH_DRAIN_SECONDS="0.1").start()
    with effects(tmp_path) as service:
        try:
            slow = request(service.url, "a", 0, "held") if refused else request(service.url, "a", 1, "long")
            graph = workflow("a>b", nodes=[slow, request(service.url, "b", 0)])
            run_id = httpx.post(f"{server.url}/api/execute-background", json={"workflow": graph.to_wire()}).json()[
                "runId"
            ]
            until(lambda: service.starts()[f"{run_id}:a"] == 1, "it is not started")
            fill(small_disk / "ballast")
            if refused:
                service.release()
                until(lambda: "kept in memory" in server.log, "its result is not refused")
            assert server.stop() == 0
            (small_disk / "ballast").unlink()
            server.start()
            assert httpx.get(f"{server.url}/api/runs/{run_id}/events", timeout=20).status_code == 200
            assert httpx.get(f"{server.url}/api/runs/{run_id}").json()["status"] == "completed"
            assert Stored(server).most_deaths() == 0
            assert "it counts against" not in server.log
        finally:
            server.kill()


def test_a_planned_stop_on_a_full_disk_keeps_what_is_done(small_disk: Path, tmp_path: Path) -> None:
    """The items whose results the disk refused, and those that end after the word to stop: none is sent again."""
    server = Serve(small_disk, VOICEGRAPH_DRAIN_SECONDS="5").start()
    with effects(tmp_path) as service, httpx.Client(trust_env=False, timeout=20) as client:
        try:
            kinds = node("list", "seed", type="prompt", text="\n".join(["held"] * 10 + ["slow"] * 10))
            items = request(service.url, "items", 2500, "{{ item }}").model_copy(
                update={"each": True, "concurrency": 20}
            )
            graph = workflow("list>items", "items>last", nodes=[kinds, items, request(service.url, "last", 0)])
            body = {"workflow": graph.to_wire()}
            run_id = client.post(f"{server.url}/api/execute-background", json=body).json()["runId"]
            until(lambda: service.starts().total() == 20, "not all are started")
            fill(small_disk / "ballast")
            service.release()
            until(lambda: "kept in memory" in server.log, "no result is refused")
            assert server.stop() == 0
            assert "entries that the database refused" not in server.log
            (small_disk / "ballast").unlink()
            server.start()
            assert client.get(f"{server.url}/api/runs/{run_id}/events").status_code == 200
            assert client.get(f"{server.url}/api/runs/{run_id}").json()["status"] == "completed"
            assert {key: times for key, times in service.starts().items() if times > 1} == {}
        finally:
            server.kill()


@pytest.mark.parametrize("small_disk", ["5m"], indirect=True)
async def test_a_planned_stop_loses_only_what_is_too_large_for_the_room_kept_back(
    small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """And says so. It keeps what is small of no other run off the disk, also where that comes later."""
    settings = Settings(data_dir=small_disk / "data", database_url="")
    large, small = new_run(), new_run()
    async with open_history(settings) as history:
        for run in (large, small):
            await history.journal.record(Entry(run.run_id, create=run))
        fill(small_disk / "ballast")
        for run, message in ((large, "x" * 4_000_000), (large, "later"), (small, "x" * 50_000)):
            history.journal.record(Entry(run.run_id, events=[RunEvent("log", 1.0, message)]))
        await history.journal.close()
        assert "Stopping with 2 entries that the database refused" in caplog.text
        assert history.rows("SELECT run_id, length(message) FROM run_events") == [(small.run_id, 50_000)]
