"""Speech on the command line: from a file, and from the microphone."""

from __future__ import annotations

import asyncio
import io
import wave
from dataclasses import asdict
from pathlib import Path

from voicegraph.app import running
from voicegraph.cli.microphone import RATE, record
from voicegraph.cli.terminal import err, out, print_json
from voicegraph.errors import UserError
from voicegraph.pipeline import Transcript
from voicegraph.settings import Settings
from voicegraph.speech.transcriber import MAX_AUDIO_BYTES


async def transcribe_file(settings: Settings, file: Path, as_json: bool) -> None:
    """Print what is said in a recording. UserError when it cannot be read or understood."""
    try:
        if file.stat().st_size > MAX_AUDIO_BYTES:
            raise UserError("too_large", f"{file} is larger than {MAX_AUDIO_BYTES >> 20} MB. Cut it, or compress it.")
        content = file.read_bytes()
    except OSError as error:
        raise UserError("no_file", f"{file} cannot be read ({error.strerror}).") from error
    _show(await _transcribe(settings, content), as_json)


async def listen_once(settings: Settings, device: str | None, as_json: bool) -> str:
    """Record until the speaker stops, print what was said, and answer it."""
    err.print("Listening … (stop speaking, or press Ctrl+C, to end)")
    samples = await asyncio.to_thread(record, device)
    said = await _transcribe(settings, _as_wav(samples))
    _show(said, as_json)
    return said.text


async def _transcribe(settings: Settings, content: bytes) -> Transcript:
    async with running(settings, background=False) as runtime:
        return await runtime.pipeline.transcribe(content, "")


def _show(said: Transcript, as_json: bool) -> None:
    if as_json:
        print_json(asdict(said))
        return
    out.print(said.text)
    if said.raw != said.text:
        err.print(f"Heard: {said.raw}")


def _as_wav(samples: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(samples)
    return file.getvalue()
