"""Speech by any OpenAI-compatible `/audio/transcriptions`: Groq, OpenAI, a server of one's own.

The recording is decoded here first, so that what is silent, broken or too long never leaves the machine, and so that
the errors are the same for every transcriber. The service gets the original bytes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast

import httpx

from voicegraph.errors import ConfigError, NodeError, Overloaded
from voicegraph.setting_names import name_in_use
from voicegraph.speech.audio_decoder import decode
from voicegraph.speech.media import name_of
from voicegraph.speech.speech_errors import RecogniserFailed, Silent
from voicegraph.speech.transcriber import Heard, SpeechState
from voicegraph.speech.transcriber_choice import Endpoint

BASE_SECONDS = 30.0
RETRY_SECONDS = 20.0
_UNSURE = 0.5
"""The confidence of a service that does not tell how sure it is."""
_KEY_REFUSED = frozenset({401, 403})
_REQUEST_REFUSED = frozenset({400, 422})


class HostedTranscriber:
    """A `Transcriber` behind an address. `http` decides which addresses may be reached."""

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient, language: str) -> None:
        self._endpoint = endpoint
        self._http = http
        self._language = language
        self._host = httpx.URL(endpoint.base_url).host
        self._detailed = True

    def state(self) -> SpeechState:
        """See `Transcriber.state`."""
        return SpeechState("hosted", f"{self._endpoint.model} at {self._host}", "ready")

    def prepare(self) -> None:
        """There is nothing to load."""

    async def transcribe(self, audio: bytes, media_type: str, hot_words: Sequence[str] = ()) -> Heard:
        """See `Transcriber.transcribe`."""
        sound = await decode(audio, media_type)
        answer = await self._ask(name_of(audio), audio, hot_words, BASE_SECONDS + sound.duration)
        text = str(answer.get("text") or "").strip()
        if not any(letter.isalnum() for letter in text):
            raise Silent
        language = str(answer.get("language") or ("" if self._language == "auto" else self._language))
        language = {"english": "en"}.get(language.lower(), language)
        return Heard(text, language, round(sound.duration, 2), _confidence(answer))

    async def close(self) -> None:
        """Let the connections go."""
        await self._http.aclose()

    async def _ask(self, name: str, audio: bytes, hot_words: Sequence[str], seconds: float) -> dict[str, Any]:
        response = await self._send(name, audio, hot_words, seconds)
        if self._detailed and response.status_code in _REQUEST_REFUSED:
            self._detailed = False  # gpt-4o-transcribe and its like know the short answer only
            response = await self._send(name, audio, hot_words, seconds)
        if response.is_success:
            try:
                return cast("dict[str, Any]", response.json())
            except ValueError as error:
                raise RecogniserFailed(f"{self._host} answered with something else than JSON.") from error
        raise self._refused(response)

    async def _send(self, name: str, audio: bytes, hot_words: Sequence[str], seconds: float) -> httpx.Response:
        fields = {"model": self._endpoint.model, "response_format": "verbose_json" if self._detailed else "json"}
        if self._language != "auto":
            fields["language"] = self._language
        if hot_words:
            fields["prompt"] = ", ".join(hot_words)
        try:
            return await self._http.post(
                f"{self._endpoint.base_url}/audio/transcriptions",
                data=fields,
                files={"file": (name, audio)},
                headers=self._endpoint.headers,
                timeout=httpx.Timeout(seconds, connect=10),
            )
        except (httpx.HTTPError, NodeError) as error:
            reason = error.message if isinstance(error, NodeError) else type(error).__name__
            raise RecogniserFailed(
                f"The speech service at {self._host} cannot be reached ({reason}). Check the network and "
                "VOICEGRAPH_SPEECH_BASE_URL, or set VOICEGRAPH_TRANSCRIBER to embedded."
            ) from error

    def _refused(self, response: httpx.Response) -> Exception:
        if response.status_code in _KEY_REFUSED:
            setting = name_in_use(self._endpoint.key_setting)
            message = f"The speech service at {self._host} refused the key. Check {setting}, or use the embedded one."
            return ConfigError(setting, message)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            return Overloaded(f"The speech service at {self._host} takes no more for now.", RETRY_SECONDS)
        return RecogniserFailed(
            f"The speech service at {self._host} answered {response.status_code}. Check VOICEGRAPH_SPEECH_MODEL "
            f"({self._endpoint.model}), and try again."
        )


def _confidence(answer: dict[str, Any]) -> float:
    segments = cast("list[dict[str, Any]]", answer.get("segments") or [])
    sure = [float(segment["avg_logprob"]) for segment in segments if "avg_logprob" in segment]
    return round(min(1.0, math.exp(sum(sure) / len(sure))), 3) if sure else _UNSURE
