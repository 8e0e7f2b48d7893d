"""The language model that the settings mean, as a pydantic-ai `Model`.

Names are pydantic-ai's (`groq:llama-3.3-70b-versatile`). Choosing imports nothing heavy; loading imports pydantic-ai,
which takes a second or two, so it happens in a thread, on first use.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from voicegraph.errors import NodeError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.models.server_answers import limit_answers
from voicegraph.setting_names import name_in_use
from voicegraph.settings import Settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model
    from pydantic_ai.providers import Provider

    from voicegraph.nodes.models.checked_model import CheckedModel

DEFAULT_MODELS = {
    "cerebras": "gpt-oss-120b",
    "groq": "openai/gpt-oss-120b",
    "openai": "gpt-6-luna",
    "anthropic": "claude-haiku-5-5",
    "google": "gemini-3.8-flash",
}
"""Where only a key is set: the provider's small, fast model. The order is the order of preference."""

OLLAMA_URL = "http://127.0.0.1:11434/v1"

_COMPATIBLE = frozenset({"openai", "ollama"})
"""Providers that `VOICEGRAPH_MODEL_BASE_URL` speaks for."""


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model by provider and name, with what is needed to reach it."""

    provider: str
    model: str
    base_url: str | None = None
    key: SecretStr | None = None

    @property
    def name(self) -> str:
        """`provider:model`."""
        return f"{self.provider}:{self.model}"

    @property
    def is_local(self) -> bool:
        """Whether it runs on a machine of the user's: there nobody else sets a limit."""
        return self.provider == "ollama" or self.base_url is not None

    @property
    def key_setting(self) -> str:
        """The environment variable that holds this provider's key: of its two names the one that is set."""
        field = f"{self.provider}_api_key"
        if field in Settings.model_fields:
            return name_in_use(field)
        return f"{self.provider.upper().replace('-', '_')}_API_KEY"


def choose(settings: Settings, override: str | None = None) -> ModelChoice | None:
    """The model of a node's own param, else of the settings, else of the first provider with a key; None without any.

    A name without a known provider (`llama3.2:3b`) means the endpoint of `VOICEGRAPH_MODEL_BASE_URL`, where one is set.
    """
    name = override or settings.model
    if name:
        return _named(name.strip(), settings)
    for provider, model in DEFAULT_MODELS.items():
        if key := _key(settings, provider):
            # The default name means nothing to another server than the provider's own.
            return None if provider == "openai" and settings.model_base_url else ModelChoice(provider, model, key=key)
    return None


def require(settings: Settings, override: str | None = None) -> ModelChoice:
    """`choose`, or NodeError `not_configured` that says how to mend it."""
    choice = choose(settings, override)
    if choice is None:
        raise NodeError("not_configured", f"This step needs a language model. {how_to_configure(settings)}")
    return choice


def how_to_configure(settings: Settings) -> str:
    """One sentence that says which setting is missing."""
    if settings.model_base_url:
        return "Set VOICEGRAPH_MODEL to the name of a model that VOICEGRAPH_MODEL_BASE_URL serves."
    keys = ", ".join(f"{provider.upper()}_API_KEY" for provider in DEFAULT_MODELS)
    return f"Set VOICEGRAPH_MODEL (for example ollama:llama3.2, which runs on your machine), or one of {keys}."


async def load(choice: ModelChoice) -> CheckedModel:
    """The pydantic-ai model, read with care; NodeError `not_configured` when the name or the key cannot be right.

    Each call makes a model with an HTTP client of its own: enter the agent that uses it, so that it is closed.
    """
    return await asyncio.to_thread(_load_alone, choice)


def _named(name: str, settings: Settings) -> ModelChoice:
    provider, colon, model = name.partition(":")
    if settings.model_base_url and provider not in {*DEFAULT_MODELS, "ollama"}:
        provider, model = "openai", name
    elif not colon or not model:
        raise NodeError("not_configured", f"VOICEGRAPH_MODEL must read provider:model, not {name!r}: openai:gpt-5-mini")
    base_url = settings.model_base_url if provider in _COMPATIBLE else None
    if provider == "ollama" and base_url is None:
        base_url = OLLAMA_URL
    return ModelChoice(provider, model, base_url, _key(settings, provider))


def _key(settings: Settings, provider: str) -> SecretStr | None:
    key: SecretStr | None = getattr(settings, f"{provider}_api_key", None)
    return key if key and key.get_secret_value().strip() else None


def _load_alone(choice: ModelChoice) -> CheckedModel:
    with importing("pydantic_ai"):  # whose modules import more when a model is made
        from voicegraph.nodes.models.checked_model import CheckedModel

        return CheckedModel(_load(choice), choice.name)


def _load(choice: ModelChoice) -> Model:
    from pydantic_ai.exceptions import UserError
    from pydantic_ai.models import infer_model
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

    key = choice.key.get_secret_value().strip() if choice.key else None
    try:
        if choice.provider == "openai" and choice.base_url:
            # Compatible servers speak chat completions; OpenAI's own newer API is not theirs.
            provider = OpenAICompatibleProvider("openai-compatible", base_url=choice.base_url, api_key=key)
            limit_answers(provider)
            return OpenAIChatModel(choice.model, provider=provider)
        return infer_model(choice.name, lambda name: _provider(name, choice, key))
    except ImportError as error:
        raise NodeError("not_configured", f"{choice.name} needs a package that is not installed.") from error
    except (UserError, ValueError) as error:
        raise NodeError("not_configured", _unusable(choice)) from error
    except Exception as error:  # of an address that cannot be read: the libraries' words quote it, passwords and all
        raise NodeError("not_configured", _unusable(choice)) from error


def _provider(name: str, choice: ModelChoice, key: str | None) -> Provider[Any]:
    """The provider with the key of our settings, which need not be in the environment."""
    from pydantic_ai.providers import infer_provider, infer_provider_class

    make: Any = infer_provider_class(name)
    if name == "ollama":
        provider = make(base_url=choice.base_url, api_key=key)
    else:
        provider = make(api_key=key) if key else infer_provider(name)
    limit_answers(provider)
    return provider


def _unusable(choice: ModelChoice) -> str:
    if choice.provider in DEFAULT_MODELS and choice.key is None:
        return f"The model {choice.name} needs a key: set {choice.key_setting}."
    address = " and the address in VOICEGRAPH_MODEL_BASE_URL" if choice.base_url else ""
    return f"The model {choice.name} cannot be used. Check its name in VOICEGRAPH_MODEL{address}."
