"""The child process that holds the model: lines of JSON in and out, samples between them. Started by `recogniser.py`.

First line in: `{"model": setting}`; first line out: `{"model": name}`, or `{"error": code, "message": …}` and the end.
Then, for each recording: `{"bytes": n, "hotWords": …, "language": …}` and n bytes of samples in; a line with `text`,
`language` and `confidence` out. The end of stdin is the end of the process, so it never outlives the server.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import IO, Any

from voicegraph.errors import ConfigError
from voicegraph.speech.weights import SETTING, Weights, find_weights, verify

MAX_THREADS = 4
RATE = 16_000
WINDOW_SECONDS = 28
"""Up to here one look of the model is enough, and time stamps only cost time."""


def load(setting: str) -> tuple[Weights, Any]:
    """The model, checked where it came with the installation. ConfigError says what to mend."""
    weights = find_weights(setting)
    if weights.shipped:
        verify(Path(weights.source))
    from faster_whisper import WhisperModel

    threads = min(MAX_THREADS, os.cpu_count() or 1)
    try:
        model = WhisperModel(weights.source, device="cpu", compute_type="int8", cpu_threads=threads)
    except Exception as error:
        reason = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
        raise ConfigError(
            SETTING,
            f"The speech model {weights.name} cannot be loaded: {reason} Check {SETTING} and the network, or set it "
            "to auto.",
        ) from error
    return weights, model


def recognise(model: Any, samples: bytes, hot_words: str, language: str | None) -> dict[str, Any]:
    """What is said. Stretches without a voice are cut out first: in them a model hears what it wants."""
    import numpy as np

    wave = np.frombuffer(samples, dtype=np.int16).astype(np.float32) / 32768
    segments, info = model.transcribe(
        wave,
        language=language or None,
        beam_size=5,
        temperature=[0.0, 0.4],
        condition_on_previous_text=False,
        without_timestamps=len(wave) <= WINDOW_SECONDS * RATE,
        vad_filter=True,
        vad_parameters={"min_silence_duration_ms": 800, "speech_pad_ms": 400},
        hotwords=hot_words or None,
    )
    found = list(segments)
    text = " ".join(segment.text.strip() for segment in found).strip()
    spoken = sum(max(segment.end - segment.start, 0.01) for segment in found)
    sure = sum(max(segment.end - segment.start, 0.01) * math.exp(segment.avg_logprob) for segment in found)
    return {"text": text, "language": info.language, "confidence": round(sure / spoken, 3) if spoken else 0.0}


def main(stdin: IO[bytes], stdout: IO[bytes]) -> None:
    """Load, then answer until stdin ends."""
    request = json.loads(stdin.readline())
    try:
        weights, model = load(request["model"])
    except ConfigError as error:
        _answer(stdout, {"error": error.code, "message": error.message})
        return
    _answer(stdout, {"model": weights.name})
    while line := stdin.readline():
        request = json.loads(line)
        samples = stdin.read(request["bytes"])
        try:
            _answer(stdout, recognise(model, samples, request["hotWords"], request["language"]))
        except (RuntimeError, ValueError, MemoryError) as error:
            _answer(stdout, {"error": "failed", "message": str(error)})


def _answer(stdout: IO[bytes], answer: dict[str, Any]) -> None:
    stdout.write(json.dumps(answer).encode() + b"\n")
    stdout.flush()


if __name__ == "__main__":
    # What a library prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    main(sys.stdin.buffer, answers)
