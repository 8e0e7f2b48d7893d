"""Enough of a content to tell how it is encoded: pieces from all over it that hold more than ASCII."""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import pairwise

SAMPLE = 4 << 10
"""Bytes; a page of text. More costs time and decides nothing."""
_PIECES = 16
_STEP = 64 << 10
_BREAK = re.compile(rb"[\t-/]")
"""No encoding has these for a part of a character."""


def sample_of(content: bytes, most: int = SAMPLE) -> bytes:
    """About `most` bytes, cut between characters where that can be told."""
    if len(content) <= most:
        return content
    room = most // _PIECES
    every = max(len(content) // _PIECES, room)
    pieces = [_piece(content, start, min(start + every, len(content)), room) for start in range(0, len(content), every)]
    if wide(beginning := content[: most - most % 4]):  # where pieces begin matters
        return beginning
    found = [piece for piece in pieces if piece]
    if len(found) < _PIECES // 2:  # all of it stands together, as in a file of English with one foreign chapter
        found += [
            _piece(content, start, end, most // 4)
            for start, end in pairwise(range(0, len(content) + 1, len(content) // 4))
        ]
    return b"\n".join(found) or content[:most]


def _piece(content: bytes, start: int, end: int, room: int) -> bytes:
    at = _beyond_ascii(content, start, end)
    if at is None:
        return b""
    before = _BREAK.search(content, at - 1 if content[at - 1] < 0x30 else at, end) if start else None
    begin = before.end() if before else at if start else max(0, at - 80)
    piece = content[begin : begin + room]
    cut = max(map(piece.rfind, (b"\n", b" ", b",")))
    return piece[:cut] if cut > room // 2 else piece


def _beyond_ascii(content: bytes, start: int, end: int) -> int | None:
    for at in range(start, end, _STEP):
        piece = content[at : min(at + _STEP, end)]
        if not piece.isascii():
            return at + next(place for place, byte in enumerate(piece) if byte > 0x7F)
    return None


def wide(sample: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: with a NUL byte somewhere, and every character one that people write."""
    if b"\x00" not in sample or len(sample) < 4:
        return None
    for name in ("utf-32le", "utf-32be", "utf-16le", "utf-16be"):
        try:
            text = codecs.getincrementaldecoder(name)().decode(sample)
        except UnicodeError:
            continue
        if all(map(_is_written, text)) and _is_plausible(sample, text):
            return name
    return None


def _is_written(character: str) -> bool:
    return character in "\t\n\r\f" or unicodedata.category(character) not in ("Cc", "Cn", "Co", "Cs")


def _is_plausible(sample: bytes, text: str) -> bool:
    """Western text has a NUL beside every letter; other text, by its bytes, is no ASCII with a stray NUL."""
    ascii_share = sum(character < "\x80" for character in text) / max(len(text), 1)
    bare = sample.rstrip(b"\x00")  # what fills a block is no sign of anything
    odd = sum(byte > 0x7F or (byte < 0x20 and byte not in b"\t\n\r\f") for byte in bare) / len(sample)
    return ascii_share > 0.7 or (ascii_share > 0.01 and odd > 0.2 and len(text) >= 4)
