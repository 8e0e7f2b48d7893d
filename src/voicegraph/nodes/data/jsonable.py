"""Values that JSON and every reader of it can hold: no NaN or Infinity, whole characters, a bounded depth."""

from __future__ import annotations

import math
import re
from typing import Any, cast

from pydantic import JsonValue

from voicegraph.graph.model import MAX_DEPTH

MAX_SENT_DEPTH = 200
"""Levels that every library here can write; what nodes give to one another has fewer."""
_UNKEPT = re.compile(r"NaN|Infinity|[eE]\+?[3-9]\d\d|\\u[dD][89a-fA-F]")
"""What a value comes from that data cannot hold."""
_HALF = re.compile("[\ud800-\udfff]")
_PIECE = 1 << 20
_FLAWS = {
    "NaN": "a number in it is NaN (not a number)",
    "Infinity": "a number in it is too large (Infinity)",
    "half": "a text in it holds half a character (an escape like \\ud800 stands alone)",
}


def has_half(text: str) -> bool:
    """Whether there is half of a surrogate pair in it, which no encoding can write."""
    return not text.isascii() and any(_HALF.search(text, at, at + _PIECE) for at in range(0, len(text), _PIECE))


def without_halves(text: str) -> str:
    """The text with `?` for half of a surrogate pair, as data has it."""
    return _HALF.sub("?", text) if has_half(text) else text


def is_deeper(limit: int, data: JsonValue) -> bool:
    """Whether lists and objects stand within one another more often than that."""
    level: list[list[JsonValue] | dict[str, JsonValue]] = [data] if isinstance(data, list | dict) else []
    for _ in range(limit):
        inside = (value for holder in level for value in (holder.values() if isinstance(holder, dict) else holder))
        level = [value for value in inside if isinstance(value, list | dict)]
    return bool(level)


def unsendable(data: JsonValue, limit: int = MAX_SENT_DEPTH) -> str | None:
    """What of the value cannot be sent as JSON, in words; None when all of it can."""
    if is_deeper(limit, data):
        return f"it is nested more than {limit} levels deep"
    return next((words for flaw, words in _FLAWS.items() if flaw in _flaws(data)), None)


def _flaws(data: JsonValue) -> set[str]:
    """Which of `_FLAWS` are in it."""
    found: set[str] = set()
    left: list[object] = [data]
    while left:
        value = left.pop()
        if isinstance(value, float) and not math.isfinite(value):
            found.add("NaN" if math.isnan(value) else "Infinity")
        elif isinstance(value, str) and has_half(value):
            found.add("half")
        elif isinstance(value, dict):
            holder = cast("dict[str, Any]", value)
            left += [*holder, *holder.values()]
        elif isinstance(value, list):
            left += cast("list[object]", value)
    return found


def unkept(text: str, data: JsonValue, what: str) -> str | None:
    """What is told of JSON that was read and holds what data cannot: NaN, a number beyond all limits, half a character."""
    if not _UNKEPT.search(text) or is_deeper(MAX_DEPTH, data):
        return None
    if not (flaws := _flaws(data)):
        return None
    told = " and ".join(words for flaw, words in _FLAWS.items() if flaw in flaws)
    instead = "?" if flaws == {"half"} else "null, or ? for half a character" if "half" in flaws else "null"
    return f"Not all of {what} can be kept: {told}; there it holds {instead}."
