from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.errors import NodeError
from voicegraph.nodes.documents.fetched import SMALL
from voicegraph.nodes.documents.page import MAX_LINKS, decode_page, plain_text, read_feed_link, read_page
from voicegraph.nodes.documents.parsed_document import MAX_TEXT
from voicegraph.nodes.documents.parsing_process import parse
from voicegraph.nodes.documents.xml_feed import MAX_ENTRIES, read_feed

ADDRESS = "https://example.org/a/b"
TEXT = "<p>" + "The quick brown fox jumps over the lazy dog, and the dog does not mind. " * 5 + "</p>"


def links(*targets: str) -> list[object]:
    anchors = "".join(f'<a href="{target}">x</a>' for target in targets)
    return [link["url"] for link in read_page(ADDRESS, f"<body>{TEXT}{anchors}</body>".encode()).data["links"]]


def test_links_are_absolute_and_each_place_once() -> None:
    assert links("/c", "d?q=1#e", "#top", "//other.org/", "HTTP://UP.org/", "javascript:x()", "http://[", "/c") == [
        "https://example.org/c",
        "https://example.org/a/d?q=1",
        "https://other.org/",
        "HTTP://UP.org/",
    ]


def test_so_many_links_and_no_more() -> None:
    assert len(links(*(f"/{number}" for number in range(MAX_LINKS * 2)))) == MAX_LINKS


@pytest.mark.parametrize(
    ("head", "link"),
    [
        ('<link rel="alternate" type="application/atom+xml" href="f.xml">', "https://example.org/a/f.xml"),
        ('<link rel="alternate" type="text/html" href="f">', None),
        ('<link rel="stylesheet" href="a.css">', None),
        ("", None),
    ],
)
def test_the_feed_a_page_announces(head: str, link: str | None) -> None:
    page = f"<html><head>{head}</head><body>{TEXT}</body></html>".encode()
    assert read_feed_link(ADDRESS, page).data == link


def test_of_a_long_text_the_beginning_is_decoded() -> None:
    assert plain_text(b"a" * MAX_TEXT, None, "text").meta == {"format": "text", "encoding": "utf-8"}
    document = plain_text(b"a" * (MAX_TEXT + 1), None, "text")
    assert (len(document.text), document.meta) == (MAX_TEXT, {"format": "text", "encoding": "utf-8", "truncated": True})


@given(st.text(), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_a_byte_order_mark_decides(text: str, encoding: str) -> None:
    text = "<p>" + text.encode(errors="replace").decode().replace("\x00", "").replace("\ufeff", "")
    assert decode_page(text.encode(encoding), "iso-8859-1" if encoding != "utf-8" else "utf-8").text == text


@given(st.binary(max_size=300), st.none() | st.sampled_from(["utf-8", "utf-16", "idna", "base64", "hex", "zlib", "x"]))
def test_any_bytes_are_decoded(content: bytes, charset: str | None) -> None:
    assert isinstance(decode_page(content, charset).text, str)


@pytest.mark.parametrize(
    "page",
    [
        "<html><body>" + "<div>" * 50_000,
        "<html><body><p>" + "<span>a</span>" * 10_000,
        "<html><body>" + "<" * SMALL,
        "<html><body>" + "<table><tr><td>" * 9_000,
        "<html><head>" + "<meta property='og:title' content='x'>" * 3_000 + "</head><body><p>hi",
    ],
)
def test_the_worst_small_page_takes_no_more_than_seconds(page: str) -> None:
    before = time.thread_time()
    try:
        read_page(ADDRESS, page.encode()[:SMALL])
    except NodeError as error:
        assert error.code == "no_text"  # noqa: PT017 - either outcome is right
    assert time.thread_time() - before < 10


async def test_a_page_that_takes_too_long_costs_its_own_process_only() -> None:
    page = "<html><body>" + "".join(f"<p>text text {n} <a href='/{n}'>link</a></p>" for n in range(200_000))
    with pytest.raises(NodeError, match="longer than 1 second"):
        await parse(ADDRESS, page.encode(), "page", seconds=1)


def test_so_many_entries_and_no_more() -> None:
    entry = "<item><title>t</title></item>"
    document = read_feed(ADDRESS, f"<rss version='2.0'><channel>{entry * (MAX_ENTRIES + 5)}</channel></rss>".encode())
    assert len(document.data) == MAX_ENTRIES
    assert document.meta["entries"] == MAX_ENTRIES + 5


def test_a_feed_that_unfolds_itself_is_not_followed() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    feed = (
        f'<?xml version="1.0"?><!DOCTYPE r [{entities}]><rss version="2.0"><channel><title>&l9;</title></channel></rss>'
    )
    assert len(str(read_feed(ADDRESS, feed.encode()))) < 1_000
