"""Text files: which encoding, and is it text at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from voicegraph.errors import NodeError
from voicegraph.imports import importing
from voicegraph.nodes.charsets import decoded, marked
from voicegraph.nodes.cutting import cut
from voicegraph.nodes.documents.model import MAX_TEXT, Document

if TYPE_CHECKING:
    from pydantic import JsonValue

_SAMPLE = 4096


def parse_text(_name: str, content: bytes) -> Document:
    """The text as it is, cut at `MAX_TEXT` characters."""
    text, encoding = decode(content)
    return shortened(text, {"format": "text", "encoding": encoding})


def parse_json(name: str, content: bytes) -> Document:
    """The text as it is, and its value in `data`."""
    text, encoding = decode(content)
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise NodeError("bad_json", f"{name} is not valid JSON: {error}.") from error
    document = shortened(text, {"format": "json", "encoding": encoding})
    return Document(document.text, data, document.meta)


def parse_html(name: str, content: bytes) -> Document:
    """The readable text of a saved web page, as Markdown."""
    with importing("trafilatura"):
        import trafilatura

    html, encoding = decode(content)
    text = trafilatura.extract(html, output_format="markdown", include_links=True) or trafilatura.html2txt(html)
    if not text.strip():
        raise NodeError("no_text", f"{name} is a web page without readable text.")
    return shortened(text, {"format": "html", "encoding": encoding})


def decode(content: bytes, most: int | None = None) -> tuple[str, str]:
    """The text, or `most` characters, and its encoding: a byte order mark decides, then UTF-8, UTF-16, Windows-1252."""
    for encoding in _candidates(content):
        try:
            text = decoded(content, encoding, most=most)
        except UnicodeError:
            continue
        return text.replace("\x00", ""), encoding
    return decoded(content, "cp1252", "replace", most), "cp1252"


def looks_binary(content: bytes) -> bool:
    """NUL or many control characters near the beginning, in no encoding of text that explains them."""
    sample = content[:_SAMPLE]
    if marked(sample) or _utf16_without_mark(sample):
        return False
    controls = sum(byte < 32 and byte not in b"\t\n\f\r\x1b" for byte in sample)
    return b"\x00" in sample or controls > len(sample) // 20


def shortened(text: str, meta: dict[str, JsonValue]) -> Document:
    """A document that keeps the first `MAX_TEXT` characters and says so."""
    if len(text) <= MAX_TEXT:
        return Document(text, None, meta)
    return Document(cut(text, MAX_TEXT), None, {**meta, "truncated": True, "characters": len(text)})


def _candidates(content: bytes) -> list[str]:
    if encoding := marked(content):
        return [encoding, "utf-8"]
    wide = _utf16_without_mark(content[:_SAMPLE])
    return [wide] if wide else ["utf-8"]


def _utf16_without_mark(sample: bytes) -> str | None:
    """Western text in UTF-16 has a NUL in nearly every second byte, and only there."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    most = len(sample) // 2 * 0.7
    if len(sample) < 4 or (even and odd):
        return None
    return "utf-16-le" if odd > most else "utf-16-be" if even > most else None


def _refuse_constant(value: str) -> None:
    raise ValueError(f"{value} is not a JSON value")
