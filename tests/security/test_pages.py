"""Row 5: what the browser is told, so that text from elsewhere never runs as ours."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from support.api import BASE, HEADERS, Api, api_with, seed, steps

from voicegraph.api.pages import site
from voicegraph.settings import Settings

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
INDEX = """<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__">
<script src="/assets/index-abc.js" nonce="__CSP_NONCE__"></script>"""


def policy(response: httpx.Response) -> dict[str, str]:
    directives = (part.strip().partition(" ") for part in response.headers["content-security-policy"].split(";"))
    return {name: value for name, _, value in directives}


def build(dist: Path) -> None:
    """A front end as small as can be."""
    for folder in ("assets", "docs"):
        (dist / folder).mkdir(parents=True)
    (dist / "index.html").write_text(INDEX)
    (dist / "assets/index-abc.js").write_text("export {}")
    (dist / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (dist / "docs/index.html").write_text("<!doctype html><script src='/api/docs/init.js'></script>")
    (dist / "docs/init.js").write_text("1")
    (dist / ".sources.sha256").write_text("secret")


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(site, "DIST", tmp_path / "dist")
    return tmp_path / "dist"


@pytest.fixture
async def built(dist: Path, settings: Settings) -> AsyncIterator[Api]:
    build(dist)
    async with api_with(settings) as api:
        yield api


async def test_every_index_has_a_nonce_of_its_own(built: Api) -> None:
    nonces: set[str] = set()
    for _ in range(3):
        response = await built.client.get("/")
        assert response.headers["content-type"].startswith("text/html")
        assert response.headers["cache-control"] == "no-store"
        found = re.findall(r'nonce="([\w-]+)"', response.text)
        assert len(found) == 2
        assert len(set(found)) == 1
        assert len(found[0]) >= 20
        assert policy(response) == {**POLICY, "style-src": f"'self' 'nonce-{found[0]}'"}
        nonces |= set(found)
    assert len(nonces) == 3


async def test_everything_else_takes_no_inline_style_or_script(built: Api) -> None:
    paths = [
        "/api/health",
        "/api/docs",
        "/assets/index-abc.js",
        "/favicon.svg",
        "/api/docs/init.js",
        "/api/openapi.json",
    ]
    for path in [*paths, "/nothing", "/api/nothing", "/assets/nothing.js"]:
        response = await built.client.get(path)
        assert policy(response) == POLICY, path
        assert {name: response.headers[name] for name in HEADERS} == HEADERS


async def test_refusals_of_the_guard_have_the_headers_too(built: Api) -> None:
    refused = [
        await built.client.get("/", headers={"host": "evil.test"}),
        await built.client.post("/api/parse", headers={"origin": "http://evil.test"}),
        await built.client.post("/api/parse", content=b"x"),
    ]
    assert [response.status_code for response in refused] == [400, 403, 415]
    assert all(policy(response) == POLICY for response in refused)


async def test_a_workflow_and_a_run_are_the_page_at_addresses_of_their_own(built: Api) -> None:
    for path in ("/w/wf_1", "/runs/run_01h-x"):
        response = await built.client.get(path)
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/html")
        assert "'nonce-" in policy(response)["style-src"]
        assert "no-store" in response.headers["cache-control"]


async def test_hashed_files_are_kept_by_browsers_and_the_page_is_not(built: Api) -> None:
    assets = await built.client.get("/assets/index-abc.js")
    assert assets.headers["content-type"].startswith("text/javascript")
    assert "immutable" in assets.headers["cache-control"]
    assert "immutable" not in (await built.client.get("/favicon.svg")).headers.get("cache-control", "")


@pytest.mark.parametrize(
    "path",
    [
        "/index.html", "/.sources.sha256", "/assets/../.sources.sha256", "/assets/%2e%2e/.sources.sha256",
        "/assets/..%2f..%2fdata%2fvoicegraph.db", "/assets/%2fetc%2fpasswd", "/api/docs/..%2findex.html", "/assets/",
        "/assets/%00", "/assets/" + "a" * 5000, "/data/voicegraph.db", "/runs", "/runs/", "/w", "/w/a/b", "/runs/..%2findex.html", "/w/%2e%2e%2f.sources.sha256",
        "/elsewhere/a",
    ],
)  # fmt: skip
async def test_only_what_the_build_made_is_served(built: Api, path: str) -> None:
    request = httpx.Request("GET", BASE)
    request.url = httpx.URL(BASE).copy_with(raw_path=path.encode())
    request.headers["host"] = "127.0.0.1"
    response = await built.client.send(request)
    assert response.status_code == 404
    assert "secret" not in response.text


@pytest.mark.parametrize("path", ["/runs/a%00", "/w/" + "a" * 65, "/w/a%0a", "/w/wf_1.", "/runs/.sources.sha256"])
async def test_an_address_that_can_name_nothing_is_the_page_which_says_so(built: Api, path: str) -> None:
    built.client.event_hooks = {}  # it is no refusal of the API
    request = httpx.Request("GET", BASE)
    request.url = httpx.URL(BASE).copy_with(raw_path=path.encode())
    request.headers["host"] = "127.0.0.1"
    response = await built.client.send(request)
    assert response.status_code == 404
    assert "'nonce-" in policy(response)["style-src"]
    assert "secret" not in response.text


@pytest.mark.parametrize("path", ["/nosuch", "/w", "/w/", "/runs/", "/W/wf_1", "/w/a/b", "/assets/nosuch.js"])
async def test_a_person_who_opens_what_is_not_there_sees_a_page(built: Api, path: str) -> None:
    as_json = await built.client.get(path, headers={"accept": "application/json"}, follow_redirects=True)
    assert (as_json.status_code, as_json.json()["code"]) == (404, "not_found")
    built.client.event_hooks = {}
    accept = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    if path.startswith("/assets/"):
        assert (await built.client.get(path, headers=accept)).headers["content-type"] == "application/json"
        return
    opened = await built.client.get(path, headers=accept, follow_redirects=True)
    assert opened.status_code == 404
    assert "There is nothing at this address" in opened.text
    assert "script-src 'none'" in opened.headers["content-security-policy"]
    posted = await built.client.post(path, headers=accept, json={})
    assert posted.headers["content-type"] == "application/json"


async def test_without_a_build_the_page_says_what_to_do_and_the_api_works(dist: Path, settings: Settings) -> None:
    async with api_with(settings) as api:
        api.client.event_hooks = {}
        for path in ("/", "/api/docs"):
            response = await api.client.get(path)
            assert response.status_code == 503
            assert "make run" in response.text
            assert policy(response) == POLICY
        assert (await api.client.get("/assets/x.js")).status_code == 404
        assert (await api.client.get("/api/health")).status_code == 200


class _Sources(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.named: list[str] = []
        self.inline: list[str] = []
        self._tag = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._tag = tag if tag in ("script", "style") else ""
        self.named += [value or "" for name, value in attrs if name in ("src", "href")]
        self.inline += [name for name in given if name == "style" or name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""

    def handle_data(self, data: str) -> None:
        if self._tag and data.strip():
            self.inline.append(data)


async def test_the_page_of_the_api_needs_no_other_server_and_has_nothing_inline(
    dist: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files the build takes over as they are (`web/public`)."""
    page = Path(__file__).parents[2] / "web/public/docs"
    monkeypatch.setattr(site, "DIST", page.parent)
    async with api_with(settings) as api:
        html = (await api.client.get("/api/docs")).text
        assert (await api.client.get("/api/docs/init.js")).text == (page / "init.js").read_text()
    sources = _Sources()
    sources.feed(html)
    assert sources.inline == []
    assert sources.named
    assert all(source.startswith("/") and not source.startswith("//") for source in sources.named)
    assert "://" not in (page / "init.js").read_text()


PAYLOAD = "<script>alert(1)</script><img src=x onerror=alert(2)>"


async def test_text_from_elsewhere_is_answered_as_json_and_nothing_else(built: Api) -> None:
    workflow = steps(seed(PAYLOAD, label=PAYLOAD), name=PAYLOAD)
    accepted = await built.call(
        "POST", "/api/execute-background", {"workflow": workflow, "transcribedText": PAYLOAD}, status=202
    )
    await built.over(accepted["runId"])
    answers = [
        await built.client.get(f"/api/runs/{accepted['runId']}"),
        await built.client.get(f"/api/runs/{accepted['runId']}/export"),
        await built.client.get(f"/api/runs/{accepted['runId']}/events"),
        await built.client.get("/api/workflow-history", params={"q": PAYLOAD}),
        await built.client.post("/api/parse", json={"text": PAYLOAD}),
        await built.client.get("/api/runs/<script>"),
    ]
    for response in answers:
        kind = response.headers["content-type"].partition(";")[0]
        assert kind in ("application/json", "text/event-stream")
        assert response.headers["x-content-type-options"] == "nosniff"
    assert answers[1].headers["content-disposition"].startswith("attachment")
