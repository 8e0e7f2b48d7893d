"""Packed bodies as servers send them: whole, in parts, cut off, broken, misnamed."""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import zlib
from collections.abc import Callable
from functools import partial
from importlib import import_module
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.web import Web, answer

from voicegraph.errors import NodeError
from voicegraph.nodes.http.guarded_client import send
from voicegraph.nodes.http.limited_body import LimitedBody

br: Callable[[bytes], bytes] = partial(import_module("brotli").compress, quality=5)
BODY = json.dumps({"output": "ü" * 3_000}).encode()


def bare(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": bare,
    "br": br,
    "gzip, gzip": lambda content: gzip.compress(gzip.compress(content)),
    "gzip, br": lambda content: br(gzip.compress(content)),
    "deflate,  identity, gzip": lambda content: gzip.compress(bare(content)),
    "UTF-8": bytes,
    "none": bytes,
    "identity": bytes,
    "binary": bytes,
    "whatever": bytes,
    "gzip, identity": gzip.compress,
    "": bytes,
}
CODED = [name for name, pack in PACKERS.items() if pack is not bytes]


async def refused(client: httpx.AsyncClient, url: str) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await send(client, "GET", url)
    return caught.value


class Stream:
    """What a connection would give, chunk by chunk."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks

    async def __aiter__(self):
        for chunk in self.chunks:
            yield chunk

    async def aclose(self) -> None: ...


def read(encoding: str, *chunks: bytes, most: int = 1 << 20) -> bytes:
    async def pieces() -> bytes:
        return b"".join([piece async for piece in LimitedBody(Stream(*chunks), encoding, most, "host.test")])

    return asyncio.run(pieces())


@pytest.mark.parametrize("encoding", PACKERS)
async def test_what_is_sent_is_read_asked_for_or_not(web: Web, guarded: httpx.AsyncClient, encoding: str) -> None:
    url = web.on("/", answer(body=PACKERS[encoding](BODY), content_encoding=encoding))
    assert (await send(guarded, "GET", url)).content == BODY


@pytest.mark.parametrize("size", [100, 65_536, 98_265, 300_000, 5_000_000])
@pytest.mark.parametrize("encoding", ["br", "gzip", "deflate", "Deflate"])
def test_a_body_of_any_size_is_whole_however_well_it_packs(encoding: str, size: int) -> None:
    for content in (
        b"a" * size,
        b"".join(b"%d, " % number for number in range(size // 8))[:size],
        random.Random(1).randbytes(size),
    ):
        packed = PACKERS[encoding](content)
        for chunk in (len(packed), 1_000_003, 65_536):
            chunks = [packed[start : start + chunk] for start in range(0, len(packed), chunk)]
            assert read(encoding, *chunks, most=size) == content


@pytest.mark.parametrize("quality", range(10))
def test_brotli_of_any_quality_is_whole_or_cut_off(quality: int) -> None:
    packed = import_module("brotli").compress(b"0123456789abcdef " * 20_000, quality=quality)
    assert len(read("br", packed)) == 340_000
    for length in [*range(1, min(len(packed), 300)), len(packed) - 2, len(packed) - 1]:
        with pytest.raises(NodeError, match="cut off"):
            read("br", packed[:length])


@pytest.mark.parametrize("encoding", CODED)
async def test_what_is_cut_off_is_no_success(web: Web, guarded: httpx.AsyncClient, encoding: str) -> None:
    packed = PACKERS[encoding](BODY)
    for length in (1, 2, 9, len(packed) // 2, len(packed) - 1):
        error = await refused(guarded, web.on("/", answer(body=packed[:length], content_encoding=encoding)))
        assert (error.code, error.retryable) == ("bad_response", True), (length, error.message)
    assert "127.0.0.1 answered with" in error.message
    assert "cut off" in error.message


@pytest.mark.parametrize("encoding", CODED)
async def test_what_is_broken_is_said(web: Web, guarded: httpx.AsyncClient, encoding: str) -> None:
    url = web.on("/", answer(body=b"\xff no packed data at all" * 9, content_encoding=encoding))
    error = await refused(guarded, url)
    assert (error.code, error.retryable) == ("bad_response", True)


@pytest.mark.parametrize("encoding", CODED)
async def test_an_empty_body_is_whole(web: Web, guarded: httpx.AsyncClient, encoding: str) -> None:
    assert (await send(guarded, "GET", web.on("/", answer(content_encoding=encoding)))).content == b""
    assert (await send(guarded, "HEAD", web.on("/", answer(content_encoding=encoding)))).content == b""


async def test_several_headers_are_one_list(web: Web, guarded: httpx.AsyncClient) -> None:
    packed = gzip.compress(gzip.compress(BODY))
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    )
    assert (await send(guarded, "GET", web.on("/", head.encode() + packed))).content == BODY


async def test_a_coding_that_nobody_asked_for_and_nobody_knows_is_said(web: Web, guarded: httpx.AsyncClient) -> None:
    for name in ("zstd", "compress", "gzip, zstd", ", ".join(["gzip"] * 6)):
        error = await refused(guarded, web.on("/", answer(body=BODY, content_encoding=name)))
        assert error.code == "bad_response"
        assert "was not asked for" in error.message


@pytest.mark.parametrize("trailing", [b"\0" * 512, b"garbage", b"\x1f\x8c"])
def test_what_is_no_member_is_no_part_of_the_body(trailing: bytes) -> None:
    assert read("gzip", gzip.compress(b"one") + trailing) == b"one"
    assert read("gzip", gzip.compress(b"one"), trailing) == b"one"
    assert read("deflate", zlib.compress(b"one") + trailing) == b"one"


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.lists(st.integers(0, 2_000), max_size=6))
def test_members_follow_one_another_wherever_the_chunks_end(parts: list[bytes], cuts: list[int]) -> None:
    packed = b"".join(map(gzip.compress, parts))
    places = sorted({0, len(packed), *(cut % len(packed) for cut in cuts)})
    assert read("gzip", *(packed[start:end] for start, end in pairwise(places))) == b"".join(parts)


@given(st.binary(min_size=1, max_size=2_000), st.sampled_from(["gzip", "deflate", "Deflate", "br"]), st.data())
def test_no_beginning_of_it_passes_for_the_whole(content: bytes, encoding: str, data: st.DataObject) -> None:
    packed = PACKERS[encoding](content)
    length = data.draw(st.integers(1, len(packed) - 1))
    with pytest.raises(NodeError, match="answered with"):
        read(encoding, packed[:length])


@pytest.mark.parametrize("encoding", CODED)
def test_a_bomb_is_noticed_in_each_of_its_layers(encoding: str) -> None:
    packed = PACKERS[encoding](b"0" * 20_000_000)
    with pytest.raises(NodeError, match="more than 1,048,576 bytes") as caught:
        read(encoding, packed)
    assert caught.value.code == "too_large"


def test_a_layer_within_counts_too() -> None:
    inner = b"".join(gzip.compress(b"") for _ in range(100_000))
    with pytest.raises(NodeError, match="more than 1,048,576 bytes"):
        read("gzip, gzip", gzip.compress(inner))
    with pytest.raises(NodeError, match="more than 1,048,576 bytes"):
        read("gzip", *(inner[start : start + 65_536] for start in range(0, len(inner), 65_536)))


@pytest.mark.parametrize(
    "sent",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly a part",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\nx\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello",
    ],
)
async def test_a_body_shorter_than_announced_is_no_success(web: Web, guarded: httpx.AsyncClient, sent: bytes) -> None:
    error = await refused(guarded, web.on("/", sent))
    assert (error.code, error.retryable) == ("bad_response", True)
    assert "less than it announced" in error.message


async def test_a_model_s_answer_is_unpacked_as_any_other(web: Web) -> None:
    from types import SimpleNamespace

    from voicegraph.nodes.models.server_answers import limit_answers

    web.on("/br", answer(body=br(BODY), content_encoding="br"))
    web.on("/cut", answer(body=gzip.compress(BODY)[:-5], content_encoding="gzip"))
    web.on("/odd", answer(body=BODY, content_encoding="utf-8"))
    async with httpx.AsyncClient(trust_env=False) as client:
        limit_answers(SimpleNamespace(_own_http_client=client))  # pyright: ignore[reportArgumentType]
        assert (await client.get(web.url("/br"))).content == BODY
        assert (await client.get(web.url("/odd"))).content == BODY
        with pytest.raises(NodeError, match="cut off"):
            await client.get(web.url("/cut"))
