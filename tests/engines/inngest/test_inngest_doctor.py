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


@pytest.mark.parametrize("signed", [False, True], ids=["dev", "signed"])
async def test_all_is_well(tmp_path: Path, signed: bool) -> None:
    async with stage(tmp_path, signed=signed) as on_stage:
        more = {"inngest_serve_origin": "http://127.0.0.1:8000"} if signed else {}
        process = await on_stage.process(**more)
        state, message = await examine_inngest(process.settings)
        assert state == "ok", message
        assert "execute-workflow registered" in message
        assert KEY not in message


async def test_a_server_without_its_own_address_says_how_to_give_it_one(tmp_path: Path) -> None:
    async with stage(tmp_path, signed=True) as on_stage:
        process = await on_stage.process()
        state, message = await examine_inngest(process.settings)
        assert (state, "INNGEST_SERVE_ORIGIN" in message) == ("note", True)


async def test_inngest_refuses_our_key(tmp_path: Path) -> None:
    async with stage(tmp_path, signed=True) as on_stage:
        process = await on_stage.process(inngest_serve_origin="http://127.0.0.1:8000")
        on_stage.server.refuses = True
        state, message = await examine_inngest(process.settings)
        assert (state, "INNGEST_SIGNING_KEY" in message) == ("bad", True)


async def test_what_the_settings_forbid() -> None:
    state, message = await examine_inngest(settings(production=True, inngest_dev="1"))
    assert (state, "VOICEGRAPH_PRODUCTION" in message) == ("bad", True)
