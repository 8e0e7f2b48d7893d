from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from support.web import Web, answer, redirect

from voicegraph.errors import NodeError
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.web_page.actions import FetchWebPage, fetch

MakeNode = Callable[..., NodeContext]
SENTENCE = "The committee met on Tuesday, as it does every week, and agreed on the budget for the coming year. "
PAGE = f"""<!doctype html><html lang="en"><head><title>Council news</title>
<meta name="author" content="Jo Doe"><meta name="description" content="What happened"></head>
<body><nav><a href="/home">Home</a> <a href="mailto:x@y.z">Mail</a> <a href="#top">Top</a></nav>
<article><h1>Budget agreed</h1><p>{SENTENCE * 3}</p><h2>Next steps</h2><p>{SENTENCE * 3}</p>
<ul><li>first item</li><li>second item</li></ul><p><a href="more.html#x">Read <b>more</b></a>
<a href="more.html">again</a></p></article><script>evil()</script></body></html>"""


@pytest.fixture
async def http(guarded: httpx.AsyncClient) -> httpx.AsyncClient:
    return guarded


async def read(node: NodeContext, url: str) -> Output:
    output = await fetch.run(FetchWebPage.model_validate({"url": url}), node)
    assert isinstance(output, Output)
    return output


async def test_a_page_is_readable_text_facts_and_links(web: Web, make_node: MakeNode) -> None:
    web.on("/news/1", answer(200, PAGE.encode(), content_type="text/html; charset=utf-8"))
    output = await read(make_node(), web.on("/start", redirect("/news/1")))
    assert "## Next steps\n\nThe committee met" in output.text
    assert "- first item" in output.text
    assert "evil" not in output.text
    assert output.data["url"] == web.url("/news/1")
    assert output.data["author"] == "Jo Doe"
    assert output.data["description"] == "What happened"
    assert output.data["title"] in ("Council news", "Budget agreed")
    assert output.data["links"] == [
        {"url": web.url("/home"), "text": "Home"},
        {"url": web.url("/news/more.html"), "text": "Read more"},
    ]
    assert output.text.startswith("# ")
    assert output.meta["status"] == 200


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>a &lt; b and c &gt; d</title>", "", "a < b and c > d"),
        ("<title>a < b and c > d</title>", "", "a < b and c > d"),
        ("<title>Docs > Guide > Setup</title>", "", "Docs > Guide > Setup"),
        ("<title>Node.js 20 - what is new</title>", "", "Node.js 20 - what is new"),
        ("<title>Version 1.2\n is out</title>", "<h2>Related</h2>", "Version 1.2 is out"),
        ("<title>Setup: a > b | Town</title>", "<h1>Setup: <i>a</i> > b</h1>", "Setup: a > b"),
        ('<title>Setup | Town</title><meta property="og:title" content="Setup">', "", "Setup"),
        (
            '<title>Setup | Town</title><script type="application/ld+json">{"@type": "Article", "headline": "Setup"}</script>',
            "",
            "Setup",
        ),
        ("", "<h1>Only a heading</h1>", "Only a heading"),
    ],
)
async def test_the_title_is_what_the_page_calls_itself(
    web: Web, make_node: MakeNode, head: str, body: str, title: str
) -> None:
    page = f"<html><head>{head}</head><body>{body}<p>{SENTENCE * 3}</p></body></html>"
    output = await read(make_node(), web.on("/", answer(200, page.encode(), content_type="text/html")))
    assert output.data["title"] == title


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ('<base href="http://cdn.example.org/docs/">', "http://cdn.example.org/docs/a.html"),
        ('<BASE HREF="/docs/">', "{root}docs/a.html"),
        ('<base target="_top"><base href="x/"><base href="y/">', "{root}p/x/a.html"),
        ('<base href="javascript:1">', "{root}p/a.html"),
        ("", "{root}p/a.html"),
    ],
)
async def test_links_are_meant_from_the_base(web: Web, make_node: MakeNode, base: str, expected: str) -> None:
    page = f'<html><head>{base}<title>B</title></head><body><p>Some text with a <a href="a.html">link</a>.</p></body></html>'
    output = await read(make_node(), web.on("/p/q", answer(200, page.encode(), content_type="text/html")))
    assert output.data["links"] == [{"url": expected.format(root=web.url()), "text": "link"}]
    assert output.data["url"] == web.url("/p/q")


@pytest.mark.parametrize(
    "content",
    [
        "0;url=/there",
        "0; URL='/there'",
        '5;url="/there"',
        "0,url=/there#a",
        "0; /there",
        " 0 ; url = there",
        "0;URL={root}there",
        ".5;url=/there",
        "0.5 url=/there",
        "1.;/there",
    ],
)
async def test_a_page_that_leads_on_is_followed(web: Web, make_node: MakeNode, content: str) -> None:
    refresh = content.format(root=web.url()).replace('"', "&quot;")
    start = f'<html><head><META http-equiv="Refresh" content="{refresh}"></head><body>Wait</body></html>'
    web.on("/there", answer(200, PAGE.encode(), content_type="text/html"))
    lines: list[str] = []
    url = web.on("/", answer(200, start.encode(), content_type="text/html"))
    output = await read(make_node(log=lines.append), url)
    assert (output.data["url"], output.data["author"]) == (web.url("/there"), "Jo Doe")
    assert lines == [f"The page leads on to {web.url('/there')}"]
    assert "refresh" not in output.meta


