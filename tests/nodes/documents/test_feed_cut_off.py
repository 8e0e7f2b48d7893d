"""A feed of which the end is missing."""

from __future__ import annotations

from typing import Any, cast

import pytest

from voicegraph.nodes.documents.xml_feed import read_feed

RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>
<item><title>One</title><description>first &amp; best</description></item>
<item><title>Two</title><description><![CDATA[second <b>one</b>]]></description></item></channel></rss>"""
ATOM = """<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>T</a:title>
<a:entry><a:title>One</a:title></a:entry><a:entry><a:title>Two</a:title></a:entry></a:feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<channel><title>T</title></channel><item rdf:about="/1"><title>One</title></item>
<item rdf:about="/2"><title>Two</title></item></rdf:RDF>"""


@pytest.mark.parametrize(
    ("source", "after", "titles"),
    [
        (RSS, "first &am", []),
        (RSS, "</item>", ["One"]),
        (RSS, "<item><title>Tw", ["One"]),
        (RSS, "second <b>o", ["One"]),
        (RSS, "]]></descr", ["One"]),
        (RSS, "]]></description></item>", ["One", "Two"]),
        (RSS, "</channel>", ["One", "Two"]),
        (RSS, "<channel><title>T", []),
        (ATOM, "<a:entry><a:title>Two", ["One"]),
        (ATOM, "Two</a:title></a:entry>", ["One", "Two"]),
        (RDF, '<item rdf:about="/2"><title>Tw', ["One"]),
        (RDF, '<item rdf:about="/2', ["One"]),
    ],
)
def test_a_feed_that_is_cut_off_says_so_and_gives_what_came_whole(source: str, after: str, titles: list[str]) -> None:
    whole = read_feed("https://example.org/", source.encode())
    assert not {"truncated", "note"} & whole.meta.keys()
    found = read_feed("https://example.org/", source[: source.index(after) + len(after)].encode())
    assert [entry["title"] for entry in cast("list[Any]", found.data)] == titles
    assert (found.meta["truncated"], found.meta["entries"]) == (True, len(titles))
    came = ("no entry", "1 entry", "2 entries")[len(titles)]
    assert found.meta["note"] == f"The feed is cut off before its end: {came} came whole, the rest is missing."
