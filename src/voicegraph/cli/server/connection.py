"""One connection of the server: uvicorn's, with limits on how long a request may take to come, and how large its head is."""

from __future__ import annotations

import asyncio
from functools import partial
from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from voicegraph.cli.server.connection_limits import Connections, Limits
from voicegraph.cli.server.pipelining import PipelinedConnection


def limited(limits: Limits) -> type[asyncio.Protocol]:
    """What uvicorn takes as its `http`: connections that share one count."""
    return cast("type[asyncio.Protocol]", partial(LimitedConnection, connections=Connections(limits)))


class _HeadTooLarge(Exception):
    """Leaves the parser, which would keep on collecting."""


class LimitedConnection(PipelinedConnection):
    """A head has a time and a size, a body a pace, and an answer is read some day; what is at work stays as it is."""

    def __init__(self, *args: Any, connections: Connections, **options: Any) -> None:
        super().__init__(*args, **options)
        self._connections = connections
        self._limits = connections.limits
        self._host = ""
        self._admitted = False
        self._deadline: float | None = None
        """When the rest of this request must be here; None while none is on its way."""
        self._timer: asyncio.TimerHandle | None = None
        self._unread_timer: asyncio.TimerHandle | None = None
        self._in_body = False
        self._undelivered = 0
        """Bytes since the parser last made something of them."""
        self._head_bytes = 0

    # -- coming and going

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Find a place for it, or say that there is none."""
        super().connection_made(transport)
        self._host = self.client[0] if self.client else ""
        self._admitted = self._connections.admit(self, self._host)
        if self._admitted:
            self._expect_head()
        else:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give its place back."""
        super().connection_lost(exc)
        self._leave()
        for timer in (self._timer, self._unread_timer):
            if timer:
                timer.cancel()

    def give_way(self) -> None:
        """End at once: somebody else needs the place. What waits in the socket is lost, and so is half a request."""
        self._leave()
        self.transport.abort()

    def _leave(self) -> None:
        if self._admitted:
            self._admitted = False
            self._connections.leave(self, self._host)

    # -- what comes

    def data_received(self, data: bytes) -> None:
        """See the base class; from a connection that was refused nothing is taken."""
        if self._admitted:
            super().data_received(data)

    def parse(self, data: bytes) -> None:
        """Parse it, unless it is a head without an end."""
        if self._deadline is None:
            self._expect_head()
        self._undelivered += len(data)
        super().parse(data)
        if self._undelivered > self._limits.header_bytes and not self.transport.is_closing():
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head_bytes = 0

    def on_url(self, url: bytes) -> None:
        """Count it."""
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count it; those behind a body, too."""
        self._count_head(len(name) + len(value) + len(b": \r\n"))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is here; the body has a time of its own."""
        self._undelivered = 0
        super().on_headers_complete()
        self._in_body = True
        self._expect_within(self._limits.body_seconds)

    def on_body(self, body: bytes) -> None:
        """Each part buys time for the next, but none can be saved up."""
        self._undelivered = 0
        super().on_body(body)
        if self._deadline is not None:
            bought = self._deadline + len(body) / self._limits.body_bytes_per_second
            self._deadline = min(bought, self.loop.time() + self._limits.body_seconds)

    def on_message_complete(self) -> None:
        """The request is here."""
        self._undelivered = 0
        self._in_body = False
        self._deadline = None
        self._connections.works(self, self._host)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The connection may carry another request, and is the first to go when places are rare."""
        super().on_response_complete()
        if self._admitted and self._deadline is None and not self.pipeline:
            self._connections.waits(self, self._host)

    def send_400_response(self, msg: str) -> None:
        """The base class's answer to what it cannot read; a head that is too large has a number of its own."""
        if self._head_bytes > self._limits.header_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        else:
            super().send_400_response(msg)

    def _count_head(self, number: int) -> None:
        self._head_bytes += number
        if self._head_bytes > self._limits.header_bytes:
            raise _HeadTooLarge

    # -- what does not come

    def pause_writing(self) -> None:
        """The client does not read its answer as fast as it comes."""
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self) -> None:
        """It has read."""
        super().resume_writing()
        if self._unread_timer:
            self._unread_timer.cancel()
            self._unread_timer = None

    def _expect_reading(self, before: int | None = None) -> None:
        """End when nothing was read since the last look: there is nobody, or somebody who holds the place."""
        unread = self.transport.get_write_buffer_size()
        if before is not None and unread >= before:
            self.transport.abort()
        else:
            self._unread_timer = self.loop.call_later(self._limits.unread_seconds, self._expect_reading, unread)

    def _expect_head(self) -> None:
        self._in_body = False
        self._connections.waits(self, self._host)
        self._expect_within(self._limits.header_seconds)

    def _expect_within(self, seconds: float) -> None:
        """One timer a connection, which looks again while requests come in time: most are over long before."""
        self._deadline = self.loop.time() + seconds
        if self._timer and self._timer.when() > self._deadline:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self.loop.call_at(self._deadline, self._look)

    def _look(self) -> None:
        self._timer = None
        if self._deadline is None or self.transport.is_closing():
            return
        if self.flow.read_paused:  # it is us who do not read
            self._deadline = max(self._deadline, self.loop.time() + self._limits.body_seconds)
        if self.loop.time() >= self._deadline:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._timer = self.loop.call_at(self._deadline, self._look)

    def _refuse(self, status: HTTPStatus) -> None:
        """Close, and say why where that cannot be taken for part of another answer, and where something was asked."""
        asked = self._undelivered or self._in_body or status is not HTTPStatus.REQUEST_TIMEOUT
        if asked and not self._is_answering():
            line = f"HTTP/1.1 {status.value} {status.phrase}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            self.transport.write(line.encode())
        self.transport.close()

    def _is_answering(self) -> bool:
        """Whether some answer has begun, or one is due before that to the request that is cut off."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is None or cycle.response_complete:
            return False
        return cycle.response_started or bool(self.pipeline) or not self._in_body
