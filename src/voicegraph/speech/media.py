"""The format of a recording, by its first bytes, and whether it breaks off before its own end.

What the sender calls it is no proof: a picture named `.wav` is refused before any decoder sees it. A recording that
breaks off is refused as well, since half a command may ask for something else than the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from voicegraph.speech.speech_errors import NoAudio, UnreadableAudio, Unsupported

Kind = Literal["webm", "mp4", "wav", "ogg", "mp3"]

_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675
MAX_ELEMENTS = 20_000
"""Pieces of a file that are looked at, in some 20 ms. Two minutes of a browser's recording have 6,000."""
_STREAMED = (0, 0xFFFFFFFF)
"""Sizes in a WAV file whose writer could not go back to fill them in."""


def kind_of(audio: bytes, media_type: str = "") -> Kind:
    """The format. Raises NoAudio, Unsupported, and Unreadable for a recording that breaks off, or is in bits."""
    if not audio:
        raise NoAudio
    kind = _by_magic(audio)
    if kind is None:
        claimed = f" ({media_type})" if media_type else ""
        raise Unsupported(f"This file{claimed} is none of the audio formats that are understood.")
    if (breaks_off := _BREAKS_OFF.get(kind)) and breaks_off(audio):
        raise UnreadableAudio("The recording breaks off before its end. Record it again, or send the whole file.")
    return kind


def name_of(audio: bytes) -> str:
    """A file name with the ending of its format, for services that go by it. It was judged by `kind_of` before."""
    return f"speech.{_by_magic(audio) or 'bin'}"


def _by_magic(audio: bytes) -> Kind | None:
    head = audio[:12]
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == _EBML:
        return "webm"
    if head[4:8] == b"ftyp":
        return "mp4"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:3] == b"ID3" or (len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return "mp3"
    return None


def _count() -> Iterator[int]:
    """A number for each piece of a file; Unreadable for a file of more pieces than any recording has."""
    yield from range(MAX_ELEMENTS)
    raise UnreadableAudio("The recording is made of too many small pieces. Record it again, or convert it to WAV.")


def _wav_breaks_off(audio: bytes) -> bool:
    at = 12
    pieces = _count()
    while at + 8 <= len(audio):
        next(pieces)
        size = int.from_bytes(audio[at + 4 : at + 8], "little")
        if audio[at : at + 4] == b"data":
            return size not in _STREAMED and at + 8 + size > len(audio)
        at += 8 + size + size % 2
    return True


def _mp4_breaks_off(audio: bytes) -> bool:
    at = 0
    pieces = _count()
    while at + 8 <= len(audio):
        next(pieces)
        size = int.from_bytes(audio[at : at + 4], "big")
        if size == 1:
            size = int.from_bytes(audio[at + 8 : at + 16], "big")
        if size == 0:  # up to the end
            return False
        if size < 8:
            return True
        at += size
    return at != len(audio)


def _ogg_breaks_off(audio: bytes) -> bool:
    at = 0
    pieces = _count()
    while at < len(audio):
        next(pieces)
        page = audio[at : at + 27]
        if len(page) < 27 or page[:4] != b"OggS":
            return True
        table = audio[at + 27 : at + 27 + page[26]]
        at += 27 + page[26] + sum(table)
    return at != len(audio)


def _webm_breaks_off(audio: bytes) -> bool:
    """Walks the elements: a browser leaves the sizes of segment and clusters open, and closes every block."""
    at = 0
    pieces = _count()
    while at < len(audio):
        next(pieces)
        element = _element(audio, at)
        if element is None:
            return True
        identity, start, size = element
        if identity in (_SEGMENT, _CLUSTER):
            if size is not None and start + size > len(audio):
                return True
            at = start  # into it
        elif size is None:
            return True
        else:
            at = start + size
    return at != len(audio)


def _element(audio: bytes, at: int) -> tuple[int, int, int | None] | None:
    """(id, where its content starts, size or None when left open), or None when that itself is cut."""
    identity_length = _length(audio, at)
    size_at = at + identity_length
    size_length = _length(audio, size_at)
    start = size_at + size_length
    if not identity_length or not size_length or start > len(audio):
        return None
    bits = 7 * size_length
    size = int.from_bytes(audio[size_at:start], "big") & ((1 << bits) - 1)
    return int.from_bytes(audio[at:size_at], "big"), start, None if size == (1 << bits) - 1 else size


def _length(audio: bytes, at: int) -> int:
    """How many bytes the number there takes (EBML: as many as its first byte has leading zeros, and one); 0: none."""
    return 9 - audio[at].bit_length() if at < len(audio) and audio[at] else 0


_BREAKS_OFF: dict[Kind, Callable[[bytes], bool]] = {
    "wav": _wav_breaks_off,
    "mp4": _mp4_breaks_off,
    "ogg": _ogg_breaks_off,
    "webm": _webm_breaks_off,
}
