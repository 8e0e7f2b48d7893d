from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import time_machine
from support.web import Web, answer

from voicegraph.errors import NodeError
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.documents.parsed_document import Document, Kind
from voicegraph.nodes.documents.parsing_process import parse
from voicegraph.nodes.documents.xml_feed import read_feed
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.rss.actions import FetchFeed, fetch

MakeNode = Callable[..., NodeContext]
RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>
<title>News &amp; more</title><link>https://example.org/</link>
<item><title>Old</title><link>https://example.org/1</link><pubDate>Mon, 02 Nov 2026 10:00:00 +0100</pubDate>
<description>&lt;p&gt;Plain &lt;b&gt;text&lt;/b&gt; &amp;amp; more&lt;/p&gt;</description><category>a</category></item>
<item><title>New</title><link>https://example.org/2</link><pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate>
<author>jo@example.org (Jo)</author></item>
<item><description>Only a summary</description></item>
</channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Atom</title>
<entry><title>Füße</title><link href="/relative"/><updated>2026-11-01T00:00:00Z</updated>
<content type="html">&lt;i&gt;Body&lt;/i&gt;</content></entry></feed>"""


@pytest.fixture
async def http(guarded: httpx.AsyncClient) -> httpx.AsyncClient:
    return guarded


async def read(node: NodeContext, url: str, **params: object) -> Output:
    output = await fetch.run(FetchFeed.model_validate({"url": url, **params}), node)
    assert isinstance(output, Output)
    return output


async def test_entries_come_newest_first(web: Web, make_node: MakeNode) -> None:
    output = await read(make_node(), web.on("/", answer(200, RSS.encode(), content_type="application/rss+xml")))
    new, bare, old = output.data
    assert new["published"] == "2026-11-03T10:00:00.000Z"
    assert old == {
        "title": "Old",
        "link": "https://example.org/1",
        "published": "2026-11-02T09:00:00.000Z",
        "author": None,
        "summary": "Plain text & more",
        "tags": ["a"],
    }
    assert (bare["title"], bare["summary"], bare["published"]) == ("", "Only a summary", None)
    assert output.text == (
        "- [New](https://example.org/2) (2026-11-03)\n"
        "- Untitled\n  Only a summary\n"
        "- [Old](https://example.org/1) (2026-11-02)\n  Plain text & more"
    )
    assert (output.meta["title"], output.meta["entries"], output.meta["format"]) == ("News & more", 3, "rss20")


async def test_the_limit(web: Web, make_node: MakeNode) -> None:
    output = await read(make_node(), web.on("/", answer(200, RSS.encode())), limit=1)
    assert [entry["title"] for entry in output.data] == ["New"]


async def test_the_scheme_of_feed_readers(web: Web, make_node: MakeNode) -> None:
    web.on("/feed.xml", answer(200, RSS.encode()))
    for url in (f"feed://127.0.0.1:{web.port}/feed.xml", f" FEED:{web.url('/feed.xml')}"):
        assert len((await read(make_node(), url)).data) == 3


async def test_atom_with_the_response_s_encoding(web: Web, make_node: MakeNode) -> None:
    body = ATOM.encode("latin-1")
    output = await read(make_node(), web.on("/feed", answer(200, body, content_type="text/xml; charset=iso-8859-1")))
    (entry,) = output.data
    assert (entry["title"], entry["summary"]) == ("Füße", "Body")
    assert entry["link"] == web.url("/relative")


async def test_a_large_feed_is_read_in_a_process_of_its_own(web: Web, make_node: MakeNode, monkeypatch) -> None:
    monkeypatch.setattr("voicegraph.nodes.documents.fetched.SMALL", 10)
    output = await read(make_node(), web.on("/", answer(200, RSS.encode())))
    assert len(output.data) == 3


async def test_a_page_leads_to_its_feed(web: Web, make_node: MakeNode) -> None:
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body>Hi</body></html>'
    web.on("/feed.xml", answer(200, RSS.encode(), content_type="text/xml"))
    lines: list[str] = []
    output = await read(
        make_node(log=lines.append), web.on("/blog", answer(200, page.encode(), content_type="text/html"))
    )
    assert len(output.data) == 3
    assert "/feed.xml" in lines[0]


async def test_the_feed_of_a_large_page_is_looked_for_in_a_process_of_its_own(
    web: Web, make_node: MakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []

    async def seen(name: str, content: bytes, wanted: Kind | None = None) -> Document:
        asked.append(wanted)
        return await parse(name, content, wanted)

    monkeypatch.setattr("voicegraph.nodes.documents.fetched.parse", seen)
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body>Hi '
    web.on("/feed.xml", answer(200, RSS.encode(), content_type="text/xml"))
    url = web.on("/blog", answer(200, (page + "<p>text</p>" * 1_000).encode(), content_type="text/html"))
    assert len((await read(make_node(), url)).data) == 3
    assert asked == ["feed_link"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", "<html><head><link rel=stylesheet href=a.css></head><body>no feed</body></html>"),
        ("text/html", ""),
        ("application/xml", "<other/>"),
        ("text/plain", "not a feed"),
        ("text/xml", ""),
    ],
)
async def test_what_is_no_feed_is_said(web: Web, make_node: MakeNode, kind: str, body: str) -> None:
    with pytest.raises(NodeError) as caught:
        await read(make_node(), web.on("/", answer(200, body.encode(), content_type=kind)))
    assert (caught.value.code, caught.value.retryable) == ("not_a_feed", False)


ANNOUNCED = (
    '<link rel="alternate" type="application/rss+xml; charset=utf-8" href="/feed.xml">',
    '<link rel="ALTERNATE" type="Application/RSS+XML" href="/feed.xml">',
    '<LINK REL="home alternate" TYPE=" application/atom+xml " HREF="/feed.xml">',
    '<base href="{root}blog/"><link rel="alternate" type="application/rss+xml" href="../feed.xml">',
    """<link rel="alternate" type="application/rss+xml" title="Comments Feed" href="/comments.xml">
    <link rel="alternate" type="text/html" href="/en"><link rel="stylesheet" href="a.css">
    <link rel="alternate" type="application/rss+xml" href="/feed.xml">
    <link rel="alternate" type="application/rss+xml" href="/other.xml">""",
    '<link rel="feed" href="/feed.xml">',
    """<link rel="alternate" type="application/rss+xml" href=""><link rel="feed" href=" #x">
    <link rel="alternate" type="application/rss+xml" href="/feed.xml">""",
    '<link rel="alternate" type="application/rss+xml" href="feed://{host}/feed.xml">',
    '<link rel="alternate" type="application/rss+xml" href="feed:{root}feed.xml">',
    '<link rel="alternate" type="application/rss+xml" href="feed://{root}feed.xml">',
    '<link rel="alternate" type="text/xml" href="/feed.xml">',
    """<link rel="alternate" type="text/xml" href="/sitemap.xml">
    <link rel="alternate" type="application/atom+xml" href="/feed.xml">""",
)


@pytest.mark.parametrize("kind", ["text/html", "application/xhtml+xml", "text/plain"])
@pytest.mark.parametrize("links", ANNOUNCED)
async def test_however_a_page_announces_its_feed(web: Web, make_node: MakeNode, links: str, kind: str) -> None:
    head = f'<html xmlns="http://www.w3.org/1999/xhtml"><head>{links.format(root=web.url(), host=f"127.0.0.1:{web.port}")}</head><body/></html>'
    source = f'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>{head}' if "xhtml" in kind else head
    web.on("/feed.xml", answer(200, RSS.encode(), content_type="text/xml"))
    output = await read(make_node(), web.on("/a/page", answer(200, source.encode(), content_type=kind)))
    assert len(output.data) == 3


@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/octet-stream", None])
@pytest.mark.parametrize(
    "before",
    [
        "",
        '\ufeff<?xml version="1.0"?>',
        " \n\t",
        " \ufeff\n",
        '\r\n<?xml version="1.0" encoding="utf-8"?>\n',
        "<!-- a > b --><?xml-stylesheet href='a'?><!-- more -->",
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "b">]>',
    ],
)
@pytest.mark.parametrize(
    "feed",
    [
        '<rss version="2.0"><channel><title>T</title><item><title>Ä</title></item></channel></rss>',
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><title>Ä</title></entry></feed>',
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>T</a:title><a:entry><a:title>Ä</a:title></a:entry></a:feed>',
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
        <channel><title>T</title></channel><item><title>Ä</title></item></rdf:RDF>""",
    ],
)
async def test_a_feed_is_one_whatever_it_is_announced_as(
    web: Web, make_node: MakeNode, kind: str | None, before: str, feed: str
) -> None:
    headers = {"content_type": kind} if kind else {}
    output = await read(make_node(), web.on("/", answer(200, (before + feed).encode(), **headers)))
    assert [entry["title"] for entry in output.data] == ["Ä"]


