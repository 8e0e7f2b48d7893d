"""The microphone, through `sounddevice` (`pip install voicegraph[listen]`)."""

from __future__ import annotations

import queue
from array import array
from importlib import import_module
from typing import Any

from voicegraph.errors import ConfigError
from voicegraph.speech.transcriber import MAX_SECONDS

RATE = 16_000
BLOCK = RATE // 20
"""Samples a block: a twentieth of a second."""
QUIET_SECONDS = 1.5
"""So long a pause after speech is the end."""
WAIT_SECONDS = 8.0
"""So long nobody needs to begin."""
FLOOR, ABOVE_NOISE = 300.0, 3.0
"""Speech is louder than this (of 32,767), and so many times louder than the room."""


def record(device: str | None) -> bytes:
    """What is said until the speaker pauses or presses Ctrl+C: 16-bit samples. ConfigError without a microphone."""
    library = _sounddevice()
    blocks: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def take(block: Any, *_: Any) -> None:
        blocks.put(bytes(block))

    chosen = int(device) if device and device.isdecimal() else device
    try:
        with library.RawInputStream(
            samplerate=RATE, blocksize=BLOCK, channels=1, dtype="int16", device=chosen, callback=take
        ):
            return _until_silence(blocks)
    except library.PortAudioError as error:
        message = f"The microphone cannot be used: {error}. Name another with --device."
        raise ConfigError("device", message) from error


def _until_silence(blocks: queue.SimpleQueue[bytes]) -> bytes:
    made = bytearray()
    ears = Recorder()
    try:
        while len(made) < MAX_SECONDS * RATE * 2 and not ears.is_over:
            block = blocks.get()
            made += block
            ears.hear(block)
    except KeyboardInterrupt:
        pass
    return bytes(made)


class Recorder:
    """Tells when somebody has finished speaking, by loudness alone."""

    def __init__(self) -> None:
        self._noise = FLOOR / ABOVE_NOISE
        self._spoken = False
        self._quiet = 0.0

    @property
    def is_over(self) -> bool:
        """They spoke and pause, or never began."""
        return self._quiet >= (QUIET_SECONDS if self._spoken else WAIT_SECONDS)

    def hear(self, block: bytes) -> None:
        """Take the next samples."""
        samples = array("h", block)
        loud = (sum(sample * sample for sample in samples) / max(len(samples), 1)) ** 0.5
        if loud > max(FLOOR, self._noise * ABOVE_NOISE):
            self._spoken, self._quiet = True, 0.0
        else:
            self._quiet += len(samples) / RATE
            self._noise = 0.95 * self._noise + 0.05 * loud


def _sounddevice() -> Any:
    try:
        return import_module("sounddevice")
    except (ImportError, OSError) as error:  # OSError: the library is there, PortAudio is not
        raise ConfigError(
            "listen",
            "The microphone needs a package that is not installed: `pip install 'voicegraph[listen]'` (on Debian and "
            "Ubuntu also `apt-get install libportaudio2`). A recording can be read with `voicegraph transcribe FILE`.",
        ) from error
