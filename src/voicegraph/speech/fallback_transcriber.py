"""A hosted transcriber with the embedded one behind it, for when the network is away."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from voicegraph.speech.speech_errors import RecogniserFailed
from voicegraph.speech.transcriber import Heard, SpeechState, Transcriber

log = logging.getLogger(__name__)


class WithFallback:
    """Asks the first; the second when the first could not answer (never because of the recording)."""

    def __init__(self, first: Transcriber, second: Transcriber) -> None:
        self._first = first
        self._second = second

    def state(self) -> SpeechState:
        """Of the first."""
        return self._first.state()

    def prepare(self) -> None:
        """The second waits until it is needed."""
        self._first.prepare()

    async def transcribe(self, audio: bytes, media_type: str, hot_words: Sequence[str] = ()) -> Heard:
        """See `Transcriber.transcribe`."""
        try:
            return await self._first.transcribe(audio, media_type, hot_words)
        except RecogniserFailed as error:
            log.warning("%s The embedded model answers instead.", error)
            return await self._second.transcribe(audio, media_type, hot_words)

    async def close(self) -> None:
        """Both."""
        await self._first.close()
        await self._second.close()
