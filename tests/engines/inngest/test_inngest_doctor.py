"""What the doctor says: which engine runs, and the three classic problems in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.inngest_server import REAL_SERVER
from support.inngest_stage import KEY, Stage, stage

from voicegraph.cli.doctor_inngest import examine_inngest
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


async def test_what_the_settings_forbid() -> None:
    state, message = await examine_inngest(settings(production=True, inngest_dev="1"))
    assert (state, "VOICEGRAPH_PRODUCTION" in message) == ("bad", True)
