"""Text that comes from outside, as characters: which charsets are known, and decoding that lets others have their turn.

A decoder written in C keeps the interpreter to itself until it is done, whichever thread calls it, and the time of
punycode's grows with the square of the length: seconds for a megabyte, minutes for ten. So only the charsets of the web
are known here, and they are decoded in pieces. Which of them a text is in is decided in `decoder.py`.
"""

from __future__ import annotations

import codecs
import re
from email.message import Message
from encodings.aliases import aliases
from functools import cache

import webencodings
from webencodings.labels import LABELS

PIECE_BYTES = 16 << 10
"""The slowest decoder asks what to put in the place of each single byte: a few milliseconds."""
LONGEST = 4
"""Bytes of a character; a text of nothing but signs that switch to another script would not come to its end."""
WEB = "web"
"""The error handler of the web: U+FFFD for each bad byte, and what browsers know of a charset and Python does not."""

_CODECS = {
    "utf-8": "utf_8", "utf-16le": "utf_16_le", "utf-16be": "utf_16_be", "utf-32le": "utf_32_le",
    "utf-32be": "utf_32_be", "ibm866": "cp866", "macintosh": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic", "windows-874": "cp874", "gbk": "gb18030", "gb18030": "gb18030",
    "big5": "big5hkscs", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp_ext", "shift_jis": "cp932", "euc-kr": "cp949",
    "koi8-r": "koi8_r", "koi8-u": "koi8_u", "iso-8859-8-i": "iso8859_8", "x-user-defined": "x_user_defined",
    "iso-2022-kr": "iso2022_kr", "hz-gb-2312": "hz",
    **{f"windows-125{number}": f"cp125{number}" for number in range(9)},
    **{f"iso-8859-{number}": f"iso8859_{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"ibm{number}": f"cp{number}" for number in (437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 869)},
}  # fmt: skip
"""The encodings of the WHATWG's standard and Python's names of them. No punycode, zlib or base64, which are no charsets.

Known as well, where they are named: UTF-32, two that browsers refuse for the sake of scripts in pages, as nothing
here is run, and the code pages of DOS, in which old programs still write their tables. Of these only 850, of Western Europe,
is guessed: what it holds is plainly no text in Windows' own.
"""
_PYTHONS = {"latin_1": "windows-1252", "ascii": "windows-1252", "iso8859_9": "windows-1254", "gb2312": "gbk", "gbk": "gbk",
            "big5": "big5", "cp950": "big5", "shift_jis": "shift_jis", "euc_kr": "euc-kr", "iso2022_jp": "iso-2022-jp",
            "utf_16": "utf-16le", "utf_32": "utf-32le"}  # fmt: skip
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32le"),
    (codecs.BOM_UTF32_BE, "utf-32be"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
_NO_CHARACTERS = {0xF8F0: "\ufffd", 0xF8F1: "\ufffd", 0xF8F2: "\ufffd", 0xF8F3: "\ufffd"}
"""What Python makes of four bytes that are none in Shift_JIS."""


def name_of(label: str | None) -> str | None:
    """The WHATWG's name of a charset as answers, pages and people call it; None for what is not known."""
    return _names().get(_bare(label[:40])) if label else None


def codec_of(label: str | None) -> str | None:
    """Python's name of a charset as answers and pages name it; None for what is none of the web's."""
    name = name_of(label)
    return _CODECS[name] if name else None


def charset_in(media_type: str) -> str | None:
    """The `charset` of a media type, as `text/csv; charset=windows-1251` has it."""
    message = Message()
    message["content-type"] = media_type.replace("\r", " ").replace("\n", " ")
    try:
        return message.get_content_charset()
    except (LookupError, ValueError):  # RFC 2231's own charset, which is none
        return None


def python_codec(name: str) -> str:
    """Python's name of what `name_of` or `marked` gave."""
    return _CODECS.get(name) or name.replace("32", "-32-").replace("--", "-")


def marked(content: bytes) -> tuple[str, int] | None:
    """The encoding that the byte order mark at the beginning tells, and the length of the mark."""
    return next(((encoding, len(mark)) for mark, encoding in _MARKS if content.startswith(mark)), None)


def decoded(content: bytes, codec: str, errors: str = "strict", most: int | None = None, start: int = 0) -> str:
    """The text, or its first `most` characters: then nothing after them is looked at. UnicodeError."""
    decoder = codecs.getincrementaldecoder(codec)(errors)
    end = len(content) if most is None else min(len(content), start + most * LONGEST)
    pieces: list[str] = []
    length = 0
    for at in range(start, end, PIECE_BYTES):
        pieces.append(decoder.decode(content[at : min(at + PIECE_BYTES, end)]))
        length += len(pieces[-1])
        if most is not None and length >= most:
            break
    else:
        if end == len(content):
            pieces.append(decoder.decode(b"", final=True))
    if codec == "cp932":
        pieces = [piece.translate(_NO_CHARACTERS) for piece in pieces]
    return "".join(pieces)[:most]


def encoded(text: str) -> bytes:
    """The text in UTF-8, with a question mark for half a surrogate pair."""
    starts = range(0, len(text), PIECE_BYTES)
    return b"".join(text[start : start + PIECE_BYTES].encode(errors="replace") for start in starts)


def _bare(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", label.lower())


@cache
def _names() -> dict[str, str]:
    """By letters and digits alone: people write `UTF_8` and `Windows 1251`."""
    ours = {codec: name for name, codec in _CODECS.items()} | _PYTHONS
    names = {_bare(alias): ours[codec] for alias, codec in aliases.items() if codec in ours}
    names |= {_bare(codec): name for codec, name in ours.items()}
    web = {_bare(label): name for label, name in LABELS.items() if name in _CODECS}
    return names | web | {_bare(name): name for name in _CODECS}


def _mend(error: UnicodeError) -> tuple[str, int]:
    """What stands for bytes that Python's decoder refuses, and where to go on."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte, at = error.object[error.start], error.start
    match error.encoding:
        case "charmap" if 0x80 <= byte < 0xA0:  # the holes of Windows' code pages are control characters
            return chr(byte), at + 1
        case "gb18030" if byte == 0x80:
            return "€", at + 1
        case "euc_jp" if character := _of_nec(error.object[at : at + 2]):
            return character, at + 2
        case "utf-8" | "utf-16-le" | "utf-16-be" | "utf-32-le" | "utf-32-be":
            return "\ufffd", error.end
        case _:
            return "\ufffd", at + 1


def _of_nec(pair: bytes) -> str | None:
    """A character of the rows that NEC and IBM added, which Shift_JIS has and Python's EUC-JP lacks."""
    if len(pair) < 2 or min(pair) < 0xA1 or max(pair) > 0xFE:
        return None
    row, column = pair[0] - 0xA1, pair[1] - 0xA1
    lead = row // 2 + (0x81 if row < 62 else 0xC1)
    trail = column + 0x9F if row % 2 else column + (0x40 if column < 63 else 0x41)
    try:
        return bytes((lead, trail)).decode("cp932")
    except UnicodeDecodeError:
        return None


def _user_defined(name: str) -> codecs.CodecInfo | None:
    found = webencodings.lookup("x-user-defined") if name == "x_user_defined" else None
    return found.codec_info if found else None


codecs.register_error(WEB, _mend)
codecs.register(_user_defined)
