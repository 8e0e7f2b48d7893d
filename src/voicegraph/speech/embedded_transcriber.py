"""Speech without a key and without the network: Whisper's weights by faster-whisper, on this machine's processor."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voicegraph.settings import Settings
from voicegraph.speech.audio_decoder import decode
from voicegraph.speech.recogniser import Recogniser
from voicegraph.speech.speech_errors import Silent
from voicegraph.speech.transcriber import Heard, SpeechState
from voicegraph.speech.weights import SHIPPED

_WORD = re.compile(r"\w")


class EmbeddedTranscriber:
    """A `Transcriber` on this machine."""

    def __init__(self, settings: Settings) -> None:
        self._model = settings.speech_model
        self._language = "" if settings.speech_language == "auto" else settings.speech_language
        self.recogniser = Recogniser(settings.speech_model, settings.speech_idle_seconds)

    def state(self) -> SpeechState:
        """See `Transcriber.state`."""
        name = SHIPPED if self._model == "auto" else self._model.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
        return SpeechState("embedded", name, self.recogniser.readiness, self.recogniser.failure)

    def prepare(self) -> None:
        """See `Transcriber.prepare`."""
        self.recogniser.prepare()

    async def transcribe(self, audio: bytes, media_type: str, hot_words: Sequence[str] = ()) -> Heard:
        """See `Transcriber.transcribe`."""
        sound = await decode(audio, media_type)
        found = await self.recogniser.recognise(sound, hot_words, self._language)
        if not _WORD.search(found["text"]):
            raise Silent
        return Heard(found["text"], found["language"], round(sound.duration, 2), found["confidence"])

    async def close(self) -> None:
        """See `Transcriber.close`."""
        await self.recogniser.close()
