"""Row 23: half-sent requests, endless heads and many connections shut nobody out. Limits are small here, sockets real."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn

from voicegraph.cli.server.connection import LimitedConnection, limited
from voicegraph.cli.server.connection_limits import Connections, Limits

HEAD = b"GET /quick HTTP/1.1\r\nHost: localhost\r\n"
QUICK = HEAD + b"\r\n"
PATIENCE = 20


@dataclass
class App:
    """Answers at once, when it is let, in pieces that nobody reads, or with the length of the body it read."""

    let: asyncio.Event = field(default_factory=asyncio.Event)
    at_work: int = 0
    seen: list[str] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.seen.append(scope["path"])
        self.at_work += 1
        try:
            body = await self.answer(scope["path"], receive, send)
        finally:
            self.at_work -= 1
        if body is not None:
            length = str(len(body)).encode()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
            await send({"type": "http.response.body", "body": body})

    async def answer(self, path: str, receive: Any, send: Any) -> bytes | None:
        if path == "/held":
            await self.let.wait()
        if path in ("/body", "/held"):
            size = 0
            while (message := await receive())["type"] == "http.request":
                size += len(message["body"])
                if not message["more_body"]:
                    return str(size).encode()
            return None
        if path == "/endless":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            while (await asyncio.wait_for(self.chunk(send), PATIENCE)) and self.let.is_set():
                pass
        return b"quick"

    async def chunk(self, send: Any) -> bool:
        await send({"type": "http.response.body", "body": bytes(1 << 20), "more_body": True})
        return True


@dataclass
class Line:
    """One connection of a client."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def trickle(self, data: bytes, pause: float) -> None:
        """Piece by piece, until the other side has had enough."""
        for at in range(len(data)):
            if self.reader._eof:
                return
            try:
                await self.send(data[at : at + 1])
            except ConnectionError:
                return
            await asyncio.sleep(pause)
        raise AssertionError("it was taken to the end")

    async def answer(self) -> int:
        """The status of the next answer, which is read whole."""
        async with asyncio.timeout(PATIENCE):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            self.body = await self.reader.readexactly(length)
        return int(head.split()[1])

    async def rest(self) -> bytes:
        """Everything up to the end of the connection. Nothing where the system threw it away: we were still sending."""
        async with asyncio.timeout(PATIENCE):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""


@dataclass
class Stage:
    app: App
    port: int
    lines: list[Line] = field(default_factory=list)

    async def line(self, of: str = "127.0.0.1") -> Line:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(of, 0))
        self.lines.append(Line(reader, writer))
        return self.lines[-1]

    async def ask(self, request: bytes = QUICK, of: str = "127.0.0.1") -> int:
        line = await self.line(of)
        await line.send(request)
        return await line.answer()

    async def at_work(self, number: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.app.at_work != number:  # noqa: ASYNC110 - the app has no event for it
                await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(**limits: Any) -> AsyncIterator[Stage]:
    app = App()
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, http=limited(Limits(**limits)), ws="none", lifespan="off", log_config=None, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve([listening]))
    stage = Stage(app, listening.getsockname()[1])
    try:
        async with asyncio.timeout(PATIENCE):
            while not server.started:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        yield stage
    finally:
        app.let.set()
        for line in stage.lines:
            line.writer.transport.abort()
        server.should_exit = True
        await task


@pytest.mark.parametrize("pause", [0, 0.02], ids=["silent", "trickled"])
@pytest.mark.parametrize("before", [b"", QUICK], ids=["first", "second"])
async def test_a_head_that_does_not_come_is_cut_off(before: bytes, pause: float) -> None:
    async with serving(header_seconds=1) as stage:
        line = await stage.line()
        if before:
            await line.send(before)
            assert await line.answer() == 200
        if pause:
            await line.trickle(HEAD + b"X: y\r\n" * 100, pause)
            assert (await line.rest())[:12] in (b"HTTP/1.1 408", b"")
        else:
            await line.send(HEAD)
            assert await line.answer() == 408
            assert await line.rest() == b""
        assert stage.app.seen == ["/quick"] * bool(before)


