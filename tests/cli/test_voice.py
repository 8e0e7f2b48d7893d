"""`voicegraph transcribe` and `voicegraph listen`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from support.audio import clip, samples_of, silence
from support.cli import Cli

from voicegraph.cli.microphone import BLOCK, Recorder


def test_a_recording_is_printed(cli: Cli) -> None:
    done = cli("transcribe", str(clip("kokoro/c02").path))
    assert done.code == 0
    assert "pallets/flask" in done.out
    assert "Heard: " in done.err
    told = cli("transcribe", str(clip("kokoro/c14").path), "--json").json
    assert "workflow" in told["text"].lower()
    assert told["language"] == "en"


def test_what_is_no_recording_is_refused(cli: Cli) -> None:
    cli.write("note.wav", "Get my notes")
    for words, message in (
        (("transcribe", "note.wav"), "Send WebM"),
        (("transcribe", "nothing.wav"), "cannot be read"),
    ):
        done = cli(*words)
        assert done.code == 2
        assert message in done.said


def test_without_the_package_for_the_microphone(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    done = cli("listen")
    assert done.code == 2
    assert "voicegraph[listen]" in done.said


class Microphone(ModuleType):
    """A double of `sounddevice` that hears a recording, and then a quiet room."""

    class PortAudioError(Exception):
        pass

    def __init__(self, samples: bytes, fails: str = "") -> None:
        super().__init__("sounddevice")
        self._blocks = [samples[at : at + 2 * BLOCK] for at in range(0, len(samples), 2 * BLOCK)]
        self._fails = fails
        self.device: Any = None

    def RawInputStream(self, callback: Callable[..., None], device: Any = None, **_: Any) -> Any:  # noqa: N802
        self.device = device
        if self._fails:
            raise self.PortAudioError(self._fails)
        for block in self._blocks:
            callback(block, len(block) // 2, None, None)
        return _Open()


class _Open:
    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


def test_what_is_said_into_the_microphone_becomes_a_workflow(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    said = samples_of(clip("kokoro/c00").content) + silence(3)
    microphone = Microphone(said.tobytes())
    monkeypatch.setitem(sys.modules, "sounddevice", microphone)
    done = cli("listen", "--plan", "--device", "2")
    assert done.code == 0, done.err
    assert "notion meeting notes" in done.out.lower()
    assert "Listening" in done.err
    assert microphone.device == 2


def test_a_microphone_that_cannot_be_used(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", Microphone(b"", fails="Device unavailable"))
    done = cli("listen")
    assert done.code == 2
    assert "Device unavailable" in done.said


def test_ears_wait_for_speech_and_end_after_a_pause() -> None:
    quiet, loud = bytes(2 * BLOCK), b"\x00\x20" * BLOCK
    ears = Recorder()
    for _ in range(100):
        ears.hear(quiet)
    assert not ears.is_over
    ears.hear(loud)
    for _ in range(29):
        ears.hear(quiet)
    assert not ears.is_over
    ears.hear(quiet)
    ears.hear(quiet)
    assert ears.is_over
    nobody = Recorder()
    for _ in range(161):
        nobody.hear(quiet)
    assert nobody.is_over