def feed_of(*items: str) -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{inside}</channel></rss>'.encode()


@pytest.mark.parametrize(
    ("written", "title", "summary"),
    [
        ("a &lt; b and c &gt; d", "a < b and c > d", "a < b and c > d"),
        ("<![CDATA[if 1 < 2 then]]>", "if 1 < 2 then", "if 1 < 2 then"),
        ("&lt;b&gt;Bold&lt;/b&gt; &amp;amp; more", "Bold & more", "Bold & more"),
        ("AT&amp;amp;T", "AT&T", "AT&T"),
        ("&lt;p&gt;Hi&lt;br&gt;you", "Hi you", "Hi you"),
        ("<![CDATA[<script>if (a<b) {x}</SCRIPT >A<style>p>a{}</style><!-- x > y -->B]]>", "A B", "A B"),
        ("<![CDATA[A <script>never ends]]>", "A", "A"),
    ],
)
async def test_words_without_markup(web: Web, make_node: MakeNode, written: str, title: str, summary: str) -> None:
    body = feed_of(f"<title>{written}</title><description>{written}</description>")
    (entry,) = (await read(make_node(), web.on("/", answer(200, body)))).data
    assert (entry["title"], entry["summary"]) == (title, summary)


async def test_what_atom_calls_text_is_text(web: Web, make_node: MakeNode) -> None:
    body = ATOM.replace(
        '<content type="html">&lt;i&gt;Body&lt;/i&gt;', "<content>List&lt;String&gt; &lt;b&gt; &amp;amp;"
    )
    (entry,) = (await read(make_node(), web.on("/", answer(200, body.encode())))).data
    assert entry["summary"] == "List<String> <b> &amp;"


