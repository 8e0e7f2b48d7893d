"""Cookies that live from the first to the last hop of one request."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from support.web import Web, answer, redirect, serving

from voicegraph.nodes.http.guarded_client import guarded_client, send
from voicegraph.settings import Settings


def setting(location: str, *cookies: str, status: int = 302) -> bytes:
    """A redirect that sets cookies."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Location: {location}", "Content-Length: 0", "Connection: close"]
    return "\r\n".join([*lines, *(f"Set-Cookie: {cookie}" for cookie in cookies), "", ""]).encode()


async def test_cookies_are_not_kept_for_the_next_node(web: Web, guarded: httpx.AsyncClient) -> None:
    web.on("/a", redirect("/b"))
    web.on("/b", answer(set_cookie="session=1; Path=/"))
    await send(guarded, "GET", web.url("/a"))
    await send(guarded, "GET", web.url("/b"))
    assert [web.header("cookie", index) for index in range(len(web.requests))] == [None, "stolen=1", None]


async def test_a_page_that_wants_its_cookie_back_gets_it(web: Web, guarded: httpx.AsyncClient) -> None:
    async def gate(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen = web.header("cookie")
        writer.write(
            answer(body=b"welcome") if seen == "seen=1; lang=de" else setting("/", "seen=1", "lang=de; Path=/")
        )

    url = web.on("/", gate)
    assert (await send(guarded, "GET", url)).text == "welcome"
    assert len(web.requests) == 2
    assert (await send(guarded, "POST", url, data={"a": "b"})).text == "welcome"
    assert [web.header("cookie", index) for index in (0, 2)] == [None, None]


async def test_a_cookie_that_the_node_gives_stays_beside_the_site_s(web: Web, guarded: httpx.AsyncClient) -> None:
    web.on("/b", answer())
    await send(guarded, "GET", web.on("/a", setting("/b", "x=1")), headers={"Cookie": "mine=1"})
    assert web.header("cookie") == "mine=1; x=1"


@pytest.mark.parametrize(
    ("cookie", "sent"),
    [
        ("a=1; Path=/elsewhere", None),
        ("a=1; Max-Age=0", None),
        ("a=1; Secure", None),
        ("a=1; Domain=example.org", None),
        ("a=1; Domain=127.0.0.1; HttpOnly; SameSite=Strict", "a=1"),
        ("", None),
        ("bare", "bare"),
    ],
)
async def test_the_rules_of_a_cookie_hold(web: Web, guarded: httpx.AsyncClient, cookie: str, sent: str | None) -> None:
    web.on("/b", answer())
    await send(guarded, "GET", web.on("/a", setting("/b", cookie)))
    assert web.header("cookie") == sent


@pytest.mark.parametrize("value", ["Müller".encode(), "Müller".encode("latin-1"), "名".encode(), b"\x80\xff"])
async def test_a_cookie_goes_back_byte_for_byte(guarded: httpx.AsyncClient, value: bytes) -> None:
    heads: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        first = b"302 Found\r\nLocation: /b\r\nSet-Cookie: n=" + value + b"; Path=/\r\n"
        head = first if len(heads) == 1 else b"200 OK\r\n"
        writer.write(b"HTTP/1.1 " + head + b"Content-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await send(guarded, "GET", f"http://127.0.0.1:{port}/a", headers={"Cookie": "mine=1"})
    assert b"\r\ncookie: mine=1; n=" + value + b"\r\n" in heads[1].replace(b"Cookie:", b"cookie:")


async def test_cookies_stay_with_the_origin_that_set_them(web: Web) -> None:
    names = {"a.test": "127.0.0.1", "b.a.test": "127.0.0.1"}

    async def resolve(host: str, _port: int) -> list[str]:
        return [names[host]]

    async with (
        serving() as other,
        guarded_client(Settings(_env_file=None, allow_private_hosts=["127.0.0.1"]), resolve) as client,
    ):
        web.on("/1", setting(other.url("/2", "a.test"), "first=1; Path=/", "wide=1; Path=/; Domain=a.test"))
        other.on("/2", setting(web.url("/3", "b.a.test"), "second=1; Path=/"))
        web.on("/3", setting(web.url("/4", "a.test")))
        web.on("/4", answer())
        await send(client, "GET", web.url("/1", "a.test"), headers={"Cookie": "mine=1"})
        assert [web.header("cookie", index) for index in (0, 1)] == ["mine=1", None]
        assert other.header("cookie") is None, "another port is another origin"
        assert web.header("cookie") in ("first=1; wide=1", "wide=1; first=1"), "its own come back, the node's do not"
