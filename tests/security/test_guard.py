"""Row 4: a page on another site cannot reach the local service. Every test goes over every route there is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount
from support.api import BASE, UPLOADS, Api, api_with, judge_problem, settings_in
from support.hooks import hook_of

from voicegraph.api.build import build_api
from voicegraph.settings import Settings

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def addresses() -> set[tuple[str, str]]:
    """(method, path) of all routes, from the application's own table: those of the page and of the documents too."""
    found: set[tuple[str, str]] = set()
    for route in iter_route_contexts(build_api(Settings(_env_file=None)).routes):
        if isinstance(route.original_route, Mount):
            found.add(("GET", f"{route.path}/any.js"))
        else:
            path = route.path.replace("{", "").replace("}", "")
            found |= {(method, path) for method in route.methods}
    return found


ADDRESSES = sorted(addresses())


def test_the_table_of_routes_is_whole() -> None:
    """A route that this file does not see would not be tested."""
    assert {("GET", "/"), ("GET", "/api/docs"), ("POST", "/api/execute"), ("GET", "/api/openapi.json")} <= set(
        ADDRESSES
    )
    assert len(ADDRESSES) > 30


@pytest.fixture
async def raw(settings: Settings) -> AsyncIterator[Api]:
    """Without the judge, which expects a route's own answers."""
    async with api_with(settings) as api:
        api.client.event_hooks = {}
        yield api


async def ask(api: Api, method: str, path: str, **headers: str) -> httpx.Response:
    request = api.client.build_request(method, path)
    for name in ("host", "content-length"):
        request.headers.pop(name, None)
    request.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    response = await api.client.send(request)
    assert response.headers["x-content-type-options"] == "nosniff"
    return response


FOREIGN_HOSTS = [
    "evil.test", "evil.test:8000", "127.0.0.1.evil.test", "localhost.evil.test", "evil.test:127.0.0.1", "",
    "127.0.0.1@evil.test", "evil.test@127.0.0.1", "evil.test#127.0.0.1", "127.0.0.1/evil.test", "127.0.0.1 evil.test",
    "localhost.", "[::1", "::1", "[::ffff:127.0.0.1]", "[::1]evil.test", "0.0.0.0", "127.1", "2130706433", "127.0.0.1:",
    "127.0.0.1:80000000", "127.0.0.1:a", "[::1%25lo]:8000", "localhost\t",
]  # fmt: skip


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
async def test_another_host_is_refused_on_every_route(raw: Api, host: str) -> None:
    for method, path in ADDRESSES:
        response = await ask(raw, method, path, host=host)
        assert response.status_code == 400, f"{method} {path}"
        if method != "HEAD":
            judge_problem(response)
            assert response.json()["code"] == "forbidden_host"


async def test_a_request_without_a_host_is_refused_on_every_route(raw: Api) -> None:
    for method, path in ADDRESSES:
        assert (await ask(raw, method, path)).status_code == 400, f"{method} {path}"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8000", "127.0.0.1:1", "localhost", "LOCALHOST:8000", "[::1]", "[::1]:65535"]
)
async def test_our_own_names_are_answered_at_any_port(raw: Api, host: str) -> None:
    assert (await ask(raw, "GET", "/api/health", host=host)).status_code == 200


async def test_the_settings_add_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_in(
        tmp_path,
        monkeypatch,
        allowed_hosts=["Voice.Example", "[2001:db8::1]"],
        host="192.0.2.7",
        public_url="https://graph.example:8443/x",
    )
    async with api_with(settings) as api:
        api.client.event_hooks = {}
        for host in ("voice.example:8000", "[2001:DB8::1]:8000", "192.0.2.7:8000", "graph.example"):
            assert (await ask(api, "GET", "/api/health", host=host)).status_code == 200, host
        for host in ("127.0.0.1", "localhost", "example", "x.voice.example"):
            assert (await ask(api, "GET", "/api/health", host=host)).status_code == 400, host


async def test_listening_everywhere_does_not_mean_answering_to_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with api_with(settings_in(tmp_path, monkeypatch, host="0.0.0.0")) as api:
        api.client.event_hooks = {}
        assert (await ask(api, "GET", "/api/health", host="evil.test")).status_code == 400
        assert (await ask(api, "GET", "/api/health", host="0.0.0.0:8000")).status_code == 400
        assert (await ask(api, "GET", "/api/health", host="localhost:8000")).status_code == 200


