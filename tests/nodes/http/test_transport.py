from __future__ import annotations

import asyncio
import gzip

import httpx
import pytest
from support.web import Web, answer, serving

from voicegraph import __version__
from voicegraph.errors import NodeError
from voicegraph.nodes.http.guarded_client import guarded_client, send
from voicegraph.settings import Settings


async def refused(client: httpx.AsyncClient, url: str) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await send(client, "GET", url)
    return caught.value


# -- bodies


async def test_a_body_ends_at_the_limit(web: Web, guarded: httpx.AsyncClient) -> None:
    web.on("/fits", answer(body=b"x" * 100_000))
    web.on("/huge", answer(body=b"x" * 100_001))
    assert len((await send(guarded, "GET", web.url("/fits"))).content) == 100_000
    error = await refused(guarded, web.url("/huge"))
    assert (error.code, error.retryable) == ("too_large", False)
    assert "VOICEGRAPH_MAX_RESPONSE_BYTES" in error.message


async def test_a_body_without_end_is_left(web: Web, guarded: httpx.AsyncClient) -> None:
    gone = asyncio.Event()

    async def pour(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
        except ConnectionError:
            gone.set()

    assert (await refused(guarded, web.on("/", pour))).code == "too_large"
    async with asyncio.timeout(10):
        await gone.wait()


async def test_gzip_is_unpacked_and_a_bomb_noticed(web: Web, guarded: httpx.AsyncClient) -> None:
    web.on("/page", answer(body=gzip.compress(b"hello " * 1_000), content_encoding="gzip"))
    web.on("/bomb", answer(body=gzip.compress(b"0" * 50_000_000), content_encoding="gzip"))
    web.on("/broken", answer(body=b"no gzip at all", content_encoding="gzip"))
    web.on("/other", answer(body=b"?", content_encoding="zstd"))
    assert (await send(guarded, "GET", web.url("/page"))).text == "hello " * 1_000
    assert web.header("accept-encoding") == "gzip"
    assert (await refused(guarded, web.url("/bomb"))).code == "too_large"
    assert (await refused(guarded, web.url("/broken"))).code == "bad_response"
    assert (await refused(guarded, web.url("/other"))).code == "bad_response"


async def test_what_follows_the_end_of_gzip_is_left(web: Web, guarded: httpx.AsyncClient) -> None:
    gone = asyncio.Event()

    async def pour(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello"))
        try:
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
        except ConnectionError:
            gone.set()

    async with asyncio.timeout(10):
        assert (await send(guarded, "GET", web.on("/", pour))).text == "hello"
        await gone.wait()


async def test_streams_are_limited_too(web: Web, guarded: httpx.AsyncClient) -> None:
    url = web.on("/", answer(body=b"x" * 200_000))
    async with guarded.stream("GET", url) as response:
        with pytest.raises(NodeError, match="more than 100,000 bytes"):
            [chunk async for chunk in response.aiter_bytes()]


# -- what goes wrong on the way


async def test_a_slow_server_is_a_time_out(web: Web, guarded: httpx.AsyncClient) -> None:
    done = asyncio.Event()

    async def dawdle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        await done.wait()

    with pytest.raises(NodeError) as caught:
        await send(guarded, "GET", web.on("/", dawdle), timeout=0.1)
    done.set()
    assert (caught.value.code, caught.value.retryable) == ("timeout", True)


async def test_a_connection_that_hangs_is_a_time_out() -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    async with guarded_client(Settings(_env_file=None), resolve) as client:
        with pytest.raises(NodeError) as caught:
            await send(client, "GET", "http://name.test/", timeout=0.05)
    assert (caught.value.code, caught.value.retryable) == ("timeout", True)


async def test_resets_and_refusals_are_worth_another_try(web: Web, guarded: httpx.AsyncClient) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    error = await refused(guarded, web.on("/", hang_up))
    assert (error.code, error.retryable) == ("unreachable", True)
    async with serving() as closed:
        url = closed.url("/")
    error = await refused(guarded, url)
    assert (error.code, error.retryable) == ("unreachable", True)


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (400, "rejected", False),
        (401, "unauthorized", False),
        (403, "forbidden", False),
        (404, "not_found", False),
        (408, "timeout", True),
        (409, "rejected", True),
        (418, "rejected", False),
        (425, "rejected", True),
        (429, "rate_limited", True),
        (500, "server_error", True),
        (503, "server_error", True),
        (599, "server_error", True),
    ],
)
async def test_statuses(web: Web, guarded: httpx.AsyncClient, status: int, code: str, retryable: bool) -> None:
    url = web.on("/a", answer(status, b'{"message": "because"}', content_type="application/json", retry_after="7"))
    error = await refused(guarded, f"{url}?key=secret")
    assert (error.code, error.retryable, error.retry_after) == (code, retryable, 7.0)
    assert f"{url} answered {status}" in error.message
    assert "because" in error.message
    assert "secret" not in error.message


async def test_the_product_gives_its_name(web: Web, guarded: httpx.AsyncClient) -> None:
    await send(guarded, "GET", web.on("/", answer()))
    assert web.header("user-agent") == f"VoiceGraph/{__version__}"
