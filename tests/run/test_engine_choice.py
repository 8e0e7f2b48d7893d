"""Which engine the settings choose, and what they must not say in production."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import AliasChoices

from voicegraph.errors import ConfigError
from voicegraph.run.engine_choice import background_engine, dev_mode, half_set, inngest_setup
from voicegraph.settings import Settings

KEYS = {"inngest_event_key": "e", "inngest_signing_key": "signkey-prod-" + "ab" * 16}


def settings(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)


@pytest.mark.parametrize(
    ("values", "engine"),
    [
        ({}, "embedded"),
        ({"inngest_dev": "1"}, "inngest"),
        ({"inngest_dev": "http://127.0.0.1:9000"}, "inngest"),
        ({"inngest_dev": "0"}, "embedded"),
        ({"inngest_dev": "false"}, "embedded"),
        (KEYS, "inngest"),
        (KEYS | {"engine": "embedded"}, "embedded"),
        ({"engine": "inngest"}, "inngest"),
        (KEYS | {"production": True}, "inngest"),
        ({"production": True}, "embedded"),
    ],
)
def test_auto_takes_inngest_where_it_is_set_up(values: dict[str, Any], engine: str) -> None:
    assert background_engine(settings(**values)) == engine


def test_names_without_the_prefix_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INNGEST_DEV", "1")
    monkeypatch.setenv("INNGEST_SIGNING_KEY_FALLBACK", "ab")
    assert dev_mode(settings())
    assert inngest_setup(settings()).signing_key_fallback == "ab"


@pytest.mark.parametrize("dev", ["1", "http://127.0.0.1:8288"])
def test_production_refuses_the_dev_server(dev: str) -> None:
    with pytest.raises(ConfigError) as refused:
        background_engine(settings(production=True, inngest_dev=dev, **KEYS))
    assert refused.value.setting == "INNGEST_DEV"


@pytest.mark.parametrize(
    ("values", "setting"),
    [
        ({"inngest_event_key": "e"}, "INNGEST_SIGNING_KEY"),
        ({"production": True, "engine": "inngest"}, "INNGEST_SIGNING_KEY"),
        ({"inngest_signing_key": "ab"}, "INNGEST_EVENT_KEY"),
        (KEYS | {"inngest_signing_key": "signkey-prod-xyz"}, "INNGEST_SIGNING_KEY"),
        (KEYS | {"inngest_signing_key_fallback": "abc"}, "INNGEST_SIGNING_KEY_FALLBACK"),
    ],
)
def test_a_missing_or_broken_key_is_named(values: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigError) as refused:
        inngest_setup(settings(**values))
    assert refused.value.setting == setting


def test_where_the_server_is() -> None:
    dev = inngest_setup(settings(inngest_dev="1"))
    assert (dev.dev, dev.api_url, dev.event_url) == (True, "http://127.0.0.1:8288", "http://127.0.0.1:8288")
    assert dev.run_url == "http://127.0.0.1:8288/run?runID={run}"
    cloud = inngest_setup(settings(**KEYS))
    assert (cloud.api_url, cloud.event_url) == ("https://api.inngest.com", "https://inn.gs")
    assert cloud.run_url == "https://app.inngest.com/env/production/runs/{run}"
    where = {"inngest_base_url": "http://inngest.local:8288", "inngest_serve_origin": "https://vg.example.com/a"}
    own = inngest_setup(settings(**KEYS, **where))
    assert (own.dev, own.api_url, own.serve_origin) == (False, "http://inngest.local:8288", "https://vg.example.com")
    apart = inngest_setup(
        settings(**KEYS, inngest_api_base_url="https://api.x", inngest_event_api_base_url="https://e.x")
    )
    assert (apart.api_url, apart.event_url) == ("https://api.x", "https://e.x")


@pytest.mark.parametrize("nothing", ["", "  "])
def test_an_empty_setting_is_not_set(nothing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose files make empty variables of what nobody has set. An empty host would be every address there is."""
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        for variable in alias.choices if isinstance(alias, AliasChoices) else [f"VOICEGRAPH_{name.upper()}"]:
            monkeypatch.setenv(str(variable), nothing)
    assert Settings(_env_file=None).model_dump() == Settings.model_construct().model_dump()


def test_an_empty_variable_hides_the_value_in_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-1\nVOICEGRAPH_PORT=\n")
    monkeypatch.setenv("OPENAI_API_KEY", "")
    read = Settings(_env_file=tmp_path / ".env")
    assert (read.openai_api_key, read.port) == (None, 8000)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"inngest_event_key": "k", "inngest_signing_key": ""}, "INNGEST_SIGNING_KEY"),
        ({"inngest_event_key": "", "inngest_signing_key": "ab" * 32}, "INNGEST_EVENT_KEY"),
    ],
)
def test_half_of_the_keys_is_refused_by_the_name_of_the_other(given: dict[str, str], missing: str) -> None:
    read = settings(**given)
    assert background_engine(read) == "inngest"
    with pytest.raises(ConfigError, match=f"{missing} is not set"):
        inngest_setup(read)


def test_settings_of_inngest_that_do_nothing_are_named() -> None:
    alone = {"inngest_base_url": "http://inngest:8288", "inngest_serve_origin": "https://me.example.com"}
    said = half_set(settings(inngest_event_key="", inngest_signing_key="", **alone))
    assert said
    assert "INNGEST_BASE_URL and INNGEST_SERVE_ORIGIN" in said
    assert half_set(settings()) is None
    assert half_set(settings(engine="embedded", **alone)) is None
    assert half_set(settings(inngest_dev="1", **alone)) is None
