"""Row 10, its first half: a body is never read past its limit, whatever it claims of itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import Request
from support.api import NOT_JSON, Api, api_of, api_with, judge_problem, seed, settings_in, sse, steps, wait
from support.process import Serve

from voicegraph.api.guard import RUN_PATHS
from voicegraph.asgi import create_app
from voicegraph.settings import Settings

LIMIT = 4 << 20
CHUNK = b" " * 65_536


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    server = Serve(tmp_path_factory.mktemp("bodies"), VOICEGRAPH_MAX_UPLOAD_BYTES="100000").start()
    yield server
    assert server.stop() == 0
    assert "Traceback" not in server.log, server.log


class Body:
    """So many bytes of JSON, without a length; `sent` counts what was taken."""

    def __init__(self, size: int, chunk: bytes = CHUNK) -> None:
        self.size = size
        self.chunk = chunk
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.sent < self.size:
            self.sent += len(self.chunk)
            yield self.chunk
        yield b"{}"


async def test_a_chunked_body_is_cut_off_at_the_limit(api: Api, settings: Settings) -> None:
    for method, template in api.operations:
        takes_json = "requestBody" in api.description["paths"][template][method.lower()]
        if not takes_json or template in NOT_JSON:
            continue
        limit = LIMIT + (settings.max_upload_bytes * 4 // 3 if template in RUN_PATHS else 0)
        body = Body(100 * LIMIT)
        path = template.replace("{workflow_id}", "a")
        response = await api.client.request(method, path, content=body, headers={"content-type": "application/json"})
        assert (response.status_code, response.json()["code"]) == (413, "too_large"), path
        assert body.sent <= limit + 2 * len(CHUNK)


async def test_a_chunked_body_below_the_limit_is_read(api: Api) -> None:
    body = Body(LIMIT - len(CHUNK))
    response = await api.client.post("/api/parse", content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["details"][0]["where"]) == (422, "text")


async def test_a_chunked_upload_is_cut_off_at_the_limit(api: Api, settings: Settings) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    body = Body(1 << 30, head + CHUNK)
    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = await api.client.post("/api/files", content=body, headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert body.sent < 27 << 20


@pytest.mark.parametrize("length", ["-1", "1e3", "9" * 30, "0x10", "4194305"])
async def test_a_claimed_length_is_judged_before_anything_is_read(api: Api, length: str) -> None:
    body = Body(10)
    headers = {"content-type": "application/json", "content-length": length}
    response = await api.client.post("/api/parse", content=body, headers=headers)
    assert (response.status_code, body.sent) == (413, 0)


async def test_a_body_that_nobody_reads_does_no_harm(api: Api) -> None:
    response = await api.client.request("GET", "/api/health", content=Body(1000))
    assert response.status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_a_body_that_should_not_be_there_is_cut_off_for_whoever_reads_it(settings: Settings, method: str) -> None:
    app = create_app(settings)

    @app.api_route("/api/reads", methods=[method])
    async def reads(request: Request) -> int:
        return len(await request.body())

    async with api_of(app) as api:
        api.client.event_hooks = {}  # an answer to HEAD says nothing of itself
        body = Body(100 * LIMIT)
        assert (await api.client.request(method, "/api/reads", content=body)).status_code == 413
        assert body.sent <= LIMIT + 2 * len(CHUNK)
        claimed = Body(10)
        headers = {"content-length": str(LIMIT + 1)}
        response = await api.client.request(method, "/api/reads", content=claimed, headers=headers)
        assert (response.status_code, claimed.sent) == (413, 0)


async def test_the_door_for_inngest_reads_no_body_before_it_knows_who_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {"inngest_event_key": "event-key", "inngest_signing_key": "signkey-test-" + "ab" * 32}
    nobody = {"engine": "inngest", "inngest_base_url": "http://127.0.0.1:9"}
    async with api_with(settings_in(tmp_path, monkeypatch, **keys, **nobody)) as api:
        api.client.event_hooks = {}  # what Inngest is answered has a form of its own
        asked = Body(100 * LIMIT)
        assert (await api.client.request("GET", "/api/inngest", content=asked)).status_code == 401
        assert asked.sent == 0
        called = Body(100 * LIMIT)
        headers = {"content-type": "application/json"}
        assert (await api.client.post("/api/inngest", content=called, headers=headers)).status_code == 413
        assert called.sent <= LIMIT + 2 * len(CHUNK)


async def test_a_stream_goes_on_while_a_body_that_nobody_reads_comes_in(server: Serve) -> None:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=20) as client:
        accepted = await client.post("/api/execute-background", json={"workflow": steps(seed(), wait("0.9 seconds"))})
        body = Body(3 * LIMIT)
        response = await client.request("GET", f"/api/runs/{accepted.json()['runId']}/events", content=body)
    assert body.sent > 3 * LIMIT - len(CHUNK)
    assert json.loads(sse(response.text)[-1]["data"])["type"] == "complete"


async def test_a_real_server_cuts_off_and_goes_on(server: Serve) -> None:
    for path, kind, chunk in (
        ("/api/parse", "application/json", CHUNK),
        ("/api/files", "multipart/form-data; boundary=x", b"--x\r\n\r\n" + CHUNK),
        ("/api/runs/run_1/cancel", "application/json", CHUNK),
    ):
        async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=20) as client:
            try:
                response = await client.post(path, content=Body(50 << 20, chunk), headers={"content-type": kind})
            except httpx.TransportError:
                continue  # hung up on while still sending
            assert 400 <= response.status_code < 500
            judge_problem(response)
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        assert (await client.get("/api/health/ready")).status_code == 200


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.test\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /\r\n\r\n",
        b"POST /api/parse HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\n\r\n",
        b"POST /api/parse HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /api/parse HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET http://evil.test/api/info HTTP/1.1\r\nHost: evil.test\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: evil.test\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /%ff%fe%00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    ],
    ids=lambda head: head[:40].decode("latin-1"),
)
async def test_what_is_hardly_http_is_refused_or_hung_up_on(server: Serve, head: bytes) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head)
    writer.write_eof()
    try:
        async with asyncio.timeout(20):
            answer = await reader.read()
    except ConnectionError:
        answer = b""
    finally:
        writer.close()
    assert answer == b"" or answer.split()[1][:1] == b"4", answer[:200]
