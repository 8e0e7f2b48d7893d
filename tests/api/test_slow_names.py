"""A DNS that hangs holds up the nodes that ask it, and nobody else."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from typing import Any

import pytest
from support.api import Api, seed, steps

SHARED = min(32, (os.cpu_count() or 1) + 4)
"""The threads that asyncio has for everybody."""


async def test_look_ups_that_hang_hold_up_nothing_else(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    answer, real = threading.Event(), socket.getaddrinfo

    def hanging(host: str, *more: Any, **options: Any) -> Any:
        if not host.endswith(".example"):
            return real(host, *more, **options)
        asked.append(host)
        answer.wait(60)
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", hanging)
    urls = [f"http://slow{number}.example/" for number in range(SHARED)]
    nodes = [{"type": "http", "action": "request", "params": {"url": url}} for url in urls]
    asking = [asyncio.create_task(api.events("POST", "/api/execute", {"workflow": steps(node)})) for node in nodes]
    try:
        async with asyncio.timeout(20):
            while len(asked) < SHARED:  # noqa: ASYNC110 - it is told on a thread
                await asyncio.sleep(0.01)
            assert (await api.call("GET", "/api/workflow-history"))["running"] == SHARED
            await api.call("GET", "/api/health/ready")
            await api.call("POST", "/api/files", files={"file": ("a.txt", b"x", "text/plain")}, status=201)
            run = await api.call("POST", "/api/execute-background", {"workflow": steps(seed("Ada"))}, 202)
            assert (await api.over(run["runId"]))["status"] == "completed"
    finally:
        answer.set()
    for events in await asyncio.gather(*asking):
        assert events[-2]["error"]["code"] == "unknown_host", events[-2]
