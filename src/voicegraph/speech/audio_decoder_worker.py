"""The child process that decodes: a format and a recording on stdin, a line of JSON and the samples on stdout.

Started by `audio_decoder.py`. FFmpeg (through PyAV) is told the format and never guesses one: only these demuxers are reached.
"""

from __future__ import annotations

import io
import json
import sys
from array import array
from typing import IO, Any

from voicegraph.child_process import confine
from voicegraph.speech.transcriber import MAX_SECONDS

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 30
RATE = 16_000
_DEMUXERS = {"webm": "matroska", "mp4": "mp4", "wav": "wav", "ogg": "ogg", "mp3": "mp3"}


class AudioTooLong(Exception):
    """More than is taken."""


def samples_of(kind: str, audio: bytes) -> bytes:
    """The first sound track as 16-bit mono samples. Raises TooMuch, and whatever the decoder raises."""
    import av

    made = bytearray()
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(io.BytesIO(audio), format=_DEMUXERS[kind], metadata_errors="ignore") as container:
        for frame in _frames(container):
            for piece in resampler.resample(frame):
                made += memoryview(piece.planes[0])[: piece.samples * 2]
            if len(made) > MAX_SECONDS * RATE * 2:
                raise AudioTooLong
        for piece in resampler.resample(None):
            made += memoryview(piece.planes[0])[: piece.samples * 2]
    return bytes(made)


def _frames(container: Any) -> Any:
    """As they come; the time stamps of a browser's recording begin anywhere, and are not needed."""
    for frame in container.decode(audio=0):
        frame.pts = None
        yield frame


def main(stdin: IO[bytes], stdout: IO[bytes]) -> None:
    """Answer one request."""
    kind = stdin.readline().decode().strip()
    try:
        made = samples_of(kind, stdin.read())
    except AudioTooLong:
        stdout.write(b'{"error": "too_long"}\n')
        return
    except Exception:  # noqa: BLE001 - a decoder may raise anything about a hostile file; all of it means one thing
        stdout.write(b'{"error": "unreadable"}\n')
        return
    levels = array("h", made)
    loudest = max(levels, default=0), -min(levels, default=0)
    head = {"duration": len(levels) / RATE, "peak": max(loudest)}
    stdout.write(json.dumps(head).encode() + b"\n" + made)


if __name__ == "__main__":
    confine(MEMORY_BYTES, CPU_SECONDS)
    main(sys.stdin.buffer, sys.stdout.buffer)
