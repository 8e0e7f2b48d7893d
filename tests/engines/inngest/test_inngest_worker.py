"""`voicegraph worker`: steps come over a connection of its own."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.api import steps
from support.graphs import node, workflow
from support.inngest_double import InngestDouble
from support.inngest_gateway import Gateway
from support.inngest_server import REAL_SERVER
from support.inngest_stage import Stage
from support.process import Serve
from support.site import site_on_loopback

pytestmark = pytest.mark.skipif(bool(REAL_SERVER), reason="looks into the gateway")


@pytest.fixture
async def gateway(on_stage: Stage) -> Gateway:
    return await _gateway(on_stage.server)


async def _gateway(server: InngestDouble) -> Gateway:
    server.gateway = Gateway(server.functions)
    await server.gateway.start()
    return server.gateway


async def test_runs_go_through_a_connection_that_the_worker_opens(on_stage: Stage, gateway: Gateway) -> None:
    process = await on_stage.process(sync=False)
    stopped = asyncio.Event()
    serving = asyncio.create_task(process.engine.serve_connected(stopped))
    async with asyncio.timeout(20):
        await gateway.connected.wait()
    flaky = node("b", "fail", times=1, retryable=True)
    run = await process.run(workflow("a>b", "b>c", "w>c", nodes=[flaky, node("w", "later", seconds=0.1)]))
    assert run.summary.status == "completed", run.summary.error
    assert process.probe.starts == {"a": 1, "b": 2, "c": 1, "w": 1}
    stopped.set()
    async with asyncio.timeout(20):
        await serving
    assert gateway.paused == 1


async def test_a_server_gets_the_calls_again_when_the_worker_has_gone(
    on_stage: Stage, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker turns the app at Inngest to its connection; nobody turned it back."""
    monkeypatch.setattr("voicegraph.engines.inngest.sender.LOOK_SECONDS", 0.1)
    on_stage.server.retry_pause = 0.3
    server, worker = await on_stage.process(), await on_stage.process(sync=False)
    stopped = asyncio.Event()
    serving = asyncio.create_task(worker.engine.serve_connected(stopped))
    async with asyncio.timeout(20):
        await gateway.connected.wait()
    await server.run(workflow("a>b"))
    assert (server.probe.starts, worker.probe.starts) == ({}, {"a": 1, "b": 1})
    stopped.set()
    async with asyncio.timeout(20):
        await serving
    await worker.engine.close()  # the whole process is gone: what is sent again is not left to who cannot register
    monkeypatch.setattr("voicegraph.engines.inngest.sender.AGAIN_SECONDS", 0.3)
    run = await server.run(workflow("c>d"))
    assert run.summary.status == "completed", run.summary.error
    assert server.probe.starts == {"c": 1, "d": 1}
    assert len(on_stage.server.registered) == 2, "a worker registers no address, and nobody registers without need"


async def test_a_worker_that_stops_hands_over_what_takes_too_long(on_stage: Stage, gateway: Gateway) -> None:
    process = await on_stage.process(sync=False, drain_seconds=0.1)
    stopped = asyncio.Event()
    serving = asyncio.create_task(process.engine.serve_connected(stopped))
    async with asyncio.timeout(20):
        await gateway.connected.wait()
    run_id = await process.start(workflow("a>b", nodes=[node("a", "gate")]))
    await process.probe.gates["a"].enter()
    stopped.set()
    async with asyncio.timeout(20):
        await serving
    stored = (await process.pipeline.queries.detail(run_id)).nodes[0]
    assert (stored.status, stored.begun_at) == ("running", None), "the start that was cut does not count"


async def test_the_command_works_beside_a_server_and_stops_in_good_order(tmp_path: Path, on_stage: Stage) -> None:
    gateway = await _gateway(on_stage.server)
    keys = {"INNGEST_DEV": on_stage.server.url}
    server = Serve(tmp_path, **keys)
    await asyncio.to_thread(server.start)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "voicegraph", "worker",
        cwd=tmp_path, env=server._environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(30):
            await gateway.connected.wait()
        graph = {"nodes": [{"id": "a", "type": "prompt", "action": "seed", "params": {"text": "one"}}], "edges": []}
        async with asyncio.timeout(30):
            run = await asyncio.to_thread(_execute, server.url, graph)
    finally:
        worker.send_signal(signal.SIGTERM)
        said, _ = await asyncio.wait_for(worker.communicate(), 30)
        await asyncio.to_thread(server.stop)
    assert run["status"] == "completed"
    assert run["engine"] == "inngest"
    assert run["engineUrl"].startswith(f"{on_stage.server.url}/run?runID=")
    assert worker.returncode == 0, said
    assert b"takes steps from Inngest" in said


async def test_a_second_ctrl_c_ends_the_command_at_once(tmp_path: Path, on_stage: Stage) -> None:
    gateway = await _gateway(on_stage.server)
    server = Serve(tmp_path, INNGEST_DEV=on_stage.server.url, VOICEGRAPH_DRAIN_SECONDS="60")
    await asyncio.to_thread(server.start)
    with site_on_loopback() as site:
        site.put("/slow", "at last", "text/plain")
        site.hold("/slow")
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "voicegraph", "worker",
            cwd=tmp_path, env=server._environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            async with asyncio.timeout(30):
                await gateway.connected.wait()
            graph = steps({"type": "http", "action": "request", "params": {"url": site.url("/slow")}})
            await asyncio.to_thread(_start, server.url, graph)
            await asyncio.to_thread(site.arrived)
            began = time.monotonic()
            worker.send_signal(signal.SIGINT)
            assert worker.stdout
            while b"Stopping" not in await worker.stdout.readline():
                pass
            worker.send_signal(signal.SIGINT)
            said, _ = await worker.communicate()
        finally:
            await asyncio.to_thread(server.kill)
    assert time.monotonic() - began < 30
    assert (worker.returncode, b"Traceback" in said) == (130, False), said


def _start(url: str, graph: dict[str, object]) -> None:
    import httpx

    httpx.post(f"{url}/api/execute-background", json={"workflow": graph}, trust_env=False).raise_for_status()


def _execute(url: str, graph: dict[str, object]) -> dict[str, str]:
    import httpx

    with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
        run_id = client.post("/api/execute-background", json={"workflow": graph}).json()["runId"]
        client.get(f"/api/runs/{run_id}/events").read()
        return client.get(f"/api/runs/{run_id}").json()


def test_without_inngest_the_command_says_what_to_set(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "voicegraph", "worker"],
        cwd=tmp_path,
        env=Serve(tmp_path)._environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "INNGEST_DEV=1" in done.stdout + done.stderr
