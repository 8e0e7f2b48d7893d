"""Through the HTTP API: a real server process, a client that speaks plain HTTP/1.1 over one socket a request line."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.graphs import GRAPHS
from bench.report import Report, spread
from voicegraph.graph.model import Workflow

ALONE = 200
CONCURRENT = 50


class Client:
    """One keep-alive connection. Enough HTTP for a server of ours, so that the client costs little of the two cores."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, port: int) -> Client:
        """Open a connection to the server on loopback."""
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def request(self, method: str, path: str, body: bytes = b"") -> Any:
        """The JSON of the answer."""
        await self._send(method, path, body)
        headers = await self._headers()
        return json.loads(await self._reader.readexactly(int(headers["content-length"])))

    async def events(self, method: str, path: str, body: bytes = b"") -> AsyncIterator[tuple[float, Any]]:
        """Server-sent events, with the time each came in."""
        await self._send(method, path, body)
        await self._headers()
        with suppress(asyncio.IncompleteReadError):
            while True:
                line = await self._reader.readuntil(b"\n")
                if line.startswith(b"data: "):
                    yield time.time(), json.loads(line[6:])

    def close(self) -> None:
        """Hang up."""
        self._writer.close()

    async def _send(self, method: str, path: str, body: bytes) -> None:
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        kind = "Content-Type: application/json\r\n" if body else ""
        self._writer.write(f"{head}{kind}\r\n".encode() + body)
        await self._writer.drain()

    async def _headers(self) -> dict[str, str]:
        raw = await self._reader.readuntil(b"\r\n\r\n")
        lines = raw.decode().split("\r\n")[1:-2]
        return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


async def measure(folder: Path, seconds: float) -> None:
    """Print the figures."""
    report = Report("Through the HTTP API (server process, SQLite, WAL, synchronous=FULL)")
    with TemporaryDirectory(dir=folder) as data:
        async with _server(Path(data)) as (port, pid, ready):
            report.add("server ready after start", f"{ready:.2f} s", "< 2 s")
            report.add("idle memory (resident)", f"{_resident_mb(pid):.0f} MB", "< 150 MB")
            health = await _health(port)
            report.add("baseline: GET /api/health", spread(health))
            for name, workflow in GRAPHS.items():
                body = json.dumps({"workflow": workflow.to_wire()}).encode()
                alone, first, lag = await _alone(port, body)
                report.add(f"{name}: POST to the run's end, alone", spread(alone))
                report.add(f"{name}: POST to the first event, live", spread(first), "< 20 ms")
                report.add(f"{name}: event to client", spread(lag))
                rate = await _rate(port, workflow, seconds)
                report.add(f"{name}: {CONCURRENT} concurrent, background", f"{rate:.0f} runs/s")
            report.add("memory after the load", f"{_resident_mb(pid):.0f} MB")
    report.print()


@asynccontextmanager
async def _server(data: Path) -> AsyncGenerator[tuple[int, int, float]]:
    began = time.perf_counter()
    environment = os.environ | {"VOICEGRAPH_DATA_DIR": str(data)}
    command = (sys.executable, "-m", "voicegraph", "serve", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    try:
        line = (await process.stdout.readline()).decode()
        port = int(line.split(":")[2].split()[0])
        client = await Client.connect(port)
        await client.request("GET", "/api/health")
        client.close()
        yield port, process.pid, time.perf_counter() - began
    finally:
        process.terminate()
        await process.wait()


async def _health(port: int) -> list[float]:
    client = await Client.connect(port)
    times: list[float] = []
    for _ in range(ALONE):
        began = time.perf_counter()
        await client.request("GET", "/api/health")
        times.append(time.perf_counter() - began)
    client.close()
    return times


async def _alone(port: int, body: bytes) -> tuple[list[float], list[float], list[float]]:
    """One run at a time: seconds to the end, to the first event, and from each event's time stamp to its arrival."""
    whole: list[float] = []
    first: list[float] = []
    lag: list[float] = []
    for _ in range(ALONE):
        client = await Client.connect(port)
        began = time.time()
        arrived = 0.0
        async for at, event in client.events("POST", "/api/execute", body):
            arrived = at
            if event["seq"] == 1:
                first.append(at - began)
            stamp = datetime.fromisoformat(event["timestamp"]).timestamp()
            lag.append(max(0.0, at - stamp))
            if event["nodeId"] is None and event["type"] == "complete":
                break
        whole.append(arrived - began)
        client.close()
    return whole, first, lag


async def _rate(port: int, workflow: Workflow, seconds: float) -> float:
    body = json.dumps({"workflow": workflow.to_wire()}).encode()
    finished = started = 0
    all_done = asyncio.Event()
    slots = asyncio.Semaphore(CONCURRENT)
    began = time.perf_counter()

    async def count() -> None:
        nonlocal finished
        watcher = await Client.connect(port)
        async for _, change in watcher.events("GET", "/api/history/stream"):
            if change["status"] == "completed":
                finished += 1
                slots.release()
                if finished == started:
                    all_done.set()

    async def post() -> None:
        nonlocal started
        client = await Client.connect(port)
        while time.perf_counter() - began < seconds:
            await slots.acquire()
            started += 1
            all_done.clear()
            await client.request("POST", "/api/execute-background", body)
        client.close()

    counter = asyncio.create_task(count())
    await asyncio.gather(*(post() for _ in range(8)))
    await all_done.wait()
    counter.cancel()
    return finished / (time.perf_counter() - began)


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
