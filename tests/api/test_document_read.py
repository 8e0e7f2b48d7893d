"""A file that one node downloaded is read by another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.api import Api, steps
from support.site import Site, site_on_loopback

READ = {"type": "document", "action": "read"}


@pytest.fixture
def site() -> Iterator[Site]:
    with site_on_loopback() as site:
        yield site


async def read(api: Api, source: dict[str, Any], **params: Any) -> dict[str, Any]:
    """What document.read makes of what the source gives."""
    workflow = steps(source, {**READ, "params": params})
    response = await api.call("POST", "/api/execute", {"workflow": workflow})
    run = await api.call("GET", f"/api/runs/{response.headers['x-run-id']}")
    assert run["status"] == "completed", run["error"]
    return run["nodes"][-1]["output"]


def downloading(url: str) -> dict[str, Any]:
    return {"type": "http", "action": "request", "params": {"url": url}}


TABLE = "Ort;Größe\nKöln;1\n"
ROWS = [{"Ort": "Köln", "Größe": 1}]
FEED = "<?xml version='1.0'?><rss version='2.0'><channel><item><title>Neues</title></item></channel></rss>"


@pytest.mark.parametrize(
    ("path", "media_type", "content", "data"),
    [
        ("/a.csv", "text/csv", TABLE.encode(), ROWS),
        ("/export", "text/csv; charset=iso-8859-1", TABLE.encode("cp1252"), ROWS),
        ("/a.csv", "application/octet-stream", TABLE.encode("utf-16"), ROWS),
        ("/a.csv", "text/plain", TABLE.encode(), ROWS),
        ("/a.json", "application/octet-stream", b'{"a": [1]}', {"a": [1]}),
        ("/a.json", "application/json", b'{"a": [1]}', {"a": [1]}),
        ("/a.jsonl", "application/octet-stream", b'{"a": 1}\n[2]\n', [{"a": 1}, [2]]),
        ("/a.ndjson", "text/plain", b'{"a": 1}\n\n[2]\n', [{"a": 1}, [2]]),
        ("/a.json", "application/octet-stream", b'{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
        ("/export", "application/octet-stream", b'{"a": 1}\n{"a": 2}\n', [{"a": 1}, {"a": 2}]),
    ],
)
async def test_what_http_downloaded(
    api: Api, site: Site, path: str, media_type: str, content: bytes, data: object
) -> None:
    output = await read(api, downloading(site.put(path, content, media_type)))
    assert output["data"] == data


async def test_the_kind_and_the_encoding_are_named(api: Api, site: Site) -> None:
    text = site.put("/list", TABLE.encode(), "text/plain")
    assert (await read(api, downloading(text), kind="csv"))["data"] == ROWS
    old = site.put("/old.bin", "Имя;Город\nЯн;Уфа\n".encode("koi8_r"), "application/octet-stream")
    output = await read(api, downloading(old), kind="csv", encoding="KOI8-R")
    assert output["data"] == [{"Имя": "Ян", "Город": "Уфа"}]


async def test_a_feed_and_a_page(api: Api, site: Site) -> None:
    output = await read(api, downloading(site.put("/f", FEED, "application/rss+xml")))
    assert (output["data"][0]["title"], output["text"]) == ("Neues", "- Neues")
    page = "<html><body><p>The committee met on Tuesday and agreed.</p></body></html>"
    assert "agreed" in (await read(api, downloading(site.put("/p", page))))["text"]


@pytest.mark.parametrize("type", ["http", "web_page"])
async def test_a_pdf(api: Api, site: Site, type: str, make_pdf: Callable[..., bytes]) -> None:
    url = site.put("/a.pdf", make_pdf("Hello there"), "application/pdf")
    action = "fetch" if type == "web_page" else "request"
    output = await read(api, {"type": type, "action": action, "params": {"url": url}})
    assert output["text"] == "Hello there"
    assert output["files"][0]["name"] == "a.pdf"


async def test_nothing_to_read_says_so(api: Api) -> None:
    response = await api.call("POST", "/api/execute", {"workflow": steps(READ)})
    run = await api.call("GET", f"/api/runs/{response.headers['x-run-id']}")
    assert run["error"]["code"] == "no_files"


async def test_a_pdf_behind_junk_and_a_text_about_one(api: Api, site: Site, make_pdf: Callable[..., bytes]) -> None:
    junk = b"HTTP/1.1 200 OK\r\n\r\n" + make_pdf("Hello there")
    about = b"%PDF-1.4 is how a PDF begins.\nThis text is none.\n"
    for path, media_type in (("/d", "application/octet-stream"), ("/e.pdf", "application/pdf")):
        page = {"type": "web_page", "action": "fetch", "params": {"url": site.put(path, junk, media_type)}}
        assert "Hello there" in (await read(api, page))["text"]
    page = {"type": "web_page", "action": "fetch", "params": {"url": site.put("/about.txt", about, "text/plain")}}
    assert "how a PDF begins" in (await read(api, page))["text"]
