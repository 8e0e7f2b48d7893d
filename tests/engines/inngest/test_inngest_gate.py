"""Who may call `/api/inngest` (SECURITY row 15): 200 or 401, never an error of ours."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest
from inngest._internal import net
from support.graphs import workflow
from support.inngest_server import REAL_SERVER
from support.inngest_stage import KEY, Process, stage

pytestmark = pytest.mark.skipif(bool(REAL_SERVER), reason="signs with a key of its own")

FALLBACK = "signkey-old-" + "cd" * 32
EXECUTE = "voicegraph-execute-workflow"


@pytest.fixture
async def process(tmp_path: Path) -> AsyncGenerator[Process]:
    async with stage(tmp_path, signed=True) as on_stage:
        yield await on_stage.process(
            inngest_signing_key_fallback=FALLBACK, inngest_serve_origin="https://voicegraph.example.com"
        )


def body(event: dict[str, Any]) -> bytes:
    ctx = {
        "attempt": 0, "disable_immediate_execution": False, "max_attempts": 21, "run_id": "01RUN", "stack": {"stack": []},
    }  # fmt: skip
    return json.dumps({"ctx": ctx, "event": event, "events": [event], "steps": {}, "use_api": False}).encode()


async def execute_body(process: Process) -> bytes:
    run = await process.start(workflow("a>b"))
    return body({"name": "workflow/execute.requested", "id": run, "data": {"runId": run}})


async def call(process: Process, content: bytes, signature: str | None, fn_id: str = EXECUTE, **more: Any) -> int:
    headers = {"content-type": "application/json"}
    if process.settings.inngest_serve_origin:
        headers["host"] = "voicegraph.example.com"
    if signature is not None:
        headers["x-inngest-signature"] = signature
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.request(
            more.pop("method", "POST"),
            f"{process.url}/api/inngest",
            content=content,
            headers=headers,
            params={"fnId": fn_id, "stepId": "step", **more},
        )
    if answer.status_code == 401:
        assert answer.json() == {"message": "Unauthorized"}
    return answer.status_code


def sign(content: bytes, key: str = KEY, age: float = 0) -> str:
    return str(net.sign_request(content, key, round(time.time() - age)))


@pytest.mark.parametrize("key", [KEY, FALLBACK], ids=["key", "fallback"])
@pytest.mark.parametrize("age", [0, 290, -290])
async def test_a_fresh_signature_of_a_known_key_passes(process: Process, key: str, age: float) -> None:
    content = await execute_body(process)
    assert await call(process, content, sign(content, key, age)) == 206


@pytest.mark.parametrize("age", [310, 86_400, -310, -86_400], ids=["stale", "very stale", "future", "far future"])
async def test_a_signature_that_is_not_of_now_is_refused(process: Process, age: float) -> None:
    content = await execute_body(process)
    assert await call(process, content, sign(content, KEY, age)) == 401


async def test_a_foreign_key_and_a_changed_body_are_refused(process: Process) -> None:
    content = await execute_body(process)
    assert await call(process, content, sign(content, "signkey-x-" + "ef" * 32)) == 401
    assert await call(process, content.replace(b"01RUN", b"02RUN"), sign(content)) == 401


@pytest.mark.parametrize(
    "signature",
    [
        None, "", "x", "t=&s=", "t=abc&s=" + "0" * 64, "s=" + "0" * 64, "t=NOW", "t=1&s=ü", "t=-1&s=00",
        "t=NOW&s=" + "0" * 63, "t=NOW&s=" + "g" * 64, "t=9" * 50, f"t={10**30}&s=" + "0" * 64,
        "t=NOW&t=1&s=" + "0" * 64,
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_missing_or_malformed_signature_is_refused(
    process: Process, signature: str | None, method: str
) -> None:
    content = await execute_body(process) if method == "POST" else b""
    signature = signature and signature.replace("NOW", str(int(time.time())))
    encoded: Any = signature.encode("latin-1") if signature else signature
    assert await call(process, content, encoded, method=method) == 401


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'"x"', b"[" * 100_000, b'{"event": 1}', b"\xff", b"NaN"]
)
async def test_a_body_that_is_no_call_is_refused(process: Process, content: bytes) -> None:
    assert await call(process, content, "t=1&s=" + "0" * 64) == 401
    signature = None
    try:
        signature = sign(content)
    except Exception:  # noqa: BLE001 - what cannot be signed is sent unsigned
        signature = f"t={int(time.time())}&s=" + "0" * 64
    assert await call(process, content, signature) == 401


@pytest.mark.parametrize(
    ("fn_id", "event"),
    [
        ("voicegraph-execute-workflow-failure", {"name": "workflow/execute.requested", "data": {}}),
        ("voicegraph-workflow-cancelled", {"name": "workflow/execute.requested", "data": {}}),
        (EXECUTE, {"name": "inngest/function.failed", "data": {"function_id": EXECUTE}}),
        (EXECUTE, {"name": "workflow/execute.cancelled", "data": {"runId": "run_1"}}),
        (
            "voicegraph-execute-workflow-failure",
            {"name": "inngest/function.failed", "data": {"function_id": "another-app"}},
        ),
        ("execute-workflow", {"name": "workflow/execute.requested", "data": {}}),
        ("another-function", {"name": "workflow/execute.requested", "data": {}}),
        ("", {"name": "workflow/execute.requested", "data": {}}),
    ],
)
async def test_a_function_that_does_not_fit_the_signed_event_is_refused(
    process: Process, fn_id: str, event: dict[str, Any]
) -> None:
    content = body(event)
    assert await call(process, content, sign(content), fn_id) == 401


async def test_a_replay_within_its_time_changes_nothing(tmp_path: Path) -> None:
    """Two discoveries of one run in one second are signed alike, so a repetition cannot be told from a replay."""
    async with stage(tmp_path, signed=True) as on_stage:
        process = await on_stage.process()
        before = await process.run(workflow("a>b"))
        run = before.summary.id
        content = body({"name": "workflow/execute.requested", "id": run, "data": {"runId": run}})
        signature = sign(content)
        assert {await call(process, content, signature) for _ in range(5)} == {206}
        assert (await process.pipeline.queries.detail(run)).events == before.events
        assert process.probe.starts == {"a": 1, "b": 1}


async def test_only_the_configured_origin_is_registered(tmp_path: Path) -> None:
    async with stage(tmp_path, signed=True) as on_stage:
        process = await on_stage.process(inngest_serve_origin="https://voicegraph.example.com")
        await on_stage.server.sync(f"{process.url}/api/inngest?fnId=x")
        async with httpx.AsyncClient(trust_env=False) as client:
            unsigned = await client.put(f"{process.url}/api/inngest", headers={"host": "127.0.0.1"})
        assert unsigned.status_code == 200
        assert {one["url"] for one in on_stage.server.registered} == {"https://voicegraph.example.com/api/inngest"}
        names = {function["id"] for function in on_stage.server.registered[0]["functions"]}
        assert names == {EXECUTE, f"{EXECUTE}-failure", "voicegraph-workflow-cancelled"}


async def test_without_a_configured_origin_a_registration_must_be_signed(tmp_path: Path) -> None:
    async with stage(tmp_path, signed=True) as on_stage:
        process = await on_stage.process()
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.put(f"{process.url}/api/inngest")).status_code == 401


async def test_signed_runs_complete(tmp_path: Path) -> None:
    async with stage(tmp_path, signed=True) as on_stage:
        process = await on_stage.process()
        run = await process.run(workflow("a>b", "a>c"))
        assert run.summary.status == "completed"
        assert on_stage.server.refused == []


async def test_the_door_is_shut_where_another_engine_runs(tmp_path: Path) -> None:
    from voicegraph.asgi import create_app
    from voicegraph.settings import Settings

    app = create_app(Settings(_env_file=None, data_dir=tmp_path, engine="embedded"))
    async with app.router.lifespan_context(app), httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1"
    ) as client:  # fmt: skip
        assert (await client.put("/api/inngest")).status_code == 404
        assert (await client.get("/api/info")).json()["engine"]["name"] == "embedded"
