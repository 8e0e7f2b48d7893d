"""Pages that are fragments, and pages nested more deeply than their parser goes: nothing of them is lost."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from voicegraph.nodes.documents.page import read_page
from voicegraph.nodes.documents.parsed_document import Document
from voicegraph.nodes.documents.text_file import parse_html

Door = Callable[[str], Document]


@pytest.fixture(params=["fetched", "uploaded"])
def read(request: pytest.FixtureRequest) -> Door:
    """Both doors through which pages come in."""
    if request.param == "fetched":
        return lambda source: read_page("http://host.test/", source.encode())
    return lambda source: parse_html("page.html", source.encode())


@pytest.mark.parametrize("source", ["<p>Some words.</p>", "<div><p>Some words.</p></div>", "<body>Some words."])
def test_a_fragment_is_a_page(read: Door, source: str) -> None:
    assert read(source).text.strip() == "Some words."


@pytest.mark.parametrize("opens", ["<div>", "<font>", "<ul><li>", "<table><tr><td>", "<b>"])
@pytest.mark.parametrize("depth", [300, 20_000])
def test_what_is_deeply_nested_is_read_whole(read: Door, opens: str, depth: int) -> None:
    body = "".join(f"{opens}w{number} " for number in range(depth))
    document = read(f"<html><head><title>T</title></head><body>{body}<script>no()</script><p>end</p></body></html>")
    words = document.text.replace("- ", "").split()
    assert words == [*(f"w{number}" for number in range(depth)), "end"]
    assert document.meta["all_text"] is True


def test_an_uploaded_page_of_megabytes(read: Door) -> None:
    before = time.process_time()
    document = read("<html><body>" + "<p>text</p>" * 270_000 + "</body></html>")
    assert time.process_time() - before < 8
    assert (document.meta["all_text"], document.meta["truncated"]) == (True, True)


@pytest.mark.parametrize("opens", ["<script>", "<!--", "<title>", "<style>x"])
def test_what_never_ends_is_looked_through_once(opens: str) -> None:
    before = time.process_time()
    document = parse_html("page.html", (f"<html><body><p>Some words.</p>{opens * 100_000}</body></html>").encode())
    assert time.process_time() - before < 5
    assert "Some words." in document.text