@pytest.mark.parametrize("sent", [b"", b"\r\n" * 10], ids=["nothing", "empty lines"])
async def test_a_connection_that_asks_nothing_is_closed_without_an_answer_it_did_not_ask_for(sent: bytes) -> None:
    async with serving(header_seconds=0.2) as stage:
        line = await stage.line()
        await line.send(sent)
        assert (await line.rest()).partition(b" ")[2][:3] in (b"", b"408")


async def test_empty_lines_after_a_request_hold_no_connection() -> None:
    """Every byte stops the clock of a connection that is kept alive."""
    async with serving(header_seconds=1) as stage:
        line = await stage.line()
        await line.send(QUICK)
        assert await line.answer() == 200
        await line.trickle(b"\r\n" * 1000, 0.02)
        await line.rest()


ENDLESS_HEADS = {
    "a value without an end": (HEAD + b"X: ", b"x"),
    "a path without an end": (b"GET /", b"x"),
    "headers without an end": (HEAD, b"X: y\r\n"),
    "trailers without an end": (
        b"POST /held HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
        b"X: y\r\n",
    ),
    "a trailer without an end": (
        b"POST /held HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ",
        b"y",
    ),
    "the length of a chunk without an end": (
        b"POST /held HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;",
        b"y",
    ),
}


@pytest.mark.parametrize("name", ENDLESS_HEADS)
async def test_a_head_without_an_end_is_refused(name: str) -> None:
    begin, more = ENDLESS_HEADS[name]
    async with serving(header_bytes=4096) as stage:
        line = await stage.line()
        await line.send(begin)
        answer = b""
        for _ in range(100_000):
            try:
                await line.send(more)
            except ConnectionError:
                break
            if line.reader.at_eof():
                break
            await asyncio.sleep(0)
        else:
            pytest.fail("it was taken for ever")
        answer = await line.rest()
        assert answer.startswith(b"HTTP/1.1 431 ") or answer == b""
        assert "/quick" not in stage.app.seen


@pytest.mark.parametrize("header", [b"X: " + b"y" * 5000, b"X: yyyyyyyyyyyy\r\n" * 300 + b"Y: y"])
async def test_a_large_head_that_comes_at_once_is_refused_and_the_next_client_served(header: bytes) -> None:
    async with serving(header_bytes=4096) as stage:
        assert await stage.ask(HEAD + header + b"\r\n\r\n") == 431
        assert stage.app.seen == []
        assert await stage.ask(HEAD + b"X: " + b"y" * 3000 + b"\r\n\r\n") == 200


def body(path: bytes, length: int) -> bytes:
    return b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (path, length)


async def test_a_body_that_does_not_come_is_cut_off() -> None:
    async with serving(body_seconds=0.3, body_bytes_per_second=1000) as stage:
        line = await stage.line()
        await line.send(body(b"/body", 5000) + b"x" * 4000)  # no time can be saved up
        await line.trickle(b"x" * 500, 0.02)
        assert (await line.rest())[:12] in (b"HTTP/1.1 408", b"")
        await stage.at_work(0)


async def test_a_slow_body_that_keeps_its_pace_is_taken() -> None:
    async with serving(body_seconds=3, body_bytes_per_second=1000, header_seconds=2) as stage:
        line = await stage.line()
        await line.send(body(b"/body", 60_000))
        for _ in range(20):
            await line.send(b"x" * 3000)
            await asyncio.sleep(0.2)  # four seconds in all, longer than either limit
        assert (await line.answer(), line.body) == (200, b"60000")


async def test_a_body_that_we_do_not_read_and_an_answer_that_takes_long_are_left_alone() -> None:
    async with serving(body_seconds=1, header_seconds=1) as stage:
        line = await stage.line()
        sending = asyncio.create_task(line.send(body(b"/held", 8 << 20) + bytes(8 << 20)))
        waiting = await stage.line()
        await waiting.send(body(b"/held", 1) + b"x")
        await stage.at_work(2)
        await asyncio.sleep(2)  # twice the limits
        stage.app.let.set()
        assert (await line.answer(), line.body) == (200, str(8 << 20).encode())
        assert await waiting.answer() == 200
        await sending


