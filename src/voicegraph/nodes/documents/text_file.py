"""Text files: which encoding, and is it text at all."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from voicegraph.errors import NodeError
from voicegraph.nodes.charsets.charsets import WEB, decoded, marked, name_of, python_codec
from voicegraph.nodes.charsets.declared import declared_in
from voicegraph.nodes.charsets.decoder import UNTOLD, Decoded, Labels, decode
from voicegraph.nodes.charsets.guess import WESTERN
from voicegraph.nodes.charsets.samples import wide
from voicegraph.nodes.data import large_json
from voicegraph.nodes.data.json_errors import wrong_json
from voicegraph.nodes.data.json_lines import SUFFIXES, plain_records, records
from voicegraph.nodes.data.jsonable import unkept
from voicegraph.nodes.documents.page_source import readable, tree_of
from voicegraph.nodes.documents.parsed_document import MAX_TEXT, Document
from voicegraph.words.truncation import cut

if TYPE_CHECKING:
    from pydantic import JsonValue

_SAMPLE = 4096
_NUL = "\x00"
_WRITTEN = "\t\n\f\r\x1b"
_KOREAN, _SHIFTS = b"\x1b$)C", "\x0e\x0f"
"""How iso-2022-kr announces itself, and the signs by which it goes to Korean and back."""
_END_MARK = "\x1a"
"""What programs of DOS write behind the last line."""


def parse_text(_name: str, content: bytes, labels: Labels = UNTOLD) -> Document:
    """The text as it is, cut at `MAX_TEXT` characters."""
    read = read_text(content, labels)
    return shortened(read.text, {"format": "text", **read.meta})


def parse_json(name: str, content: bytes, labels: Labels = UNTOLD) -> Document:
    """The text as it is, and its value in `data`; of JSON Lines a list of their values."""
    read = read_text(content, labels)
    try:
        data, form = _values_of(name, read.text)
    except (ValueError, RecursionError) as error:
        raise NodeError("bad_json", f"{name} is not valid JSON: {wrong_json(error)}.") from error
    meta: dict[str, JsonValue] = {"format": form, **read.meta}
    if note := unkept(read.text, data, f"{name}'s data"):
        meta["note"] = note
        data = large_json.decode(large_json.compact(data))
    document = shortened(read.text, meta)
    return Document(document.text, data, document.meta)


def json_value(text: str) -> JsonValue:
    """ValueError, RecursionError. NaN and Infinity, which some programs write, are read as in the answers of services."""
    return json.loads(text)


def _values_of(name: str, text: str) -> tuple[JsonValue, str]:
    """The value, and the format: one for all, or one in each line."""
    if name.lower().endswith(SUFFIXES):
        return records(text, json_value), "jsonl"
    try:
        return json_value(text), "json"
    except ValueError:
        if found := plain_records(text, json_value):
            return found, "jsonl"
        raise


def parse_html(name: str, content: bytes, labels: Labels = UNTOLD) -> Document:
    """The readable text of a saved web page, as Markdown."""
    read = read_text(content, labels, markup=True)
    tree, source = tree_of(read.text)
    text, large = readable(source, tree, links=True)
    if not text.strip():
        raise NodeError("no_text", f"{name} is a web page without readable text.")
    return shortened(text, {"format": "html", **({"all_text": True} if large else {}), **read.meta})


def read_text(content: bytes, labels: Labels = UNTOLD, *, markup: bool = False) -> Decoded:
    """The text of a file, without NUL, which is counted, and DOS's mark at its end; markup says itself how it is encoded."""
    markup = markup or content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    read = decode(content, named=labels.named, declared=labels.declared, markup=markup)
    text = read.text
    if _END_MARK in text[len(bare := text.rstrip(f"{_NUL}{_END_MARK}")) :]:
        text = bare
    return replace(read, text=text.replace(_NUL, ""), dropped=text.count(_NUL))


def looks_binary(content: bytes, labels: Labels = UNTOLD) -> bool:
    """NUL or many control characters near the beginning, in no encoding of text that explains them.

    NUL counts for nothing where a person named the encoding: records of a fixed width are filled with it.
    A single one is a fault of the text: a program stopped while it wrote, a field of fixed width.
    """
    sample = content[:_SAMPLE]
    if marked(sample) or wide(sample):
        return False
    name = name_of(labels.named) or name_of(labels.declared) or ""
    text = decoded(sample, python_codec(name if name.startswith(("utf-16", "utf-32")) else WESTERN), WEB)
    fine = _WRITTEN + _SHIFTS if _is_korean(sample, name) else _WRITTEN
    if name_of(labels.named) and (filled := text.replace(_NUL, "")):
        text = filled
    bare = text.rstrip(f"{_NUL}{_END_MARK}")
    if _END_MARK in text[len(bare) :] or (bare and not _controls(bare, fine)):
        text = bare  # the rest fills a block
    strange = _controls(text, fine) + sum("\ud800" <= one <= "\uf8ff" or one == "\ufffd" for one in text)
    is_empty = bool(text) and not text.strip(_NUL)
    return is_empty or strange > max(1, len(text) // 20) or text.count(_NUL) > 1 + len(text) // 500


def _is_korean(sample: bytes, name: str) -> bool:
    """Whether it is announced as iso-2022-kr, in its bytes, by its label or by the page itself."""
    if _KOREAN in sample or name == "iso-2022-kr":
        return True
    return b"<" in sample and any(name_of(label) == "iso-2022-kr" for label in declared_in(sample))


def _controls(text: str, fine: str) -> int:
    return sum((one < " " or one == "\x7f") and one not in fine for one in text)


def shortened(text: str, meta: dict[str, JsonValue]) -> Document:
    """A document that keeps the first `MAX_TEXT` characters and says so."""
    if len(text) <= MAX_TEXT:
        return Document(text, None, meta)
    return Document(cut(text, MAX_TEXT), None, {**meta, "truncated": True, "characters": len(text)})