def from_elsewhere(api: Api, peer: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(api.app, client=(peer, 4711)), base_url=BASE)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
@pytest.mark.parametrize("peer", ["192.0.2.9", "2001:db8::9", "10.0.0.7", "::ffff:192.0.2.9", "fe80::1%eth0"])
async def test_a_name_of_loopback_is_refused_to_other_machines_on_every_route(raw: Api, host: str, peer: str) -> None:
    async with from_elsewhere(raw, peer) as client:
        for method, path in ADDRESSES:
            claims = {"host": host, "x-forwarded-for": "127.0.0.1", "forwarded": "for=127.0.0.1"}
            response = await client.request(method, path, headers=claims)
            assert response.status_code == 400, f"{method} {path}"
            if method != "HEAD":
                assert response.json()["code"] == "forbidden_host"


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1"])
async def test_a_proxy_on_this_machine_is_answered_whoever_it_speaks_for(raw: Api, peer: str) -> None:
    """A tunnel for webhooks says `localhost`, and may name its caller."""
    async with from_elsewhere(raw, peer) as client:
        for claims in ({}, {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}):
            response = await client.get("/api/health", headers={"host": "localhost:8000", **claims})
            assert response.status_code == 200


async def test_names_the_owner_added_are_for_everybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`localhost` too, where that is the public address: a container, whose port is published on loopback."""
    names = {"allowed_hosts": ["voice.example", "localhost"], "public_url": "http://localhost:9000"}
    async with (
        api_with(settings_in(tmp_path, monkeypatch, host="0.0.0.0", **names)) as api,
        from_elsewhere(api, "172.17.0.1") as client,
    ):
        for host, status in {"voice.example": 200, "localhost:9000": 200, "127.0.0.1:9000": 400}.items():
            assert (await client.get("/api/health", headers={"host": host})).status_code == status, host


async def test_a_webhooks_address_has_the_scheme_that_the_proxy_tells(raw: Api) -> None:
    hook = await hook_of(raw)
    (told,) = (await raw.call("GET", "/api/hooks", headers={"x-forwarded-proto": "https"}))["hooks"]
    assert told["url"] == f"https://127.0.0.1:8000{hook.path}"


FOREIGN_PAGES = [
    {"origin": "http://evil.test"},
    {"origin": "https://evil.test:8000"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://["},
    {"origin": "http://127.0.0.1:3000"},  # another program on this machine
    {"origin": "http://localhost:8000"},  # the same machine by another name is another site
    {"origin": "http://127.0.0.1:8000.evil.test"},
    {"origin": "http://127.0.0.1:8000@evil.test"},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "cross-site", "origin": "http://127.0.0.1:8000"},
]


@pytest.mark.parametrize("page", FOREIGN_PAGES, ids=str)
async def test_another_sites_page_is_refused_on_every_unsafe_route(raw: Api, page: dict[str, str]) -> None:
    unsafe = [(method, path) for method, path in ADDRESSES if method in UNSAFE]
    assert len(unsafe) > 12
    for method, path in unsafe:
        response = await ask(raw, method, path, host="127.0.0.1:8000", content_type="application/json", **page)
        assert (response.status_code, response.json()["code"]) == (403, "foreign_origin"), f"{method} {path}"
    assert await raw.call("GET", "/api/workflows") == {"workflows": []}


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"origin": "http://127.0.0.1:8000"},
        {"origin": "http://127.0.0.1:8000", "sec_fetch_site": "same-origin"},
        {"origin": "https://127.0.0.1:8000"},  # behind a proxy that speaks TLS
        {"sec_fetch_site": "none"},
    ],
    ids=str,
)
async def test_our_own_page_and_programs_are_served(raw: Api, page: dict[str, str]) -> None:
    response = await ask(raw, "DELETE", "/api/workflows/wf_1", host="127.0.0.1:8000", **page)
    assert response.status_code == 404


PUBLIC = "https://flows.example.com"


@pytest.mark.parametrize(
    ("public", "origin", "status"),
    [
        (PUBLIC, PUBLIC, 404),
        (f"{PUBLIC}:443/voice/", "https://FLOWS.example.com", 404),
        (PUBLIC, "http://flows.example.com", 403),
        (PUBLIC, f"{PUBLIC}:8443", 403),
        (PUBLIC, f"{PUBLIC}.evil.test", 403),
        (PUBLIC, "https://flows.example.com@evil.test", 403),
        (PUBLIC, "null", 403),
        (None, PUBLIC, 403),
    ],
)
async def test_the_public_origin_passes_whatever_host_a_proxy_sends_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, public: str | None, origin: str, status: int
) -> None:
    async with api_with(settings_in(tmp_path, monkeypatch, public_url=public)) as api:
        asked = {"host": "127.0.0.1:8000", "origin": origin}
        response = await ask(api, "DELETE", "/api/workflows/wf_1", **asked, sec_fetch_site="same-origin")
        assert response.status_code == status
        crossed = await ask(api, "DELETE", "/api/workflows/wf_1", **asked, sec_fetch_site="cross-site")
        assert crossed.status_code == 403


async def test_the_refusal_of_an_origin_names_the_cure(raw: Api) -> None:
    asked = {"host": "127.0.0.1:8000", "origin": PUBLIC, "sec_fetch_site": "same-origin"}
    told = (await ask(raw, "DELETE", "/api/workflows/wf_1", **asked)).json()["error"]
    assert f"VOICEGRAPH_PUBLIC_URL={PUBLIC}" in told
    assert "127.0.0.1:8000" in told
    evil = await ask(raw, "DELETE", "/api/workflows/wf_1", **(asked | {"sec_fetch_site": "cross-site"}))
    assert evil.json()["error"] == "Requests from other sites are refused."


@pytest.mark.parametrize("name", ["sec-fetch-site", "origin"])
@pytest.mark.parametrize("order", [1, -1])
async def test_a_header_that_is_sent_twice_is_foreign_when_one_of_them_is(raw: Api, name: str, order: int) -> None:
    own = {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8000"}[name]
    foreign = {"sec-fetch-site": "cross-site", "origin": "http://evil.test"}[name]
    headers = [("host", "127.0.0.1:8000"), *[(name, own), (name, foreign)][::order]]
    response = await raw.client.delete("/api/workflows/wf_1", headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "foreign_origin")


async def test_nothing_is_shared_with_other_origins(raw: Api) -> None:
    """No CORS: a preflight is not answered, and no answer may be read."""
    for method, path in ADDRESSES:
        preflight = {"origin": "http://evil.test", "access_control_request_method": method}
        response = await ask(raw, "OPTIONS", path, host="127.0.0.1:8000", **preflight)
        assert response.status_code in (404, 405)
        assert not [name for name in response.headers if name.startswith("access-control-")]
    read = await ask(raw, "GET", "/api/workflow-history", host="127.0.0.1:8000", origin="http://evil.test")
    assert not [name for name in read.headers if name.startswith("access-control-")]
    assert read.headers["cross-origin-resource-policy"] == "same-origin"


FORM_TYPES = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "*/*"]


@pytest.mark.parametrize("kind", FORM_TYPES)
async def test_a_form_of_another_site_cannot_pose_as_json(raw: Api, kind: str) -> None:
    """What HTML forms can send, and old browsers send without Origin."""
    for method, path in ADDRESSES:
        is_hook = path == "/api/hooks/hook_id"  # takes what services send; its secret keeps others out, see row 16
        is_form = path.startswith("/approve/") and kind == "application/x-www-form-urlencoded"
        if method not in UNSAFE or is_hook or is_form or (path in UPLOADS and kind.startswith("multipart")):
            continue
        headers = {"content-type": kind} if kind else {}
        response = await raw.client.request(method, path, content=b'{"text": "x"}', headers=headers)
        assert response.status_code == 415, f"{method} {path}"
        judge_problem(response)


async def test_json_cannot_pose_as_an_upload(raw: Api) -> None:
    for kind in ("application/json", "text/plain", "multipart/mixed; boundary=x", "multipart/form-dataX"):
        response = await raw.client.post(
            "/api/files", content=b'{"file": "/etc/passwd"}', headers={"content-type": kind}
        )
        assert response.status_code == 415
