"""The server process: socket, signals, and an end in good order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from voicegraph.app import Runtime
from voicegraph.asgi import create_app
from voicegraph.cli.exit_status import hearing
from voicegraph.cli.process_log import start_log
from voicegraph.cli.server.connection import limited
from voicegraph.cli.server.connection_limits import limits_here
from voicegraph.cli.server.listen_socket import listen, url_of, warning
from voicegraph.cli.server_client import ADDRESS_FILE
from voicegraph.cli.streams import let_go, tell
from voicegraph.db.private_files import private_file
from voicegraph.errors import ConfigError
from voicegraph.settings import Settings

GRACE_SECONDS = 5
SWITCH_SECONDS = 0.001
"""How long a thread that computes keeps the interpreter while others wait. An answer takes it some ten times, and with
Python's own 5 ms it is ten times late."""


class _Server(uvicorn.Server):
    """Says where it listens, and drains the runs before connections are cut."""

    def __init__(self, config: uvicorn.Config, runtime: Runtime, url: str) -> None:
        super().__init__(config)
        self._runtime = runtime
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As the base class, then print the address."""
        await super().startup(sockets)
        if self.started:
            gc.enable()
            gc.freeze()  # what is loaded stays: to walk it took a full collection 80 ms, in the middle of some run
            tell(f"VoiceGraph runs on {self._url}  (Ctrl+C stops it)")
            self._leaving = asyncio.create_task(self._leave_when_lost())

    async def _leave_when_lost(self) -> None:
        await self._runtime.lost.wait()
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End watchers and runs first: an open event stream would keep the base class waiting."""
        tell("Stopping: nodes in flight may finish …  (Ctrl+C again stops at once)")
        await self._runtime.drain()
        if self.force_exit:
            raise KeyboardInterrupt  # what was in flight is on disk
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """The base class raises a signal again when it is done, and would kill us before the database is closed."""
        yield  # `_Signals` hears them

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As the base class; from now on the end is a planned one, and at the second Ctrl+C nobody waits any more."""
        self._runtime.told_to_stop()
        super().handle_exit(sig, frame)
        if self.force_exit:
            self._runtime.hurry()


class _Signals:
    """Ends what goes on in good order: the start of the server, then the server."""

    def __init__(self) -> None:
        self.server: _Server | None = None
        self._starting = asyncio.current_task()
        self._heard = False

    def hear(self, number: signal.Signals) -> None:
        """A second hang-up or SIGTERM says nothing new, a second Ctrl+C that nobody wants to wait."""
        if self.server:
            self.server.handle_exit(number, None)
        elif self._starting and (number == signal.SIGINT or not self._heard):
            self._starting.cancel()
        self._heard = True


def serve(settings: Settings) -> None:
    """Serve until Ctrl+C, SIGTERM or a hang-up. ConfigError when the port or the database is taken."""
    start_log(settings)
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        with listen(settings) as listening, contextlib.suppress(asyncio.CancelledError):  # ended while it started
            asyncio.run(_serve(settings, listening))
    finally:
        let_go()


async def _serve(settings: Settings, listening: socket.socket) -> None:
    signals = _Signals()
    with hearing(signals.hear, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        await _serve_until_told(settings, listening, signals)


async def _serve_until_told(settings: Settings, listening: socket.socket, signals: _Signals) -> None:
    url = url_of(listening)
    if said := warning(listening):
        tell(said)
    app = create_app(settings)
    async with app.router.lifespan_context(app):  # not uvicorn's: it would log our refusals as crashes
        runtime: Runtime = app.state.runtime
        config = uvicorn.Config(
            app,
            http=limited(limits_here()),
            ws="none",
            proxy_headers=False,  # the guard looks at the connection's own address; those headers are read behind it
            lifespan="off",
            log_config=None,  # its lines go through our handler, see logs.py
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        address = settings.data_dir / ADDRESS_FILE
        private_file(address)
        address.write_text(url, "utf-8")
        try:
            signals.server = _Server(config, runtime, url)
            await signals.server.serve(sockets=[listening])
        finally:
            address.unlink(missing_ok=True)
    if runtime.lost.is_set():
        raise ConfigError("VOICEGRAPH_DATABASE_URL", "Another VoiceGraph server has taken over this database.")
