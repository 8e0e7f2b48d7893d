"""The port of the recogniser: audio becomes text. Its errors are in `speech_errors.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

MAX_AUDIO_BYTES = 25 << 20
"""Largest recording, in bytes."""
MAX_SECONDS = 600.0
"""Longest recording."""
MIN_SECONDS = 0.3
"""Shorter than any word."""

Readiness = Literal["idle", "loading", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording as the recogniser wrote it. `duration` in seconds; `confidence` from 0 to 1."""

    text: str
    language: str
    duration: float
    confidence: float


@dataclass(frozen=True, slots=True)
class SpeechState:
    """How far the recogniser is. `idle`: loaded by the first recording; `failed`: `message` says why, and what to do."""

    engine: Literal["embedded", "hosted"]
    model: str
    state: Readiness
    message: str = ""


class Transcriber(Protocol):
    """Turns speech into text.

    `transcribe` raises `SpeechError` for what the sender can mend, `Overloaded` when too many wait, `StillLoading`
    while the model is on its way, `ConfigError` when the settings name what cannot be used.
    """

    def state(self) -> SpeechState:
        """How far it is; asks nobody."""
        ...

    def prepare(self) -> None:
        """Begin to load what takes a while; answers at once."""
        ...

    async def transcribe(self, audio: bytes, media_type: str, hot_words: Sequence[str] = ()) -> Heard:
        """The words in a recording of any accepted format; `hot_words` are names that are likely to be said."""
        ...

    async def close(self) -> None:
        """End what runs, give back what is held."""
        ...
