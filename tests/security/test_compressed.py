"""What is sent compressed, to whom, and what never is."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.api import Api, api_with, seed, steps

from voicegraph.api.pages import site
from voicegraph.api.pages.site import accepted
from voicegraph.settings import Settings

SCRIPT = "export const words = 'honey';\n" * 500
FILES = {"br": b"as small as Brotli makes it", "gzip": gzip.compress(SCRIPT.encode()), "identity": SCRIPT.encode()}


@pytest.fixture
async def built(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    monkeypatch.setattr(site, "DIST", dist := tmp_path / "dist")
    for folder in ("assets", "docs"):
        (dist / folder).mkdir(parents=True)
        for coding, ending in {"br": ".br", "gzip": ".gz", "identity": ""}.items():
            (dist / folder / f"index-abc.js{ending}").write_bytes(FILES[coding])
    (dist / "assets/alone.js").write_text(SCRIPT)
    (dist / "favicon.svg").write_text("<svg/>")
    (dist / "favicon.svg.br").write_text("packed")
    (dist / "index.html").write_text("<!doctype html><script nonce='__CSP_NONCE__'></script>")
    async with api_with(settings) as api:
        yield api


async def raw(
    api: Api, path: str, coding: str | None, method: str = "GET", **headers: str
) -> tuple[httpx.Response, bytes]:
    """The answer, and the bytes of its body as they came."""
    request = api.client.build_request(method, path, headers=headers)
    del request.headers["accept-encoding"]
    if coding is not None:
        request.headers["accept-encoding"] = coding
    transport = httpx.ASGITransport(api.app)
    response = await transport.handle_async_request(request)
    return response, b"".join([piece async for piece in response.stream])  # pyright: ignore[reportGeneralTypeIssues]


@pytest.mark.parametrize(
    ("asked", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.000, gzip;q=0", "identity"),
        ("identity", "identity"),
        ("", "identity"),
        (None, "identity"),
    ],
)
@pytest.mark.parametrize("folder", ["/assets", "/api/docs"])
async def test_a_file_is_sent_in_the_best_coding_that_is_read(
    built: Api, folder: str, asked: str | None, coding: str
) -> None:
    response, body = await raw(built, f"{folder}/index-abc.js", asked)
    assert (response.status_code, body) == (200, FILES[coding])
    assert response.headers.get("content-encoding", "identity") == coding
    assert response.headers["content-length"] == str(len(body))
    assert response.headers["content-type"].partition(";")[0] in ("text/javascript", "application/javascript")
    assert response.headers["vary"] == "Accept-Encoding"
    assert ("immutable" in response.headers.get("cache-control", "")) is (folder == "/assets")


async def test_each_coding_has_an_etag_of_its_own(built: Api) -> None:
    path, tags = "/assets/index-abc.js", set[str]()
    for coding in FILES:
        response, body = await raw(built, path, coding)
        tags.add(tag := response.headers["etag"])
        head, nothing = await raw(built, path, coding, "HEAD")
        assert (head.headers["content-length"], head.headers["etag"], nothing) == (str(len(body)), tag, b"")
        same, nothing = await raw(built, path, coding, **{"if-none-match": tag})
        assert (same.status_code, nothing, same.headers["vary"]) == (304, b"", "Accept-Encoding")
        part, some = await raw(built, path, coding, range="bytes=2-5")
        assert (part.status_code, some) == (206, body[2:6])
    assert len(tags) == 3


async def test_a_file_without_its_compressed_form_is_sent_as_it_is(built: Api) -> None:
    response, body = await raw(built, "/assets/alone.js", "gzip, br")
    assert (body, "content-encoding" in response.headers) == (SCRIPT.encode(), False)
    assert (await raw(built, "/favicon.svg.br", None))[0].status_code == 404


async def test_what_is_made_for_one_request_is_sent_as_it_is(built: Api) -> None:
    live = await built.call("POST", "/api/execute", {"workflow": steps(seed("word " * 4_000))})
    for path in (f"/api/runs/{live.headers['x-run-id']}/events", "/api/workflow-history", "/"):
        response, _ = await raw(built, path, "gzip, br")
        assert "content-encoding" not in response.headers


@given(st.text(max_size=60))
def test_any_header_is_read(header: str) -> None:
    assert all(coding == coding.strip() for coding in accepted(header))