async def test_of_requests_without_end_on_one_connection_few_are_parsed_and_each_is_answered_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting: list[int] = []
    parsed = LimitedConnection.on_headers_complete

    def count(connection: LimitedConnection) -> None:
        parsed(connection)
        waiting.append(len(connection.pipeline))

    monkeypatch.setattr(LimitedConnection, "on_headers_complete", count)
    async with serving() as stage:
        line = await stage.line()
        sending = asyncio.create_task(line.send(body(b"/held", 1) + b"x" + QUICK * 5_000 + body(b"/body", 3) + b"abc"))
        await stage.at_work(1)
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert len(waiting) < 50
        stage.app.let.set()
        assert [await line.answer() for _ in range(5_002)] == [200] * 5_002
        assert line.body == b"3"
        await sending
        assert max(waiting) < 50


async def test_an_answer_that_nobody_reads_ends() -> None:
    async with serving(unread_seconds=0.2) as stage:
        stage.app.let.set()
        line = await stage.line()
        line.writer.transport.pause_reading()  # pyright: ignore[reportAttributeAccessIssue]
        await line.send(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n")
        async with asyncio.timeout(PATIENCE):
            while not stage.app.seen or stage.app.at_work:
                stage.app.let.clear()
                await asyncio.sleep(0.05)


async def test_half_sent_requests_of_an_address_give_way_to_its_next_one_the_oldest_first() -> None:
    async with serving(in_all=8, per_address=4) as stage:
        held = [await stage.line("127.0.0.2") for _ in range(4)]
        for line in held:
            await line.send(HEAD)
        assert await stage.ask(of="127.0.0.2") == 200
        assert await held[0].rest() == b""
        await held[1].send(b"\r\n")
        assert await held[1].answer() == 200


async def test_an_address_that_works_on_all_its_connections_is_refused_and_others_are_not() -> None:
    async with serving(in_all=8, per_address=4) as stage:
        held = [await stage.line("127.0.0.2") for _ in range(4)]
        for line in held:
            await line.send(b"GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await stage.at_work(4)
        refused = await stage.line("127.0.0.2")
        assert await refused.answer() == 503
        assert await stage.ask(of="127.0.0.3") == 200
        stage.app.let.set()
        assert [await line.answer() for line in held] == [200] * 4
        assert await stage.ask(of="127.0.0.2") == 200  # those that are kept alive give way


async def test_when_all_is_full_the_address_with_the_most_half_sent_requests_loses_one() -> None:
    async with serving(in_all=8, per_address=6) as stage:
        few, many = [await stage.line("127.0.0.2") for _ in range(2)], [await stage.line("127.0.0.3") for _ in range(6)]
        for line in (*few, *many):
            await line.send(HEAD)
        assert await stage.ask(of="127.0.0.4") == 200
        assert await many[0].rest() == b""
        for line in few:
            await line.send(b"\r\n")
            assert await line.answer() == 200


async def test_all_places_come_back() -> None:
    async with serving(in_all=4, per_address=4, header_bytes=4096) as stage:
        for _ in range(20):
            line = await stage.line()
            await line.send(HEAD)
            line.writer.transport.abort()
            assert await stage.ask() == 200
            assert await stage.ask(b"nonsense\r\n\r\n") == 400
            assert await stage.ask(HEAD + b"X: " + b"y" * 5000) == 431
            upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\n\r\n"
            assert await stage.ask(HEAD + upgrade) == 200


class Held:
    def give_way(self) -> None:
        raise AssertionError("there is room")


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "", True),
    ],
)
def test_a_network_of_ipv6_is_one_address(first: str, second: str, alike: bool) -> None:
    connections = Connections(Limits(in_all=4, per_address=1))
    assert connections.admit(Held(), first)
    assert connections.admit(Held(), second) is not alike