@pytest.mark.parametrize(
    "meta",
    [
        '<meta http-equiv="refresh" content="300;url=/there">',
        '<meta http-equiv="refresh" content="5">',
        '<meta http-equiv="refresh" content="0;url=">',
        '<meta http-equiv="refresh" content="0 ; URL =">',
        """<meta http-equiv="refresh" content="0;url=''">""",
        '<meta http-equiv="refresh" content="5;url=/">',
        '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
        '<meta http-equiv="refresh" content="0;url=file:///etc/passwd">',
        '<noscript><meta http-equiv="refresh" content="0;url=/there"></noscript>',
        '<meta name="refresh" content="0;url=/there">',
    ],
)
async def test_a_page_that_stays_is_read(web: Web, make_node: MakeNode, meta: str) -> None:
    page = f"<html><head>{meta}</head><body><p>{SENTENCE}</p></body></html>"
    output = await read(make_node(), web.on("/", answer(200, page.encode(), content_type="text/html")))
    assert SENTENCE.strip() in output.text
    assert len(web.requests) == 1


async def test_pages_lead_on_within_the_guard_and_not_for_ever(web: Web, make_node: MakeNode) -> None:
    def leading(to: str) -> bytes:
        page = f'<html><head><meta http-equiv="refresh" content="0;url={to}"></head></html>'
        return answer(200, page.encode(), content_type="text/html")

    web.on("/a", leading("/b"))
    web.on("/b", leading("/a"))
    with pytest.raises(NodeError) as caught:
        await read(make_node(), web.url("/a"))
    assert caught.value.code == "too_many_redirects"
    assert len(web.requests) == 10
    with pytest.raises(NodeError) as caught:
        await read(make_node(), web.on("/in", leading("http://169.254.169.254/latest/")))
    assert caught.value.code == "forbidden_address"


async def test_a_large_page_is_read_in_a_process_of_its_own(
    web: Web, make_node: MakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = web.on("/", answer(200, PAGE.encode(), content_type="text/html; charset=utf-8"))
    near = await read(make_node(), url)
    monkeypatch.setattr("voicegraph.nodes.documents.fetched.SMALL", 10)
    assert await read(make_node(), url) == near


@pytest.mark.parametrize(
    ("kind", "declared", "encoding"),
    [
        ("text/html; charset=iso-8859-1", "", "latin-1"),
        ("text/html", '<meta charset="windows-1252">', "cp1252"),
        ("text/html", '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', "koi8-r"),
        ("text/html; charset=nonsense", "", "utf-8"),
        ("text/html; charset=utf-8", "", "cp1252"),
        ("application/xhtml+xml", "", "utf-8-sig"),
        ("", "", "utf-8"),
    ],
)
async def test_encodings(web: Web, make_node: MakeNode, kind: str, declared: str, encoding: str) -> None:
    word = "Привет" if encoding == "koi8-r" else "Füße"
    page = f"<html><head>{declared}<title>{word}</title></head><body><p>{word} {SENTENCE * 3}</p></body></html>"
    headers = {"content_type": kind} if kind else {}
    output = await read(make_node(), web.on("/", answer(200, page.encode(encoding), **headers)))
    assert word in output.text
    assert output.data["title"] == word


@pytest.mark.parametrize(
    ("kind", "body"),
    [("text/plain", b"just text"), ("application/json", b'{"a": 1}'), ("text/markdown", b"# md"), ("", b"text")],
)
async def test_other_text_is_taken_as_it_is(web: Web, make_node: MakeNode, kind: str, body: bytes) -> None:
    headers = {"content_type": kind} if kind else {}
    output = await read(make_node(), web.on("/", answer(200, body, **headers)))
    assert output.text == body.decode()
    assert output.data == {"url": web.url("/"), "title": None, "links": []}


async def test_a_pdf_is_read_too(web: Web, make_node: MakeNode) -> None:
    output = await read(
        make_node(), web.on("/a.pdf", answer(200, _pdf("Hello from a PDF"), content_type="application/pdf"))
    )
    assert "Hello from a PDF" in output.text
    assert output.meta["format"] == "pdf"


@pytest.mark.parametrize("kind", ["image/png", "application/zip", "video/mp4", "application/octet-stream"])
async def test_what_is_no_page_is_said(web: Web, make_node: MakeNode, kind: str) -> None:
    with pytest.raises(NodeError, match=kind) as caught:
        await read(make_node(), web.on("/", answer(200, b"\x00\x01", content_type=kind)))
    assert (caught.value.code, caught.value.retryable) == ("not_a_page", False)


@pytest.mark.parametrize("body", ["<html><body><div id=app></div><script src=a.js></script></body></html>", ""])
async def test_a_page_without_text_is_said(web: Web, make_node: MakeNode, body: str) -> None:
    with pytest.raises(NodeError, match="no readable text") as caught:
        await read(make_node(), web.on("/", answer(200, body.encode(), content_type="text/html")))
    assert caught.value.code == "no_text"


async def test_missing_pages_and_private_addresses(web: Web, make_node: MakeNode) -> None:
    with pytest.raises(NodeError) as caught:
        await read(make_node(), web.url("/nowhere"))
    assert caught.value.code == "not_found"
    with pytest.raises(NodeError) as caught:
        await read(make_node(), "http://169.254.169.254/")
    assert caught.value.code == "forbidden_address"


def _pdf(text: str) -> bytes:
    """A PDF of one page with one line."""
    stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    content, offsets = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(content)
    content += b"xref\n0 6\n0000000000 65535 f \n" + table
    return content + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start
