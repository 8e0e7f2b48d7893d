"""Recordings of every format become samples in a child process; what is no recording costs that child at most."""

from __future__ import annotations

import pytest
from support.audio import CODECS, recording, silence, tone

from voicegraph.speech import audio_decoder as decoding
from voicegraph.speech.audio_decoder import decode
from voicegraph.speech.speech_errors import NoAudio, Silent, SpeechError, TooLong, TooShort, UnreadableAudio


@pytest.mark.parametrize("kind", CODECS)
async def test_every_format_is_decoded(kind: str) -> None:
    rate = 48_000 if CODECS[kind] == "libopus" else 16_000
    sound = await decode(recording(kind, tone(2.0 * rate / 16_000), rate))
    assert sound.duration == pytest.approx(2.0, abs=0.15)
    assert len(sound.samples) == round(sound.duration * 16_000) * 2


async def test_a_moment_is_too_short() -> None:
    with pytest.raises(TooShort, match="too short"):
        await decode(recording("wav", tone(0.1)))


async def test_a_header_without_sound_is_too_short() -> None:
    with pytest.raises((TooShort, UnreadableAudio)):
        await decode(recording("wav", tone(0.001)))


async def test_a_microphone_that_is_off_is_silent() -> None:
    with pytest.raises(Silent, match="silent"):
        await decode(recording("wav", silence(2)))


async def test_eleven_minutes_are_too_long() -> None:
    with pytest.raises(TooLong, match="10 minutes"):
        await decode(recording("mp3", tone(11) * 60))


@pytest.mark.parametrize(
    "head", [b"\x1a\x45\xdf\xa3", b"OggS", b"ID3\x04", b"RIFF\x24\0\0\0WAVEfmt ", b"\0\0\0\x18ftypmp42"]
)
async def test_noise_behind_an_honest_head_is_refused(head: bytes) -> None:
    with pytest.raises(SpeechError) as caught:
        await decode(head + bytes(range(256)) * 40)
    assert caught.value.status in (415, 422)


async def test_nothing_at_all() -> None:
    with pytest.raises(NoAudio):
        await decode(b"")


async def test_a_decoder_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableAudio, match="took longer"):
        await decode(recording("wav", tone(1)), seconds=0.001)


async def test_a_decoder_that_dies_is_an_unreadable_file(monkeypatch: pytest.MonkeyPatch) -> None:
    real = decoding.child_process.start

    async def start(_module: str) -> object:
        return await real("voicegraph.no_such_module")

    monkeypatch.setattr(decoding.child_process, "start", start)
    with pytest.raises(UnreadableAudio, match="cannot be decoded"):
        await decode(recording("wav", tone(1)))
