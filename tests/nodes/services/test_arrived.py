"""What comes from the web is judged by what it is, at each of the nodes that read it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support.web import Web, answer

from voicegraph.errors import NodeError
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.http import actions as calls
from voicegraph.nodes.services.rss import actions as rss
from voicegraph.nodes.services.web_page import actions as web_page

MakeNode = Callable[..., NodeContext]
ACTIONS = {
    calls: (calls.request, calls.HttpRequest),
    rss: (rss.fetch, rss.FetchFeed),
    web_page: (web_page.fetch, web_page.FetchWebPage),
}
PAGE = b"<html><body><p>A page that is long enough to be read as one.</p></body></html>"
FEED = b"<rss version='2.0'><channel><title>T</title><item><title>One</title></item></channel></rss>"
WHOLE_PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\nstartxref\n9\n%%EOF\n"
TEXTS = ["text/html", "text/plain", "application/json", "application/xml", None]
BINARY = [
    (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "an image"),
    (b"PK\x03\x04\x14\x00\x08\x00", "an Office document or a ZIP archive"),
    (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isom", "an audio or video file"),
    (bytes(range(256)) * 8, "a binary file"),
    (gzip.compress(bytes(range(256)) * 8, mtime=0), "a compressed archive"),
    (gzip.compress(PAGE, mtime=0)[:-20], "a compressed archive"),
]


@pytest.fixture
async def http(guarded: httpx.AsyncClient) -> httpx.AsyncClient:
    return guarded


async def run(module: Any, node: NodeContext, web: Web, body: bytes, kind: str | None, **headers: str) -> Output:
    url = web.on("/it", answer(200, body, **({"content_type": kind} if kind else {}), **headers))
    action, params = ACTIONS[module]
    output = await action.run(params.model_validate({"url": url}), node)
    assert isinstance(output, Output)
    return output


@pytest.mark.parametrize("kind", TEXTS)
async def test_gzip_that_does_not_say_so_is_unpacked(web: Web, make_node: MakeNode, kind: str | None) -> None:
    lines: list[str] = []
    node = make_node(log=lines.append)
    packed = gzip.compress(PAGE)
    assert "long enough to be read" in (await run(web_page, node, web, packed, kind)).text
    assert (await run(calls, node, web, packed, kind)).text == PAGE.decode()
    assert (await run(calls, node, web, gzip.compress(b'{"a": 1}'), kind)).data == {"a": 1}
    assert [entry["title"] for entry in (await run(rss, node, web, gzip.compress(FEED), kind)).data] == ["One"]
    assert sum("came packed with gzip and did not say so: it was unpacked." in line for line in lines) == 4


async def test_a_bomb_that_does_not_say_so(web: Web, make_node: MakeNode) -> None:
    with pytest.raises(NodeError) as caught:
        await run(web_page, make_node(max_response_bytes=100_000), web, gzip.compress(b"a" * 200_000), "text/html")
    assert caught.value.code == "too_large"


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize(("body", "what"), BINARY)
async def test_a_file_that_poses_as_a_text(
    web: Web, make_node: MakeNode, body: bytes, what: str, kind: str | None
) -> None:
    lines: list[str] = []
    node = make_node(log=lines.append)
    with pytest.raises(NodeError) as caught:
        await run(web_page, node, web, body, kind)
    assert (caught.value.code, caught.value.retryable) == ("not_a_page", False)
    assert f"its content is {what}, which has no text to read." in caught.value.message
    assert (f"is announced as {kind}" in caught.value.message) == (kind is not None)
    with pytest.raises(NodeError) as caught:
        await run(rss, node, web, body, kind)
    assert caught.value.code == "not_a_feed"
    assert f"its content is {what}." in caught.value.message
    output = await run(calls, node, web, body, kind)
    (ref,) = output.files
    assert (ref.media_type, (await node.files.read(ref.id))[1]) == ("application/octet-stream", body)
    assert output.text == f"it (application/octet-stream, {len(body):,} bytes)"
    assert f"is {what}: it is kept as a file." in lines[-1]


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/json", "", None])
async def test_a_pdf_whatever_it_is_called(web: Web, make_node: MakeNode, kind: str | None) -> None:
    node = make_node()
    with pytest.raises(NodeError) as caught:  # it has no pages: read as a PDF, it says so
        await run(web_page, node, web, WHOLE_PDF, kind)
    assert caught.value.code not in ("not_a_page", "wrong_file")
    (ref,) = (await run(calls, node, web, WHOLE_PDF, kind)).files
    assert ref.media_type == "application/pdf"


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.4 is how a PDF begins, says this text.",
        b"MZ is how a program begins",
        b"BM, RIFF, ID3, OggS",
        b"ID3 tags explained",
        b"GIF89a is a format",
        b"RIFF raff",
        b"BZh is bzip2",
        b"a\x00b",
        b"\x02+001.23\x03\r\n",
        "Grüße, Łódź".encode("utf-16"),
        "Grüße, Łódź, und mehr".encode("utf-16-le"),
        "Да, это текст".encode("cp1251"),
    ],
)
async def test_a_text_stays_one(web: Web, make_node: MakeNode, body: bytes) -> None:
    node = make_node()
    output = await run(calls, node, web, body, "text/plain")
    assert (await run(web_page, node, web, body, "text/plain")).text == output.text
    assert not output.files


async def test_an_archive_that_is_sent_as_one_stays_one(web: Web, make_node: MakeNode) -> None:
    packed, named = gzip.compress(b"a,b\n1,2\n"), 'attachment; filename="a.csv.gz"'
    node = make_node()
    for kind in ("application/gzip", "text/csv"):
        (ref,) = (await run(calls, node, web, packed, kind, content_disposition=named)).files
        assert (await node.files.read(ref.id))[1] == packed
