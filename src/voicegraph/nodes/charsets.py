"""Text that comes from outside, as characters: which charsets are known, and decoding that lets others have their turn.

A decoder written in C keeps the interpreter to itself until it is done, whichever thread calls it, and the time of
punycode's grows with the square of the length: seconds for a megabyte, minutes for ten. So only the charsets of the web
are known here, and they are decoded in pieces.
"""

from __future__ import annotations

import codecs
import re
from encodings.aliases import aliases
from functools import cache

import httpx

PIECE_BYTES = 16 << 10
"""The slowest decoder asks what to put in the place of each single byte: a few milliseconds."""
LONGEST = 4
"""Bytes of a character; a text of nothing but signs that switch to another script would not come to its end."""

_WEB = frozenset({
    "utf_8", "utf_16_le", "utf_16_be", "ascii", "latin_1", "koi8_r", "koi8_u", "mac_roman", "mac_cyrillic", "cp866",
    "cp874", "big5", "big5hkscs", "gb2312", "gbk", "gb18030", "euc_jp", "iso2022_jp", "shift_jis", "cp932", "euc_kr",
    "cp949", *(f"cp125{number}" for number in range(9)), *(f"iso8859_{number}" for number in (*range(2, 12), *range(13, 17))),
})  # fmt: skip
"""The encodings of the WHATWG's standard, by Python's names. No punycode, zlib or base64, which are no charsets."""
_NAMES = {
    "utf_16": "utf_16_le", "iso_8859_8_i": "iso8859_8", "windows_31j": "cp932", "windows_874": "cp874", "windows_949": "cp949", "x_gbk": "gbk",
    "x_cp1250": "cp1250", "x_cp1251": "cp1251", "x_cp1252": "cp1252", "x_euc_jp": "euc_jp", "x_sjis": "shift_jis",
    "x_mac_cyrillic": "mac_cyrillic", "x_mac_roman": "mac_roman", "x_x_big5": "big5", "x_user_defined": "cp1252",
}  # fmt: skip
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def codec_of(charset: str | None) -> str | None:
    """Python's name of a charset as answers and pages name it; None for what is none of the web's."""
    return _known().get(re.sub(r"[^a-z0-9]+", "_", charset[:40].lower()).strip("_")) if charset else None


def marked(content: bytes) -> str | None:
    """The encoding that the byte order mark at the beginning tells."""
    return next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)


def decoded(content: bytes, codec: str, errors: str = "strict", most: int | None = None) -> str:
    """The text, or its first `most` characters: then nothing after them is looked at. UnicodeError."""
    decoder = codecs.getincrementaldecoder(codec)(errors)
    end = len(content) if most is None else min(len(content), most * LONGEST)
    pieces: list[str] = []
    length = 0
    for start in range(0, end, PIECE_BYTES):
        pieces.append(decoder.decode(content[start : min(start + PIECE_BYTES, end)]))
        length += len(pieces[-1])
        if most is not None and length >= most:
            return "".join(pieces)[:most]
    if end == len(content):
        pieces.append(decoder.decode(b"", final=True))
    return "".join(pieces)[:most]


def encoded(text: str) -> bytes:
    """The text in UTF-8, with a question mark for half a surrogate pair."""
    starts = range(0, len(text), PIECE_BYTES)
    return b"".join(text[start : start + PIECE_BYTES].encode(errors="replace") for start in starts)


def text_of(response: httpx.Response, most: int | None = None) -> str:
    """What the body of an answer says, in its own charset or UTF-8; for a large body this is work for a thread."""
    content = response.content
    return decoded(content, marked(content) or codec_of(response.charset_encoding) or "utf-8", "replace", most)


@cache
def _known() -> dict[str, str]:
    return {name: name for name in _WEB} | {name: codec for name, codec in aliases.items() if codec in _WEB} | _NAMES
