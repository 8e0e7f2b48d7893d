"""Requests that a client sends on one connection before it has its answers: few are parsed, the rest waits unread."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_WAITING = 8
SLICE = 1 << 10
"""The parser cannot be stopped within what it is given; this holds a few dozen requests at most."""


class _Flow(FlowControl):
    """Nothing is read while something of what was read waits: each answer, and each look at a body, would resume it."""

    held = b""

    def resume_reading(self) -> None:
        """As the base class, once nothing waits."""
        if not self.held:
            super().resume_reading()


class PipelinedConnection(HttpToolsProtocol):
    """uvicorn's, which parses all requests that come, and keeps each in memory until its turn."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See the base class."""
        super().connection_made(transport)
        self.flow = self._flow = _Flow(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what waits."""
        self._flow.held = b""
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse until enough requests wait."""
        data = self._flow.held + data if self._flow.held else data
        position = 0
        while position < len(data) and len(self.pipeline) < MAX_WAITING and not self.transport.is_closing():
            self.parse(data[position : position + SLICE])
            position += SLICE
        self._flow.held = b"" if self.transport.is_closing() else data[position:]
        if self._flow.held:
            self.flow.pause_reading()

    def parse(self, data: bytes) -> None:
        """What the base class does with all that comes."""
        super().data_received(data)

    def on_response_complete(self) -> None:
        """Start the next; when none waits that is parsed, parse more, after others had their turn."""
        super().on_response_complete()
        if self._flow.held and not self.pipeline:
            self.loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        if self.transport.is_closing():
            return
        held, self._flow.held = self._flow.held, b""
        if held and not self.pipeline:
            self.data_received(held)
        else:
            self._flow.held = held
        if not self._flow.held and not self.pipeline:
            self.flow.resume_reading()
