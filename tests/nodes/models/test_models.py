"""Which model the settings mean, and that pydantic-ai can make it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from pydantic import SecretStr

from voicegraph.errors import NodeError
from voicegraph.nodes.models.models import DEFAULT_MODELS, ModelChoice, choose, how_to_configure, load, require
from voicegraph.settings import Settings


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in (*DEFAULT_MODELS, "mistral"):
        monkeypatch.delenv(f"{provider.upper()}_API_KEY", raising=False)


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


def test_nothing_configured_is_no_model() -> None:
    assert choose(settings()) is None
    with pytest.raises(NodeError, match="VOICEGRAPH_MODEL") as caught:
        require(settings())
    assert caught.value.code == "not_configured"


@pytest.mark.parametrize("provider", DEFAULT_MODELS)
def test_a_key_alone_means_the_default_model_of_its_provider(provider: str) -> None:
    choice = choose(settings(**{f"{provider}_api_key": "k"}))
    assert choice is not None
    assert choice.name == f"{provider}:{DEFAULT_MODELS[provider]}"
    assert choice.key_setting == f"{provider.upper()}_API_KEY"


def test_the_first_provider_with_a_key_wins_and_an_empty_key_is_none() -> None:
    choice = choose(settings(cerebras_api_key=" ", groq_api_key="g", openai_api_key="o"))
    assert choice is not None
    assert choice.provider == "groq"


def test_a_named_model_goes_before_keys_and_a_nodes_own_before_both() -> None:
    given = settings(model="openai:gpt-5-mini", groq_api_key="g", openai_api_key="o")
    assert require(given).name == "openai:gpt-5-mini"
    own = require(given, "groq:llama-3.3-70b-versatile")
    assert (own.name, own.key) == ("groq:llama-3.3-70b-versatile", SecretStr("g"))


def test_ollama_needs_no_key_and_is_on_this_machine() -> None:
    choice = require(settings(model="ollama:llama3.2:3b"))
    assert (choice.provider, choice.model, choice.key) == ("ollama", "llama3.2:3b", None)
    assert choice.base_url == "http://127.0.0.1:11434/v1"
    assert require(settings(model="ollama:x", model_base_url="http://box/v1")).base_url == "http://box/v1"


@pytest.mark.parametrize("name", ["llama3.2", "llama3.2:3b", "openai:llama3.2"])
def test_with_a_base_url_a_plain_name_is_enough(name: str) -> None:
    choice = require(settings(model=name, model_base_url="http://box/v1"))
    assert (choice.provider, choice.model) == ("openai", name.removeprefix("openai:"))
    assert choice.base_url == "http://box/v1"


def test_the_base_url_is_not_for_other_providers() -> None:
    assert require(settings(model="groq:x", groq_api_key="g", model_base_url="http://box/v1")).base_url is None


def test_a_base_url_without_a_model_asks_for_the_models_name() -> None:
    given = settings(model_base_url="http://box/v1", openai_api_key="o")
    assert choose(given) is None
    assert "VOICEGRAPH_MODEL_BASE_URL" in how_to_configure(given)


@pytest.mark.parametrize("name", ["gpt-5", "openai:", "test"])
def test_a_name_without_provider_says_how_to_write_it(name: str) -> None:
    with pytest.raises(NodeError, match="provider:model"):
        choose(settings(model=name))


@pytest.mark.parametrize("provider", DEFAULT_MODELS)
async def test_every_default_can_be_made(provider: str) -> None:
    model = await load(ModelChoice(provider, DEFAULT_MODELS[provider], key=SecretStr("k")))
    assert model.model_name == DEFAULT_MODELS[provider]
    assert model.system == provider


async def test_every_default_is_a_model_the_library_knows() -> None:
    from pydantic_ai.models import known_model_names

    assert {f"{provider}:{model}" for provider, model in DEFAULT_MODELS.items()} <= set(known_model_names())


async def test_ollama_can_be_made() -> None:
    assert (await load(require(settings(model="ollama:llama3.2")))).system == "ollama"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("openai:gpt-5-mini", "set OPENAI_API_KEY"),
        ("anthropic:claude-x", "set ANTHROPIC_API_KEY"),
        ("nobody:model", "nobody:model cannot be used"),
        ("mistral:large", "mistral:large needs a package"),
    ],
)
async def test_what_cannot_be_made_names_the_setting(name: str, says: str) -> None:
    with pytest.raises(NodeError, match=says) as caught:
        await load(require(settings(model=name)))
    assert (caught.value.code, caught.value.retryable) == ("not_configured", False)


def test_choosing_imports_nothing_heavy() -> None:
    code = (
        "import sys; from voicegraph.nodes.models.models import choose; from voicegraph.settings import Settings;"
        "import voicegraph.nodes.builtin;"
        "choose(Settings(_env_file=None, model='openai:x'));"
        "print([m for m in ('pydantic_ai','openai','apprise','slack_sdk','aiosmtplib','requests') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
