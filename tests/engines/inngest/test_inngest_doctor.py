"""What the doctor says: which engine runs, and the three classic problems in words."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from support.inngest_server import REAL_SERVER
from support.inngest_stage import KEY, Stage, stage
from support.serving import free_socket, serve

from voicegraph.cli.doctor.inngest import examine_inngest
from voicegraph.settings import Settings

pytestmark = pytest.mark.skipif(bool(REAL_SERVER), reason="needs a server that knows nothing yet")


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


async def test_without_inngest_it_is_a_note() -> None:
    state, message = await examine_inngest(settings())
    assert (state, "embedded engine" in message) == ("note", True)


async def test_cannot_connect() -> None:
    state, message = await examine_inngest(settings(inngest_dev="http://127.0.0.1:9"))
    assert state == "bad"
    assert "cannot connect to Inngest at http://127.0.0.1:9" in message
    assert "npx inngest-cli@latest dev -u http://localhost:8000/api/inngest" in message


async def test_what_it_tells_to_do_fits_the_settings(on_stage: Stage) -> None:
    _, message = await examine_inngest(settings(inngest_dev="http://127.0.0.1:9", port=9100))
    assert "dev -u http://localhost:9100/api/inngest" in message
    origin = "http://voicegraph.example.com"
    more = {"inngest_dev": on_stage.server.url, "inngest_serve_origin": origin}
    assert f"curl -X PUT {origin}/api/inngest" in (await examine_inngest(settings(**more)))[1]


async def test_the_function_is_not_registered(on_stage: Stage) -> None:
    state, message = await examine_inngest(settings(inngest_dev=on_stage.server.url))
    assert state == "bad"
    assert "execute-workflow is not registered" in message


async def test_nobody_answers_here(on_stage: Stage) -> None:
    await on_stage.process()
    state, message = await examine_inngest(on_stage.settings(port=9))
    assert state == "note"
    assert "No VoiceGraph answers" in message


@pytest.mark.parametrize("signed", [False, True])
async def test_all_is_well(tmp_path: Path, signed: bool) -> None:
    async with stage(tmp_path, signed=signed) as on_stage:
        process = await on_stage.process()
        on_stage.server.event_key = "event-key" if signed else None
        state, message = await examine_inngest(process.settings)
        assert state == "ok", message
        assert "execute-workflow registered" in message
        assert KEY not in message


@pytest.mark.parametrize("signed", [False, True])
async def test_it_writes_nothing_at_inngest_nor_moves_the_app(tmp_path: Path, signed: bool) -> None:
    async with stage(tmp_path, signed=signed) as on_stage:
        process = await on_stage.process()
        server = on_stage.server
        before = dict(server.functions), len(server.registered)
        state, _ = await examine_inngest(process.settings)
        assert state == "ok"
        assert (dict(server.functions), len(server.registered)) == before
        assert (server.events, server.runs) == ([], [])


OTHER = "signkey-test-" + "cd" * 32


@pytest.mark.parametrize(
    ("wrong", "named", "not_named"),
    [
        ({"inngest_event_key": "other"}, "INNGEST_EVENT_KEY", "INNGEST_SIGNING_KEY"),
        ({"inngest_signing_key": OTHER}, "INNGEST_SIGNING_KEY", "INNGEST_EVENT_KEY"),
    ],
)
async def test_it_says_which_of_the_keys_is_wrong(
    tmp_path: Path, wrong: dict[str, str], named: str, not_named: str
) -> None:
    async with stage(tmp_path, signed=True) as on_stage:
        process = await on_stage.process()
        on_stage.server.event_key = "event-key"
        state, message = await examine_inngest(on_stage.settings(port=process.settings.port, **wrong))
        assert (state, named in message, not_named in message) == ("bad", True, False)
        assert OTHER not in message


async def test_a_key_that_is_only_the_fallback_is_a_note(tmp_path: Path) -> None:
    async with stage(tmp_path, signed=True) as on_stage:
        await on_stage.process()
        keys = {"inngest_signing_key": OTHER, "inngest_signing_key_fallback": KEY}
        state, message = await examine_inngest(on_stage.settings(**keys))
        assert (state, "INNGEST_SIGNING_KEY_FALLBACK" in message) == ("note", True)


async def test_an_app_that_was_never_synced_is_told_how(tmp_path: Path) -> None:
    async with stage(tmp_path, signed=True) as on_stage:
        state, message = await examine_inngest(on_stage.settings())
        assert (state, "INNGEST_SERVE_ORIGIN" in message) == ("bad", True)
        state, message = await examine_inngest(on_stage.settings(inngest_serve_origin="https://me.example.com"))
        assert (state, "curl -X PUT https://me.example.com/api/inngest" in message) == ("bad", True)


PAGE = HTMLResponse("<!doctype html><title>Hello</title>")
ELSEWHERE: list[Response] = [
    PAGE,
    JSONResponse({"ok": True}),
    JSONResponse([]),
    JSONResponse({"error": "Not Found"}, 404),
    JSONResponse({"detail": "Not Found"}, 404),
    RedirectResponse("/login", 302),
    *(PlainTextResponse("no", status) for status in (401, 403, 404, 405, 503)),
]


@asynccontextmanager
async def answering(answer: Response) -> AsyncGenerator[str]:
    """A web server that answers everything so."""

    async def respond(_: Request) -> Response:
        return answer

    route = Route("/{rest:path}", respond, methods=["GET", "POST"])
    served = await serve(Starlette(routes=[route]), free_socket())
    try:
        yield served.url
    finally:
        await served.stop()


@pytest.mark.parametrize("keys", [False, True])
async def test_a_web_server_that_is_no_inngest_is_not_taken_for_one(keys: bool) -> None:
    for answer in ELSEWHERE:
        async with answering(answer) as url:
            own: dict[str, Any] = {"inngest_event_key": "k", "inngest_signing_key": KEY, "inngest_base_url": url}
            state, message = await examine_inngest(settings(**(own if keys else {"inngest_dev": url})))
            assert (state, "no Inngest answers at" in message) == ("bad", True), (answer.status_code, message)
            assert "registered" not in message
            assert "right" not in message
            assert "INNGEST_EVENT_KEY" not in message


@pytest.mark.parametrize("answer", ELSEWHERE)
async def test_what_the_api_does_not_say_is_not_claimed(tmp_path: Path, answer: Response) -> None:
    """The events are taken by Inngest; what is at the address of the API is another server."""
    async with stage(tmp_path, signed=True) as on_stage, answering(answer) as url:
        process = await on_stage.process()
        elsewhere = on_stage.settings(port=process.settings.port, inngest_api_base_url=url)
        state, message = await examine_inngest(elsewhere)
        if answer.body in (b"[]", b'{"error":"Not Found"}'):
            assert "is not registered" in message
        else:
            assert "no Inngest answers at" in message
        assert state == "bad"
        assert "keys are right" not in message


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("other", ["voicegraph2", "my-voicegraph", "my"])
async def test_the_function_of_another_app_is_not_taken_for_ours(tmp_path: Path, signed: bool, other: str) -> None:
    async with stage(tmp_path, signed=signed) as on_stage:
        process = await on_stage.process(inngest_app_id=other)
        state, message = await examine_inngest(on_stage.settings(port=process.settings.port))
        assert (state, "is not registered" in message) == ("bad", True), message
        assert (await examine_inngest(process.settings))[0] == "ok"


async def test_another_server_at_our_port_is_not_taken_for_us(on_stage: Stage) -> None:
    await on_stage.process()
    async with answering(PAGE) as url:
        state, message = await examine_inngest(on_stage.settings(port=int(url.rpartition(":")[2])))
        assert (state, "No VoiceGraph answers" in message) == ("note", True)


async def test_what_the_settings_forbid() -> None:
    state, message = await examine_inngest(settings(production=True, inngest_dev="1"))
    assert (state, "VOICEGRAPH_PRODUCTION" in message) == ("bad", True)
