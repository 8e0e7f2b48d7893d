"""What comes in is read right through every door: uploads, pages, answers, feeds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support.api import Api, steps
from support.site import Site, site_on_loopback


@pytest.fixture
def site() -> Iterator[Site]:
    with site_on_loopback() as site:
        yield site


async def output_of(api: Api, node: dict[str, Any]) -> dict[str, Any]:
    """What the only node of a run gives; its log lines are under `log`."""
    response = await api.call("POST", "/api/execute", {"workflow": steps(node)})
    run = await api.call("GET", f"/api/runs/{response.headers['x-run-id']}")
    assert run["status"] == "completed", run["error"]
    log = await api.call("GET", f"/api/runs/{run['id']}/logs")
    return {**run["nodes"][0]["output"], "log": str(log)}


async def uploaded(api: Api, kind: str, name: str, content: bytes, **params: Any) -> dict[str, Any]:
    file = await api.call("POST", "/api/files", files={"file": (name, content, "text/plain")}, status=201)
    type, _, action = kind.partition(".")
    return await output_of(api, {"type": type, "action": action, "params": {"fileId": file["file"]["id"], **params}})


@pytest.mark.parametrize("encoding", ["windows-1250", "iso-8859-2"])
async def test_a_central_european_table(api: Api, encoding: str) -> None:
    content = "Příjmení;Obec\r\nŠťastná;Třeboň\r\n".encode(encoding)
    output = await uploaded(api, "csv_upload.upload_csv", "lidé.csv", content)
    assert output["data"] == [{"Příjmení": "Šťastná", "Obec": "Třeboň"}]
    assert (output["meta"]["encoding"], output["meta"]["encodingGuessed"]) == (encoding, True)
    assert f"read as {encoding}, which is a guess" in output["log"]


async def test_a_person_names_the_encoding(api: Api) -> None:
    content = "Да".encode("mac_cyrillic")
    output = await uploaded(api, "txt_upload.upload_txt", "a.txt", content, encoding="x-mac-cyrillic")
    assert output["text"] == "Да"
    assert "encodingGuessed" not in output["meta"]


async def test_a_name_that_is_none_is_refused_in_words(api: Api) -> None:
    node = {"type": "txt_upload", "action": "upload_txt", "params": {"fileId": "file_1", "encoding": "latein"}}
    problem = await api.call("POST", "/api/execute", {"workflow": steps(node)}, status=422)
    assert "latein is no encoding that is known here; usual ones are utf-8" in str(problem)


async def test_one_bad_byte_of_a_table_costs_itself_alone(api: Api) -> None:
    content = "Ort,Straße\nKöln,Größe\n".encode() + b"B\xe4r,x\n"
    output = await uploaded(api, "csv_upload.upload_csv", "a.csv", content)
    assert output["data"] == [{"Ort": "Köln", "Straße": "Größe"}, {"Ort": "B\ufffdr", "Straße": "x"}]
    assert output["meta"]["replacedCharacters"] == 1


async def test_an_uploaded_page_says_its_charset_itself(api: Api) -> None:
    page = '<html><head><meta charset="windows-1251"></head><body><p>Добрый вечер, это страница.</p></body></html>'
    output = await uploaded(api, "file_upload.upload_any", "p.html", page.encode("cp1251"))
    assert "Добрый вечер, это страница." in output["text"]
    assert (output["meta"]["encoding"], "encodingGuessed" in output["meta"]) == ("windows-1251", False)


@pytest.mark.parametrize("media_type", ["text/html", "text/html; charset=utf-8"])
async def test_one_bad_byte_of_a_page_costs_itself_alone(api: Api, site: Site, media_type: str) -> None:
    page = b'<html><head><meta charset="utf-8"></head><body><p>Gr\xc3\xb6\xc3\x9fe \xe2\x80\x93 sch\xc3\xb6n.</p>\xff'
    url = site.put("/", page, media_type)
    output = await output_of(api, {"type": "web_page", "action": "fetch", "params": {"url": url}})
    assert "Größe – schön." in output["text"]


async def test_a_page_declares_its_charset_late(api: Api, site: Site) -> None:
    page = f'<html><head><!--{"x" * 9_000}--><meta charset="windows-1251"></head><body><p>Поздно, но верно.</p>'
    url = site.put("/", page.encode("cp1251"), "text/html")
    output = await output_of(api, {"type": "web_page", "action": "fetch", "params": {"url": url}})
    assert "Поздно, но верно." in output["text"]


@pytest.mark.parametrize(
    ("media_type", "content", "text"),
    [
        ("text/plain; charset=gb2312", b"\xd6\xec\xe9F\xbb\xf9", "朱镕基"),
        ("application/xml", '<?xml version="1.0" encoding="windows-1251"?><a>Мир</a>'.encode("cp1251"), "<a>Мир</a>"),
        ("text/plain; charset=iso-8859-1", b"\x8010", "€10"),
        ("text/plain", "Доброе утро, коллеги".encode("koi8_r"), "Доброе утро, коллеги"),
    ],
)
async def test_answers(api: Api, site: Site, media_type: str, content: bytes, text: str) -> None:
    node = {"type": "http", "action": "request", "params": {"url": site.put("/", content, media_type)}}
    assert (await output_of(api, node))["text"].endswith(text)


async def test_json_in_a_declared_charset_is_data(api: Api, site: Site) -> None:
    url = site.put("/", '{"имя": "Ольга"}'.encode("cp1251"), "application/json; charset=windows-1251")
    output = await output_of(api, {"type": "http", "action": "request", "params": {"url": url}})
    assert output["data"] == {"имя": "Ольга"}


@pytest.mark.parametrize("media_type", ["application/rss+xml", "text/xml; charset=windows-1251"])
async def test_a_feed(api: Api, site: Site, media_type: str) -> None:
    declared = "" if "charset" in media_type else '<?xml version="1.0" encoding="windows-1251"?>'
    feed = f"{declared}<rss version='2.0'><channel><item><title>Новости дня</title></item></channel></rss>"
    url = site.put("/", feed.encode("cp1251"), media_type)
    output = await output_of(api, {"type": "rss", "action": "fetch", "params": {"url": url}})
    assert output["data"][0]["title"] == "Новости дня"


FEED = "<?xml version='1.0'{}?><rss version='2.0'><channel><item><title>{}</title></item></channel></rss>"


@pytest.mark.parametrize(
    ("content", "media_type", "params", "title", "meta", "line"),
    [
        (FEED.format("", "Новости дня сегодня").encode("cp1251"), "text/xml", {}, "Новости дня сегодня",
         {"encoding": "windows-1251", "encodingGuessed": True}, "does not say how its text is encoded"),
        (FEED.format("", "Größe und Straße").encode("latin-1"), "text/xml; charset=utf-8", {}, "Größe und Straße",
         {"encoding": "windows-1252", "encodingGuessed": True, "encodingDeclared": "utf-8"}, "text is utf-8, which it is not"),
        (FEED.format(" encoding='utf-8'", "Köln, Größe, B\udce4r").encode("utf-8", "surrogateescape"), "text/xml", {}, "Köln, Größe, B\ufffdr",
         {"encoding": "utf-8", "replacedCharacters": 1}, "1 bad byte stands as"),
        (FEED.format("", "Да").encode("mac_cyrillic"), "text/xml", {"encoding": "x-mac-cyrillic"}, "Да",
         {"encoding": "x-mac-cyrillic"}, ""),
        (FEED.format(" encoding='iso-8859-1'", "Größe").encode("latin-1"), "text/xml; charset=utf-8", {}, "Größe",
         {"encoding": "windows-1252"}, ""),
    ],
)  # fmt: skip
async def test_a_feed_tells_how_it_was_read(
    api: Api, site: Site, content: bytes, media_type: str, params: Any, title: str, meta: dict[str, Any], line: str
) -> None:
    url = site.put("/", content, media_type)
    output = await output_of(api, {"type": "rss", "action": "fetch", "params": {"url": url, **params}})
    assert output["data"][0]["title"] == title
    assert {name: value for name, value in output["meta"].items() if "ncod" in name or "replaced" in name} == meta
    assert line in output["log"]
    assert bool(line) == any(word in output["log"] for word in ("encoded", "utf-8"))
