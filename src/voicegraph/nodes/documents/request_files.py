"""The bytes of a file that came with a request, as its text, its Base64 or a data URL; nothing says which of them it is.

A data URL says so itself. Of other texts, Base64 is what has its form (one alphabet, lines of one width, whole) and

- begins, decoded, as a PDF, an image, an archive or another binary file does; or
- comes under the name of a file that is no text, like scan.png; or
- has capitals among small letters or ends with `=`, as no word, number or hexadecimal line does, and reads as a text that
  somebody wrote: in UTF-8 or UTF-16, in the encoding that the node names, or plainly in another.

Everything else is the text that it is: words, tokens, keys, “AAAA”.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from codecs import BOM_UTF8
from itertools import pairwise
from urllib.parse import unquote_to_bytes

from voicegraph.graph.legacy_format import CONTENT, PDF, SentFile, data_url
from voicegraph.nodes.charsets.charsets import name_of
from voicegraph.nodes.charsets.decoder import decode
from voicegraph.nodes.charsets.guess import likelihood
from voicegraph.nodes.documents.file_kind import is_no_text, signature

_SAMPLE = 1_000
"""Characters of Base64 by which a long text is judged before all of it is looked at; a whole number of fours."""
_ALPHABET = re.compile(r"[A-Za-z0-9+/=\r\n]*")
_CODED = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_WIDTH = 20
"""Characters of a line; in shorter ones stand lists."""
_FEW = 9
"""Bytes of which a word may be the Base64 by accident."""
_LONG = 24
"""Bytes; of so many at random some are control characters."""
_USUAL = re.compile(
    r"[\w\s,;.:!?@()\"'{}\[\]<>/=|\u2010-\u2026\u2600-\u27bf\u3000-\u303f\uff00-\uffef\U0001f000-\U0001faff€£°§–-]"
)
_LIKELY, _LIKELY_LONG, _LIKELY_NAMED = -5.0, -7.5, -9.0
"""How likely the letters of a text have to be, each: as texts of some language are, and bytes at random are not."""


def content_of(sent: SentFile) -> bytes:
    """The bytes of the file. ValueError when it is no text, or its Base64 is broken."""
    text = sent.content
    if not isinstance(text, str):
        message = f"{CONTENT} is to be a text: the text of the file, its Base64 or a data URL"
        raise ValueError(message)  # noqa: TRY004  # as of every other content that is wrong
    if url := data_url(text):
        body = text[url.end() :]
        return _base64(unquote_to_bytes(body).decode("latin-1")) if url[3] else unquote_to_bytes(body)
    named = name_of(sent.encoding)
    is_binary = is_no_text(sent.name) or sent.media_type == PDF
    coded = _base64_in(text, named, is_binary=is_binary)
    if coded is not None:
        return coded
    # As text, it is decoded already: with the mark it stays so, whatever the encoding of the file was.
    other = named not in (None, "utf-8") and (named.startswith("utf-") or not text.isascii())
    return (BOM_UTF8 if other else b"") + text.encode("utf-8", "replace")


def _base64_in(text: str, named: str | None, *, is_binary: bool) -> bytes | None:
    """What the text is the Base64 of, where it plainly is some. ValueError where that is broken."""
    if not (_ALPHABET.fullmatch(text[:_SAMPLE]) and _ALPHABET.fullmatch(text)):
        return None
    lines = text.split()
    joined = "".join(lines)
    head = _head(joined)
    if signature(head) and len(head) > _FEW:
        return _base64(joined)
    if len(joined) % 4 or not _CODED.fullmatch(joined) or not _is_canonical(joined):
        return None
    if is_binary and len(head) > _FEW:
        return base64.b64decode(joined)
    width = len(lines[0])
    in_lines = len(lines) == 1 or (width >= _WIDTH and {*map(len, lines[:-1])} == {width} and len(lines[-1]) <= width)
    return base64.b64decode(joined) if in_lines and _is_no_word(joined) and _is_written(head, named) else None


def _head(joined: str) -> bytes:
    """The first bytes; none where it is no Base64."""
    try:
        return base64.b64decode(joined[: min(len(joined) // 4 * 4, _SAMPLE)])
    except ValueError:
        return b""


def _is_no_word(joined: str) -> bool:
    """Whether a capital follows something and a small letter is there, or a sign at the end fills a place."""
    start = joined[:_SAMPLE]
    return joined.endswith("=") or (start[1:] != start[1:].lower() and start != start.upper())


def _is_canonical(joined: str) -> bool:
    """Whether the last sign holds no bits that count for nothing."""
    return base64.b64encode(base64.b64decode(joined[-4:])).decode() == joined[-4:]


def _is_written(content: bytes, named: str | None) -> bool:
    """Whether it reads as a text of somebody's, without a bad byte or a control character."""
    read = decode(content, named=named)
    text = read.text.rstrip("\x00\x1a")
    if not text or read.replaced > len(text) // 100 or not all(map(_is_character, text)):
        return False
    few = len(content) <= _FEW
    sure = read.encoding == "utf-8" or read.encoding.startswith("iso-2022") or _is_wide(content, read.encoding)
    if sure and not few:
        return True
    strange = len(text) - len(_USUAL.findall(text))
    if strange > (0 if few else len(text) // 7) or _changes(text) > len(text) // 8:
        return False
    likely = _LIKELY_NAMED if named else _LIKELY_LONG if len(content) >= _LONG else _LIKELY
    return sure or likelihood(text, read.encoding) >= likely


def _is_wide(content: bytes, encoding: str) -> bool:
    return encoding.startswith(("utf-16", "utf-32")) and 3 * content.count(0) >= len(content)


def _changes(text: str) -> int:
    """Where a word goes on as a number, in capitals or in another script, or a number as a word."""
    return sum(_differ(one, other) for one, other in pairwise(text) if one.isalnum() and other.isalnum())


def _differ(one: str, other: str) -> bool:
    return (
        one.isdigit() is not other.isdigit()
        or (one.islower() and other.isupper())
        or (one < "\u0250") is not (other < "\u0250")
    )


def _is_character(character: str) -> bool:
    return character in "\t\n\r\f\x1b" or unicodedata.category(character) not in ("Cc", "Cn", "Co", "Cs")


def _base64(text: str) -> bytes:
    plain = "".join(text.split())
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except ValueError as error:  # other alphabets, too
        raise ValueError("the Base64 is broken") from error
