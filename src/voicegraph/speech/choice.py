"""Which transcriber the settings ask for, and where a hosted one is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr

from voicegraph.errors import ConfigError
from voicegraph.settings import Settings

GROQ_URL = "https://api.groq.com/openai/v1"
OPENAI_URL = "https://api.openai.com/v1"
DEFAULT_MODELS = {GROQ_URL: "whisper-large-v3-turbo"}
COMPATIBLE_MODEL = "whisper-1"
"""The name OpenAI gave it; servers of one's own take it for theirs."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An OpenAI-compatible service: its address, the model there, and the key."""

    base_url: str
    model: str
    key: SecretStr | None = field(default=None, repr=False)


def transcriber_kind(settings: Settings) -> Literal["embedded", "hosted"]:
    """On this machine, unless the settings name a service or hold the key of one."""
    if settings.transcriber == "auto":
        return "hosted" if _found(settings) else "embedded"
    return settings.transcriber


def endpoint(settings: Settings) -> Endpoint:
    """Where a hosted transcriber is. ConfigError when nothing says so."""
    found = _found(settings)
    if found is None:
        raise ConfigError(
            "VOICEGRAPH_SPEECH_BASE_URL",
            "No speech service is set up. Set VOICEGRAPH_SPEECH_BASE_URL, GROQ_API_KEY or OPENAI_API_KEY, or set "
            "VOICEGRAPH_TRANSCRIBER to embedded.",
        )
    base_url, key = found
    model = settings.speech_model
    if model == "auto":
        model = DEFAULT_MODELS.get(base_url, COMPATIBLE_MODEL)
    return Endpoint(base_url, model, key)


def _found(settings: Settings) -> tuple[str, SecretStr | None] | None:
    """A key goes to the service it belongs to, and to no other address."""
    if settings.speech_base_url:
        return settings.speech_base_url.rstrip("/"), _present(settings.speech_api_key)
    if key := _present(settings.groq_api_key):
        return GROQ_URL, key
    if key := _present(settings.openai_api_key):
        return OPENAI_URL, key
    return None


def _present(key: SecretStr | None) -> SecretStr | None:
    return key if key and key.get_secret_value().strip() else None
