"""Reasons why a recording was not understood.

SpeechError          422  what was sent is no recording to work with; the sender can mend it
├── NoAudio          422  `empty`: there is nothing in it
├── TooShort         422  `too_short`
├── TooLong          422  `too_long`: over ten minutes
├── Silent           422  `silent`: nobody speaks, or nothing could be made out
├── Unreadable       422  `unreadable`: damaged, or broken off
└── Unsupported      415  `unsupported`: no audio format that is taken
StillLoading         503  the model is on its way; try again in a moment
RecogniserFailed     503  the recogniser stopped or did not answer
"""

from __future__ import annotations

from typing import ClassVar

from voicegraph.errors import UserError
from voicegraph.speech.transcriber import MAX_SECONDS

ACCEPTED = "WebM, MP4 or M4A, WAV, OGG or MP3"


class SpeechError(UserError):
    """The recording cannot be used. A subclass each says why."""

    status = 422
    name: ClassVar[str] = "speech"

    def __init__(self, message: str) -> None:
        super().__init__(self.name, message)


class NoAudio(SpeechError):
    """No bytes at all."""

    name = "empty"

    def __init__(self) -> None:
        super().__init__("The recording is empty. Check that the microphone is on, and record again.")


class TooShort(SpeechError):
    """Shorter than a word."""

    name = "too_short"

    def __init__(self) -> None:
        super().__init__("The recording is too short to hold a word. Keep the button pressed while you speak.")


class TooLong(SpeechError):
    """Longer than anybody commands."""

    name = "too_long"

    def __init__(self) -> None:
        minutes = MAX_SECONDS / 60
        super().__init__(f"The recording is longer than {minutes:g} minutes. Say it shorter, or cut the file.")


class Silent(SpeechError):
    """Nobody speaks in it."""

    name = "silent"

    def __init__(self, message: str = "No speech was heard.") -> None:
        super().__init__(f"{message} Come closer to the microphone, check that it is the right one, and say it again.")


class UnreadableAudio(SpeechError):
    """It looks like audio, but cannot be decoded."""

    name = "unreadable"


class Unsupported(SpeechError):
    """No audio, or a format nobody here reads."""

    status = 415
    name = "unsupported"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} Send {ACCEPTED}.")


class StillLoading(UserError):
    """The first recording may come while the model is still being loaded, or downloaded."""

    status = 503

    def __init__(self, model: str) -> None:
        super().__init__(
            "speech_loading", f"The speech model {model} is still being loaded. Wait a moment, and send it again."
        )


class RecogniserFailed(UserError):
    """Not the recording's fault."""

    status = 503

    def __init__(self, message: str) -> None:
        super().__init__("speech_failed", message)
