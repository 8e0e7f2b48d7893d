"""Servers that speak no HTTP, or break off: said in words, without those of the libraries. All are on loopback."""

from __future__ import annotations

import asyncio
import socket

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.http.guarded_client import guarded_client, send
from voicegraph.settings import Settings

SETTINGS = Settings(_env_file=None, allow_private_hosts=["127.0.0.1"])


@pytest.mark.parametrize(
    ("answered", "says"),
    [
        (b"hello\r\n\r\n", "does not speak HTTP as a web server does."),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "it switches to another protocol"),
        (b"", "it closed the connection without an answer."),
        (b"HTTP/1.1 200 OK\r\nno header\r\n\r\n", "a header of its answer is broken."),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "or with a broken chunk."),
        (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: 20\r\n\r\nthis is plain text..",
            "plain text",
        ),
        (
            b"HTTP/1.1 302 Found\r\nLocation: data:text/html,hi\r\nContent-Length: 0\r\n\r\n",
            "redirects to an address that does not begin with http",
        ),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://xn--/\r\nContent-Length: 0\r\n\r\n",
            "redirects to a broken address.",
        ),
    ],
)
async def test_what_does_not_answer_as_a_web_server_is_told_in_words(answered: bytes, says: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answered)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    async with server, guarded_client(SETTINGS) as http:
        with pytest.raises(NodeError) as caught:
            await send(http, "GET", url)
    assert says in caught.value.message
    for theirs in ("bytearray", "_SWITCH", "illegal", "Errno", "the address is broken"):
        assert theirs not in caught.value.message


async def test_where_nothing_listens_is_told_in_words(closed_port: int) -> None:
    async with guarded_client(SETTINGS) as http:
        with pytest.raises(NodeError, match=r"cannot be reached: nothing listens there\. Check the address\."):
            await send(http, "GET", f"http://127.0.0.1:{closed_port}/")


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
