"""Formats are told by their bytes, and a recording that breaks off is never taken for a whole one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.audio import CODECS, recording, tone

from voicegraph.speech.media import kind_of
from voicegraph.speech.speech_errors import NoAudio, SpeechError, UnreadableAudio, Unsupported

WHOLE = {kind: recording(kind, tone(1.0), 48_000 if CODECS[kind] == "libopus" else 16_000) for kind in CODECS}


@pytest.mark.parametrize("kind", WHOLE)
def test_every_format_is_told_by_its_bytes(kind: str) -> None:
    assert kind_of(WHOLE[kind], "application/octet-stream") == kind


@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n" + b"\0" * 100, b"%PDF-1.7\n", b"PK\x03\x04", b"<html>", b"\0" * 50, b"RIFF\0\0\0\0AVI LIST"],
)
def test_what_is_no_audio_is_unsupported_whatever_it_is_called(content: bytes) -> None:
    with pytest.raises(Unsupported, match="Send WebM, MP4 or M4A, WAV, OGG or MP3"):
        kind_of(content, "audio/wav")


def test_nothing_is_said_to_be_empty() -> None:
    with pytest.raises(NoAudio, match="microphone"):
        kind_of(b"")


@pytest.mark.parametrize("kind", ["webm", "wav", "ogg", "mp4"])
@pytest.mark.parametrize("share", [0.3, 0.5, 0.77, 0.95])
def test_a_recording_that_breaks_off_is_refused(kind: str, share: float) -> None:
    with pytest.raises(UnreadableAudio, match="breaks off"):
        kind_of(WHOLE[kind][: int(len(WHOLE[kind]) * share)])


def test_a_recording_of_a_browser_leaves_its_sizes_open() -> None:
    """Chromium cannot go back to fill in how long segment and cluster are."""
    live = _open_sizes(WHOLE["webm"])
    assert kind_of(live) == "webm"
    with pytest.raises(UnreadableAudio):
        kind_of(live[:-3])


def test_a_streamed_wav_does_not_know_its_length() -> None:
    at = WHOLE["wav"].index(b"data") + 4
    assert kind_of(WHOLE["wav"][:at] + b"\xff\xff\xff\xff" + WHOLE["wav"][at + 4 :]) == "wav"


@given(
    head=st.sampled_from([*(content[:40] for content in WHOLE.values()), b"", b"OggS", b"RIFF0000WAVE", b"0000ftyp"]),
    rest=st.binary(max_size=300),
)
def test_any_bytes_are_answered(head: bytes, rest: bytes) -> None:
    try:
        assert kind_of(head + rest) in WHOLE
    except SpeechError as error:
        assert len(error.message) > 20  # noqa: PT017 - both ends are good


def _open_sizes(webm: bytes) -> bytes:
    for identity in (b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"):
        at = webm.index(identity) + 4
        length = 9 - webm[at].bit_length()
        unknown = ((1 << (7 * length)) - 1) | (1 << (7 * length))
        webm = webm[:at] + unknown.to_bytes(length, "big") + webm[at + length :]
    return webm
