"""What the server says of itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from support.api import Api, api_with, settings_in

from voicegraph import __version__, clock
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.settings import Settings


async def test_the_catalogue_lists_every_action_with_the_schema_of_its_params(api: Api) -> None:
    catalogue = await api.call("GET", "/api/nodes")
    kinds = {f"{kind['type']}.{kind['action']}": kind for kind in catalogue["nodes"]}
    assert list(kinds) == [action.key for action in builtin_registry()]
    assert catalogue["aliases"] == {"tavily": "web_search"}
    recipient = kinds["email.send"]["params"]["properties"]["to"]
    assert recipient["x-config"] == "recipientEmail"
    assert all("$ref" not in str(kind["params"]) for kind in kinds.values())


async def test_a_kind_of_node_says_which_setting_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lack(settings: Settings) -> str | None:
        async with api_with(settings) as api:
            kinds = (await api.call("GET", "/api/nodes"))["nodes"]
        return next(kind["requires"] for kind in kinds if kind["type"] == "email")

    said = await lack(settings_in(tmp_path, monkeypatch))
    assert said
    assert "SMTP_HOST" in said
    assert await lack(settings_in(tmp_path, monkeypatch, smtp_host="127.0.0.1", smtp_from="me@example.com")) is None


async def test_eight_templates_are_ready_to_be_checked_and_laid_out(api: Api) -> None:
    templates = (await api.call("GET", "/api/templates"))["templates"]
    assert len(templates) == 8
    assert {"Dev Progress Tracker", "Trip Planner", "Market Intelligence"} <= {card["name"] for card in templates}
    for card in templates:
        check = await api.call("POST", "/api/check", {"workflow": card["workflow"]})
        assert check["problems"] == [], card["name"]


async def test_info_says_what_is_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with api_with(settings_in(tmp_path, monkeypatch)) as api:
        bare = await api.call("GET", "/api/info")
    assert bare == {
        "version": __version__,
        "engine": {"name": "embedded", "title": "the embedded engine, on this machine", "dashboardUrl": None},
        "model": None,
        "planner": "rules",
        "search": "ddgs",
        "userEmail": None,
        "mail": False,
        "maxUploadBytes": 25 << 20,
        "speech": {"engine": "embedded", "model": "tiny.en", "state": "idle", "message": ""},
    }
    rich = settings_in(
        tmp_path, monkeypatch, groq_api_key="k", tavily_api_key="k", smtp_host="127.0.0.1", user_email="me@example.com"
    )
    async with api_with(rich) as api:
        said = await api.call("GET", "/api/info")
    assert said["planner"] == "llm"
    assert said["model"].startswith("groq:")
    assert (said["search"], said["mail"], said["userEmail"]) == ("tavily", True, "me@example.com")


async def test_health_is_the_process_and_ready_is_the_database(api: Api, settings: Settings) -> None:
    alive = await api.call("GET", "/api/health")
    assert (alive["status"], alive["version"], any(alive["services"].values())) == ("ok", __version__, False)
    assert abs(alive["timestamp"] / 1000 - clock.now()) < 60
    assert (await api.call("GET", "/api/health/ready"))["status"] == "ok"
    with sqlite3.connect(settings.data_dir / "voicegraph.db") as other:
        other.execute("DROP TABLE runs")
    other.close()
    problem = await api.call("GET", "/api/workflow-history", status=503)
    assert problem["code"] == "storage_unavailable"
    assert (await api.call("GET", "/api/health"))["status"] == "ok"


async def test_the_description_is_openapi_31_and_knows_every_route(api: Api) -> None:
    description = await api.call("GET", "/api/openapi.json")
    assert description["openapi"].startswith("3.1")
    assert description == api.description
    ids = [operation["operationId"] for path in description["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))


async def test_ready_names_what_the_server_does_by_itself_and_what_fails_of_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with api_with(settings) as api:
        work = (await api.call("GET", "/api/health/ready"))["work"]
        assert {one["state"] for one in work} == {"ok"}
        names = {"upkeep of the history", "notifications", "schedules", "error workflows", "timers"}
        assert names < {one["name"] for one in work}

        async def broken() -> None:
            raise RuntimeError("no luck")

        keeper = api.app.state.triggers.keeper
        monkeypatch.setattr(keeper, "look", broken)
        keeper.poke()
        while not (failing := await _failing(api)):
            continue  # each question is a write, so it has time to fail
        assert [(one["name"], "RuntimeError" in one["error"]) for one in failing] == [("schedules", True)]
        assert failing[0]["since"]


async def _failing(api: Api) -> list[dict]:
    return [one for one in (await api.call("GET", "/api/health/ready"))["work"] if one["state"] == "failing"]
