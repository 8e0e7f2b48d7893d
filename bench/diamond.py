"""A diamond whose branches take 1 s + 1 s and 2 s: how close to its critical path does it end?"""

from __future__ import annotations

import asyncio
import gc
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.report import Report
from voicegraph.app import running
from voicegraph.graph.validate import parse_workflow
from voicegraph.nodes.builtin import warm_up
from voicegraph.pipeline import RunRequest
from voicegraph.settings import Settings

CRITICAL_PATH = 2.0
ROUNDS = 3


async def measure(folder: Path) -> None:
    """Print the figures: http nodes that call a server on loopback, which answers after the seconds in the path."""
    report = Report("Diamond: 1 s + 1 s beside 2 s")
    report.add("baseline: its critical path", f"{CRITICAL_PATH:.2f} s")
    server = await asyncio.start_server(_answer_late, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    workflow = parse_workflow(_diamond(port))
    with TemporaryDirectory(dir=folder) as data:
        async with running(Settings(data_dir=Path(data), allow_private_hosts=["127.0.0.1"])) as runtime:
            pipeline = runtime.pipeline
            await asyncio.to_thread(warm_up)  # a server that has been up for a second has done so
            gc.freeze()  # and so has `voicegraph serve`
            for name, start in (("live", pipeline.start_live), ("in the background", pipeline.start_background)):
                times: list[float] = []
                for _ in range(ROUNDS):
                    began = time.perf_counter()
                    run_id = await start(RunRequest(workflow))
                    async for _ in pipeline.follow(run_id):
                        pass
                    times.append(time.perf_counter() - began)
                worst = max(times)
                report.add(f"{name}, worst of {ROUNDS}", f"{worst:.2f} s = {worst / CRITICAL_PATH:.3f} x", "<= 1.05 x")
    server.close()
    report.print()


def _diamond(port: int) -> dict[str, Any]:
    def call(node_id: str, seconds: float) -> dict[str, Any]:
        url = f"http://127.0.0.1:{port}/{seconds}"
        return {"id": node_id, "type": "http", "action": "request", "params": {"url": url, "method": "GET"}}

    seed = {"id": "seed", "type": "prompt", "action": "seed", "params": {"text": "go"}}
    join = {"id": "join", "type": "transform", "action": "template", "params": {"template": "{{ input }}"}}
    nodes = [seed, call("a", 1), call("b", 1), call("c", 2), join]
    pairs = [("seed", "a"), ("a", "b"), ("seed", "c"), ("b", "join"), ("c", "join")]
    return {"nodes": nodes, "edges": [{"source": source, "target": target} for source, target in pairs]}


async def _answer_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.CancelledError):  # the measurement is over while a connection is kept alive
        while line := await reader.readline():
            seconds = float(line.split()[1].strip(b"/"))
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(seconds)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
    writer.close()
