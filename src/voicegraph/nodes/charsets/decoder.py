"""The one decoder of all that comes from outside: uploads, pages, answers, feeds, XML, calls of webhooks.

What counts, in this order: a byte order mark; the encoding a person named; what the transport declares; what the document
declares, wherever in it; UTF-8, where the bytes are that or nearly so; UTF-16 without a mark; a guess, which is told.
A declaration that the bytes contradict is passed over: bytes that are no UTF-8 at all, or UTF-8 under the name of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from voicegraph.nodes.charsets.charsets import WEB, decoded, marked, name_of, python_codec
from voicegraph.nodes.charsets.declared import declared_in, ebcdic_of
from voicegraph.nodes.charsets.guess import guess
from voicegraph.nodes.charsets.samples import sample_of, wide

if TYPE_CHECKING:
    import httpx
    from pydantic import JsonValue

_ESCAPES = ((b"\x1b$)C", "iso-2022-kr"), (b"\x1b$B", "iso-2022-jp"), (b"\x1b$@", "iso-2022-jp"), (b"\x1b(J", "iso-2022-jp"),
            (b"\x1b(I", "iso-2022-jp"))  # fmt: skip
_SURE = 3
"""So many different characters of UTF-8, and no byte that is none, are no accident in a charset of one byte."""
_SINGLE = re.compile(r"windows-|iso-8859-|koi8-|ibm|x-mac|macintosh")
_BEYOND = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """`encoding` is the WHATWG's name in lower case; `replaced` counts what became U+FFFD, `dropped` what is no character."""

    text: str
    encoding: str
    guessed: bool = False
    replaced: int = 0
    dropped: int = 0
    contradicted: str | None = None
    """What it was declared as, where the bytes are not in it."""

    @property
    def meta(self) -> dict[str, JsonValue]:
        """What a node says of it."""
        found: dict[str, JsonValue] = {"encoding": self.encoding}
        if self.guessed:
            found["encodingGuessed"] = True
            if self.contradicted:
                found["encodingDeclared"] = self.contradicted
        if self.replaced:
            found["replacedCharacters"] = self.replaced
        if self.dropped:
            found["droppedCharacters"] = self.dropped
        return found


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a content's encoding beside its bytes: what a person named, what the transport declared."""

    named: str | None = None
    declared: str | None = None


UNTOLD = Labels()


def decode(
    content: bytes,
    *,
    named: str | None = None,
    declared: str | None = None,
    markup: bool = False,
    most: int | None = None,
) -> Decoded:
    """The text, or its first `most` characters.

    `named` is a person's choice, `declared` the transport's word; `markup` looks for the document's own. Labels that are
    unknown count for nothing. For a large content this is work for a thread or a process.
    """
    if mark := marked(content):
        return _read(content, mark[0], most, start=mark[1])
    if name := name_of(named):
        return _read(content, name, most)
    if markup and (codec := ebcdic_of(content)):
        return Decoded(decoded(content, codec, WEB, most), codec)
    labels = [declared, *(declared_in(content) if markup else ())]
    sample = sample_of(content)
    names = [name for label in labels if (name := name_of(label))]
    if name := _declared(names, sample):
        return _read(content, name, most)
    return replace(_undeclared(content, sample, most), contradicted=names[0] if names else None)


def read_answer(response: httpx.Response, named: str | None = None, most: int | None = None) -> Decoded:
    """What the body of an answer says; for a large body this is work for a thread."""
    markup = response.content[:64].lstrip().startswith(b"<")
    return decode(response.content, named=named, declared=response.charset_encoding, markup=markup, most=most)


def text_of(response: httpx.Response, most: int | None = None) -> str:
    """Its text alone."""
    return read_answer(response, most=most).text


def told(meta: dict[str, JsonValue], name: str) -> Iterable[str]:
    """What the log says of a text that may not be right."""
    if meta.get("encodingGuessed"):
        declared = meta.get("encodingDeclared")
        why = (
            f"says that its text is {declared}, which it is not" if declared else "does not say how its text is encoded"
        )
        yield (
            f"{name} {why}; it was read as {meta['encoding']}, which is a guess. "
            "If letters are wrong, name the encoding in the node."
        )
    if count := meta.get("replacedCharacters"):
        yield f"{name} is not all {meta['encoding']}: {count} bad {'byte stands' if count == 1 else 'bytes stand'} as \ufffd in its text."
    if count := meta.get("droppedCharacters"):
        yield f"{name} holds {count} NUL, which is no character of a text: it was left out."


def _read(content: bytes, name: str, most: int | None, *, start: int = 0, guessed: bool = False) -> Decoded:
    codec = python_codec(name)
    try:
        text = decoded(content, codec, most=most, start=start)
        bad = text.count("\ufffd") if codec == "cp932" else 0
    except UnicodeError:
        text = decoded(content, codec, WEB, most, start)
        bad = text.count("\ufffd")
    return Decoded(text, name, guessed, bad)


def _declared(names: list[str], sample: bytes) -> str | None:
    """The first declaration that the bytes do not contradict."""
    if not names:
        return None
    good, bad, runs = _as_utf8(sample)
    if good and not bad and ("utf-8" in names or (len(good) >= _SURE and _SINGLE.match(names[0]))):
        return "utf-8"
    for name in names:
        if name == "utf-8":
            alone = set(names) == {"utf-8"}
            if (alone and runs <= 1) or len(good) >= runs:
                return name
        elif name.startswith("utf-16") or (name.startswith("utf-32") and wide(sample) == name):
            return name
        elif name.startswith("utf-32"):
            continue
        elif not wide(sample):
            text = decoded(sample, python_codec(name), WEB)
            wrong = text.count("\ufffd")
            if not (wrong > 1 and good and not bad) and wrong <= 3 + len(_BEYOND.findall(text)) // 10:
                return name
    return None


def _undeclared(content: bytes, sample: bytes, most: int | None) -> Decoded:
    if name := wide(sample):
        return _read(content, name, most, guessed=True)
    if sample.isascii():
        head = content[: 1 << 16]
        name = next((name for sign, name in _ESCAPES if sign in head), None)
        return _read(content, name or "utf-8", most, guessed=name is not None)
    good, bad, _ = _as_utf8(sample)
    if not bad:
        read = _read(content, "utf-8", most)
        return Decoded(read.text, read.encoding, read.replaced > 0, read.replaced)
    name = "utf-8" if len(good) > bad or (len(good) == bad and all(map(_is_usual, good))) else guess(sample)
    return _read(content, name, most, guessed=True)


def _as_utf8(sample: bytes) -> tuple[list[str], int, int]:
    """(the characters beyond ASCII that are UTF-8, bytes that are not, runs of such bytes)."""
    text = sample.decode("utf-8", "surrogateescape")
    good = [character for character in _BEYOND.findall(text) if not "\udc80" <= character <= "\udcff"]
    runs = re.findall("[\udc80-\udcff]+", text)
    return good, sum(map(len, runs)), len(runs)


def _is_usual(character: str) -> bool:
    """A letter of the Latin scripts or a sign of print; pairs that look like UTF-8 by accident are of others."""
    return character < "\u0250" or "\u2010" <= character <= "\u20bf"