async def test_a_json_feed(web: Web, make_node: MakeNode) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "J",
        "home_page_url": "https://example.org/",
        "items": [
            {
                "id": "1",
                "url": "/1",
                "title": "a < b",
                "content_html": "<p>Hi <b>you</b></p>",
                "date_published": "2026-11-02T10:00:00+01:00",
                "authors": [{"name": "Jo"}],
                "tags": ["t"],
            },
            {"id": 2, "content_text": "x<y>", "date_published": "0000", "author": {"name": "Al"}},
            "no item",
        ],
    }
    for kind in ("application/feed+json", "application/json", "text/plain"):
        body = json.dumps(feed).encode()
        output = await read(make_node(), web.on("/feed.json", answer(200, body, content_type=kind)))
        assert output.data == [
            {
                "title": "a < b",
                "link": web.url("/1"),
                "published": "2026-11-02T09:00:00.000Z",
                "author": "Jo",
                "summary": "Hi you",
                "tags": ["t"],
            },
            {"title": "", "link": None, "published": None, "author": "Al", "summary": "x<y>", "tags": []},
        ]
        assert (output.meta["title"], output.meta["format"]) == ("J", "json11")


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["2026-11-03", "", "2026-11-01"], "0 1 2"),
        (["soon", "2026-11-03", "2026-11-01"], "0 1 2"),
        (["2026-11-03", "2026-11-01", "soon", "2026-11-02"], "0 3 1 2"),
        (["2026-11-03", "9999-12-31", "2026-11-01"], "0 1 2"),
        (["2026-11-01", "2099-01-01", "2026-11-03", "", "2026-11-02"], "2 3 4 0 1"),
        (["2026-11-01", "2026-11-02", "", "2026-11-03"], "3 2 1 0"),
        (["", "", ""], "0 1 2"),
        (["2026-11-01", "2026-11-01", ""], "0 1 2"),
        (["2026-11-01", "2027-11-01"], "1 0"),
    ],
)
async def test_an_entry_whose_date_says_nothing_stays_beside_its_neighbours(
    web: Web, make_node: MakeNode, dates: list[str], order: str
) -> None:
    items = "".join(f"<item><title>{at}</title><pubDate>{date}</pubDate></item>" for at, date in enumerate(dates))
    url = web.on("/", answer(200, f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()))
    with time_machine.travel("2026-12-01T12:00:00Z", tick=False):
        whole = await read(make_node(), url)
        first = await read(make_node(), url, limit=2)
    assert [entry["title"] for entry in whole.data] == order.split()
    assert first.data == whole.data[:2]
    assert ("2099-01-01" in dates) == any((entry["published"] or "").startswith("2099-01-01") for entry in whole.data)


