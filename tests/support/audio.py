"""Recordings: the shared clips with their texts, and sounds made for a test in every format that is taken."""

from __future__ import annotations

import io
import math
import random
import re
from array import array
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

CLIPS = Path(__file__).parents[3] / "shared" / "audio"
"""Beside the checkout; the recordings are too large to be kept in it."""
RATE = 16_000
CODECS = {"webm": "libopus", "ogg": "libopus", "mp4": "aac", "mp3": "libmp3lame", "wav": "pcm_s16le"}


@dataclass(frozen=True)
class Clip:
    path: Path
    text: str

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()


def clips() -> list[Clip]:
    """Every recording of the manifest; a test that needs them is skipped where they are not."""
    manifest = CLIPS / "manifest.tsv"
    if not manifest.is_file():
        pytest.skip("the shared recordings are not beside the checkout (../shared/audio)")
    rows = [line.split("\t") for line in manifest.read_text("utf-8").splitlines()[1:]]
    return [Clip(CLIPS / name, text) for name, text, _ in rows]


def clip(name: str) -> Clip:
    """One of them: `kokoro/c00`."""
    return next(one for one in clips() if one.path == CLIPS / f"{name}.wav")


def tone(seconds: float, loud: float = 0.3, pitch: float = 440) -> array[int]:
    step = 2 * math.pi * pitch / RATE
    return array("h", (int(32_767 * loud * math.sin(step * at)) for at in range(int(seconds * RATE))))


def noise(seconds: float, loud: float = 0.1) -> array[int]:
    draw = random.Random(1)
    return array("h", (int(max(-1, min(1, draw.gauss(0, loud))) * 32_767) for _ in range(int(seconds * RATE))))


def silence(seconds: float) -> array[int]:
    return array("h", bytes(2 * int(seconds * RATE)))


def samples_of(content: bytes) -> array[int]:
    """Of a recording of any rate."""
    made = array("h")
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with av.open(io.BytesIO(content)) as container:
        for frame in [*container.decode(audio=0), None]:
            for piece in resampler.resample(frame):
                made.frombytes(bytes(piece.planes[0])[: piece.samples * 2])
    return made


def recording(kind: str, samples: array[int], rate: int = RATE) -> bytes:
    """The samples as a file of that format."""
    file = io.BytesIO()
    with av.open(file, "w", format=kind) as container:
        stream = container.add_stream(CODECS[kind], rate=rate, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples))
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate = rate
        resampler = av.AudioResampler(format=stream.format, layout="mono", rate=rate, frame_size=stream.frame_size or 0)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return file.getvalue()


# -- how wrong a transcript is


def word_errors(said: str, heard: str) -> tuple[int, int]:
    """(errors, words): after the manifest's normalisation (no case, no punctuation, digits as words)."""
    wanted, found = normal(said), normal(heard)
    row = list(range(len(found) + 1))
    for number, word in enumerate(wanted, 1):
        before, row[0] = row[0], number
        for at, other in enumerate(found, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != other))
    return row[-1], len(wanted)


_UNDER_20 = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def normal(text: str) -> list[str]:
    text = re.sub(r"\$(\d+)", r"\1 dollars", text.lower())
    text = re.sub(r"\d+", lambda found: f" {_words(found[0])} ", text)
    return re.sub(r"[^a-z' ]+", " ", text).split()


def _words(digits: str) -> str:
    number = int(digits)
    if number < 20:
        return _UNDER_20[number]
    if number < 100:
        return f"{_TENS[number // 10 - 2]} {_UNDER_20[number % 10] if number % 10 else ''}"
    return f"{_words(digits[:-2])} {_words(digits[-2:])}"  # "830": eight thirty
