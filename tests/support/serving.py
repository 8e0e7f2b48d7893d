"""Serve an ASGI application on a free port of loopback, in this event loop."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import Any

import uvicorn


class _Quiet(uvicorn.Server):
    """Leaves the signals to pytest."""

    def capture_signals(self) -> Any:
        from contextlib import nullcontext

        return nullcontext()


@dataclass
class Served:
    url: str
    server: uvicorn.Server
    task: asyncio.Task[None]

    async def stop(self) -> None:
        self.server.should_exit = True
        await self.task


def free_socket(port: int = 0) -> socket.socket:
    """A listening socket; on a free port, or on one that was free before."""
    return socket.create_server(("127.0.0.1", port))


async def serve(app: Any, listening: socket.socket | None = None) -> Served:
    """Returns when it answers. `listening` keeps a port across restarts."""
    listening = listening or free_socket()
    config = uvicorn.Config(app, lifespan="off", log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    server = _Quiet(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.005)
        if task.done():
            task.result()
    return Served(f"http://127.0.0.1:{listening.getsockname()[1]}", server, task)
