"""Serve an ASGI application on a free port of loopback, in this event loop."""

from __future__ import annotations

import asyncio
import socket
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import uvicorn

TICK = 0.1
LOOK_SECONDS = 0.002


class _Quiet(uvicorn.Server):
    """Leaves the signals to pytest, and stops at once: the base class looks every tenth of a second, three times."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._leaving = asyncio.Event()

    def capture_signals(self) -> Any:
        return nullcontext()

    def leave(self) -> None:
        self.should_exit = True
        self._leaving.set()

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._leaving.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """In the base class's order: no new connections, idle ones go, the others have time to end; then cut them off."""
        for listening in sockets or []:
            asyncio.get_running_loop().remove_reader(listening)
        await asyncio.sleep(LOOK_SECONDS)  # asyncio forgets to close who was let in just before its server is closed
        for listening in [*self.servers, *(sockets or [])]:
            listening.close()
        state, told = self.server_state, set[object]()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                while state.connections or state.tasks:
                    for connection in state.connections - told:
                        connection.shutdown()
                    told |= state.connections
                    await asyncio.sleep(LOOK_SECONDS)
        for task in state.tasks:
            task.cancel(msg="The server has waited long enough")


@dataclass
class Served:
    url: str
    server: _Quiet
    task: asyncio.Task[None]

    async def stop(self) -> None:
        self.server.leave()
        await self.task


def free_socket(port: int = 0) -> socket.socket:
    """A listening socket; on a free port, or on one that was free before."""
    return socket.create_server(("127.0.0.1", port))


async def serve(app: Any, listening: socket.socket | None = None) -> Served:
    """Returns when it answers. `listening` keeps a port across restarts."""
    listening = listening or free_socket()
    config = uvicorn.Config(
        app, lifespan="off", log_level="warning", access_log=False, proxy_headers=False, timeout_graceful_shutdown=1
    )
    server = _Quiet(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.005)
        if task.done():
            task.result()
    return Served(f"http://127.0.0.1:{listening.getsockname()[1]}", server, task)