@pytest.mark.parametrize(
    ("given", "at"),
    [
        (1793613600, "2026-11-02T10:00:00.000Z"),
        (1793613600.5, "2026-11-02T10:00:00.000Z"),
        (1793613600000, "2026-11-02T10:00:00.000Z"),
        ("1793613600", "2026-11-02T10:00:00.000Z"),
        (20261102, "2026-11-02T00:00:00.000Z"),
        (0, None),
        (True, None),
        (1e300, None),
    ],
)
def test_a_json_feed_may_write_its_dates_as_numbers(given: object, at: str | None) -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "date_published": given}]}
    entries: Any = read_feed("https://example.org/", json.dumps(feed).encode()).data
    assert entries[0]["published"] == at


async def test_a_page_that_leads_on_leads_to_its_feed(web: Web, make_node: MakeNode) -> None:
    page = '<html><head><META HTTP-EQUIV="Refresh" CONTENT="0; URL=\'/blog\'"></head></html>'
    link = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>'
    web.on("/blog", answer(200, link.encode(), content_type="text/html"))
    web.on("/feed.xml", answer(200, RSS.encode(), content_type="text/xml"))
    url = web.on("/", answer(200, page.encode(), content_type="text/html"))
    assert len((await read(make_node(), url)).data) == 3


async def test_an_empty_feed_is_no_error(web: Web, make_node: MakeNode) -> None:
    body = b'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title></channel></rss>'
    output = await read(make_node(), web.on("/", answer(200, body)))
    assert (output.text, output.data) == ("The feed has no entries.", [])


async def test_a_feed_cannot_name_files_of_the_server(web: Web, make_node: MakeNode, tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(RSS.replace("Old", "SECRET"))
    entity = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]><rss version="2.0"><channel>'
    web.on("/entity", answer(200, f"{entity}<item><title>&x;</title></item></channel></rss>".encode()))
    web.on("/path", answer(200, str(secret).encode()))
    assert "SECRET" not in str(await read(make_node(), web.url("/entity")))
    with pytest.raises(NodeError):
        await read(make_node(), web.url("/path"))


async def test_long_summaries_are_cut_in_the_text(web: Web, make_node: MakeNode) -> None:
    output = await read(make_node(), web.on("/", answer(200, RSS.replace("Only a summary", "word " * 1_000).encode())))
    assert len(output.data[1]["summary"]) <= 2_000
    assert "word …\n- [Old]" in output.text
    assert len(output.text) < 600


async def test_a_json_feed_under_the_name_of_a_page(web: Web, make_node: MakeNode) -> None:
    feed = b' {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [{"id": "1", "title": "One"}]}'
    output = await read(make_node(), web.on("/", answer(200, feed, content_type="text/html")))
    assert [entry["title"] for entry in output.data] == ["One"]


async def test_a_title_about_a_script_stays(web: Web, make_node: MakeNode) -> None:
    feed = RSS.replace("<title>Old<", "<title>&lt;script&gt; explained<")
    output = await read(make_node(), web.on("/", answer(200, feed.encode(), content_type="text/xml")))
    assert "<script> explained" in [entry["title"] for entry in output.data]


async def test_a_feed_that_is_cut_off_is_told(web: Web, make_node: MakeNode) -> None:
    lines: list[str] = []
    body = RSS[: RSS.index("New</title>")].encode()
    output = await read(make_node(log=lines.append), web.on("/", answer(200, body)))
    assert ([entry["title"] for entry in output.data], output.meta["truncated"]) == (["Old"], True)
    assert lines[-1] == "The feed is cut off before its end: 1 entry came whole, the rest is missing."
