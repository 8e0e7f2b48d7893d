"""Long texts within JSON: taken out before it is parsed, and put back into what comes of it.

The parser of large JSON gets it in pieces, and reads a text that is not over from its beginning again with each of them.
So a text of many pieces is cut out, decoded by itself in pieces, and a short name stands in its place meanwhile.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from voicegraph.errors import NodeError

MAX_DIGITS = 1_000
"""Of one number in large JSON: to make a number of its digits takes time with the square of them."""
WINDOW = 128 << 10
"""Bytes that are looked at in one call. A text that does not end within as many is long."""
PIECE = 64 << 10

_TEXT = re.compile(
    rb'(?:[^"\\]+|\\[^u]'
    rb"|\\u(?![dD][89abAB])[0-9a-fA-F]{4}"
    rb"|\\u[dD][89abAB][0-9a-fA-F]{2}(?:\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?=.{6})))*",
    re.DOTALL,
)
"""A part of a text that may be decoded by itself: no escape is cut in two, nor a pair of them that is one character."""
_BEYOND = b" " * 6
"""What `_TEXT` looks ahead, at the end of a document."""


def too_long_number() -> NodeError:
    """A number that nobody computes with."""
    return NodeError(
        "too_large", f"A number in the data has more than {MAX_DIGITS:,} digits. Numbers are not that long."
    )


def take_out(document: bytes, digits: int = MAX_DIGITS) -> tuple[bytes, dict[str, str]]:
    """The document with short names for its long texts, and those texts by their names.

    ValueError when a text does not end or is none, NodeError `too_large` for a number of more digits than that.
    """
    document += _BEYOND
    rest: list[bytes] = []
    taken: dict[str, str] = {}
    at, prefix = 0, secrets.token_hex(16)  # nothing in the document can be mistaken for it
    done = 0
    while (start := _next_long(document, at, _short(digits))) is not None:
        text, at = _decoded(document, start + 1)
        name = f"{prefix}{len(taken)}"
        taken[name] = text
        rest += [document[done:start], b'"%s"' % name.encode()]
        done = at
    return (b"".join([*rest, document[done:]]) if taken else document), taken


def put_back(root: Any, taken: dict[str, str]) -> Any:
    """The value with the texts in the place of their names."""
    if not taken:
        return root
    holder: list[Any] = [root]
    left: list[list[Any] | dict[str, Any]] = [holder]
    while left:
        inside = left.pop()
        if isinstance(inside, dict) and not taken.keys().isdisjoint(inside):
            fields = [(taken.get(key, key), value) for key, value in inside.items()]
            inside.clear()
            inside.update(fields)
        for key, value in [*(inside.items() if isinstance(inside, dict) else enumerate(inside))]:
            if isinstance(value, str):
                if (text := taken.get(value)) is not None:
                    cast("Any", inside)[key] = text
            elif isinstance(value, dict | list):
                left.append(cast("Any", value))
    return holder[0]


@cache
def _short(digits: int) -> re.Pattern[bytes]:
    """Any run of texts that end, numbers that are not too long, and what is between."""
    number = rb"[0-9]{1,%d}(?![0-9])" % digits
    return re.compile(rb'(?:[^"0-9]+|%s|"[^"\\]*(?:\\.[^"\\]*)*")*' % number, re.DOTALL)


def _next_long(document: bytes, at: int, short: re.Pattern[bytes]) -> int | None:
    """Where the next long text begins, from a place between texts."""
    last = len(document)
    while at < last:
        end = min(at + WINDOW, last)
        found = short.match(document, at, end)
        stop = found.end() if found else at
        if stop < end and document[stop] != ord('"'):
            raise too_long_number()
        if stop == at:
            return at
        at = stop
    return None


def _steps(document: bytes, at: int) -> Iterator[tuple[int, bool]]:
    """The ends of the parts of a text, and whether each is the last."""
    while at < len(document):
        found = _TEXT.match(document, at, min(at + PIECE, len(document)))
        stop = found.end() if found else at
        ended = stop < len(document) and document[stop] == ord('"')
        while not ended and stop > at and stop < len(document) and document[stop] & 0xC0 == 0x80:
            stop -= 1  # within a character
        if stop == at and not ended:
            raise ValueError("a text in it has an escape that is none")
        yield stop, ended
        if ended:
            return
        at = stop


def _decoded(document: bytes, at: int) -> tuple[str, int]:
    """The text that begins here, and where what follows it begins."""
    parts: list[str] = []
    for stop, ended in _steps(document, at):
        parts.append(json.loads(b'"%s"' % document[at:stop]))
        at = stop
        if ended:
            return "".join(parts), stop + 1
    raise ValueError("a text in it does not end")
