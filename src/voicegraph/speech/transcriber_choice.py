"""The transcriber that the settings ask for, and where a hosted one is."""

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
    key_setting: str = "speech_api_key"
    """The field of the settings the key is from."""

    @property
    def headers(self) -> dict[str, str]:
        """What shows the key."""
        key = self.key.get_secret_value().strip() if self.key else ""
        return {"Authorization": f"Bearer {key}"} if key else {}


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
    base_url, field_name = found
    model = settings.speech_model
    if model == "auto":
        model = DEFAULT_MODELS.get(base_url, COMPATIBLE_MODEL)
    return Endpoint(base_url, model, _present(getattr(settings, field_name)), field_name)


def _found(settings: Settings) -> tuple[str, str] | None:
    """The address, and the field of the key: it goes to the service it belongs to, and to no other address."""
    if settings.speech_base_url:
        return settings.speech_base_url.rstrip("/"), "speech_api_key"
    if _present(settings.groq_api_key):
        return GROQ_URL, "groq_api_key"
    if _present(settings.openai_api_key):
        return OPENAI_URL, "openai_api_key"
    return None


def _present(key: SecretStr | None) -> SecretStr | None:
    return key if key and key.get_secret_value().strip() else None
