from __future__ import annotations

from typing import Any, cast

import pytest

from voicegraph.nodes.documents.xml_feed import read_feed

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Atom</title>
<entry><title>Füße</title><link href="/relative"/></entry></feed>"""


def feed_of(*items: str) -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{inside}</channel></rss>'.encode()


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("AT&T says", "AT&T says"),
        ("S&P 500", "S&P 500"),
        ("H&M, C&A", "H&M, C&A"),
        ("H&M; C&A", "H&M; C&A"),
        ("Q&A", "Q&A"),
        ("BTC&ETH", "BTC&ETH"),
        ("Tom & Jerry", "Tom & Jerry"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("a&#38;b&#x26;c", "a&b&c"),
        ("&nbsp;Caf&eacute;", "Café"),
        ("<![CDATA[AT&T &amp; more]]>", "AT&T & more"),
        ("Use &lt;div&gt; in HTML", "Use <div> in HTML"),
        ("<![CDATA[Use <div> in HTML]]>", "Use <div> in HTML"),
        ("Use &amp;lt;div&amp;gt;", "Use <div>"),
        ("The &lt;b&gt; tag", "The <b> tag"),
        ("&lt;video&gt; vs &lt;img&gt;", "<video> vs <img>"),
        ("`&lt;p&gt;`, (&lt;li&gt;) and &lt;/td&gt;", "`<p>`, (<li>) and </td>"),
        ("Why &lt;script&gt; matters", "Why <script> matters"),
        ("List&lt;String&gt;", "List<String>"),
        ("&lt;b&gt;Bold&lt;/b&gt; words", "Bold words"),
        ("Say &lt;b&gt; loud &lt;/b&gt; now", "Say loud now"),
        ("One&lt;br&gt;two &lt;br/&gt; three", "One two three"),
        ("&lt;img src='a.png'&gt; Seen", "Seen"),
        ("<b>x</b> y", "x y"),
    ],
)
def test_a_title_and_a_tag_hold_text(written: str, title: str) -> None:
    body = feed_of(f"<title>{written}</title><category>{written}</category><link>/?a=1&copy=2</link>")
    (entry,) = cast("list[Any]", read_feed("https://example.org/", body).data)
    assert entry["title"] == title
    assert "</b" in written or entry["tags"] == [title]
    assert entry["link"] == "https://example.org/?a=1&copy=2"


@pytest.mark.parametrize(
    ("kind", "title"), [("html", "Use in HTML & AT&T"), ("text", "Use <div> in HTML & AT&T"), (None, "Use <div> in HTML & AT&T")]
)  # fmt: skip
def test_atom_says_what_its_titles_are(kind: str | None, title: str) -> None:
    typed = f'<title type="{kind}">' if kind else "<title>"
    body = ATOM.replace("<title>Füße", f"{typed}Use &lt;div&gt; in HTML & AT&T")
    (entry,) = cast("list[Any]", read_feed("https://example.org/", body.encode()).data)
    assert entry["title"] == title


def test_an_entity_of_the_feed_s_own_stays_one() -> None:
    body = b'<!DOCTYPE rss [<!ENTITY who "Anna">]>' + feed_of("<title>&who; A&B</title>").partition(b"?>")[2]
    (entry,) = cast("list[Any]", read_feed("https://example.org/", body).data)
    assert entry["title"] == "&who; A&B"
