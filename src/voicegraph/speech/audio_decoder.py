"""A recording of any accepted format to plain samples, in a child process: no file can stop or bloat the server."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from voicegraph import child_process
from voicegraph.fair_slots import FairGate
from voicegraph.speech.media import kind_of
from voicegraph.speech.speech_errors import Silent, TooLong, TooShort, UnreadableAudio
from voicegraph.speech.transcriber import MIN_SECONDS

SECONDS = 45.0
AT_ONCE = 2
QUIET = 100
"""A loudest sample below this (of 32,767) is a microphone that is off."""
_GATE = FairGate(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Sound:
    """16,000 samples a second, one channel, 16 bits each, little-endian. `duration` in seconds."""

    samples: bytes
    duration: float


async def decode(audio: bytes, media_type: str = "", seconds: float = SECONDS) -> Sound:
    """The samples of a recording that may hold words. Raises SpeechError."""
    kind = await asyncio.to_thread(kind_of, audio, media_type)
    async with _GATE.turn():
        head, samples = await _ask(kind, audio, seconds)
    if head.get("error") == "too_long":
        raise TooLong
    if head.get("error"):
        raise UnreadableAudio(
            "The recording cannot be decoded; it may be damaged. Record it again, or convert it to WAV."
        )
    if head["duration"] < MIN_SECONDS:
        raise TooShort
    if head["peak"] < QUIET:
        raise Silent("The recording is silent.")
    return Sound(samples, head["duration"])


async def _ask(kind: str, audio: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
    try:
        answer = await child_process.ask(
            "voicegraph.speech.audio_decoder_worker", f"{kind}\n".encode() + audio, seconds
        )
    except TimeoutError as error:
        raise UnreadableAudio(
            f"Decoding the recording took longer than {seconds:g} seconds. Send it as WAV."
        ) from error
    line, _, samples = (answer or b"").partition(b"\n")
    return (json.loads(line), samples) if line else ({"error": "crashed"}, b"")
