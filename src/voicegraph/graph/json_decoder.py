"""From bytes, text or decoded JSON to plain JSON that is safe to walk: size, depth, numbers, characters.

Decoded values come from YAML and from callers too, so nothing is taken for granted: a value may hold itself.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import repeat
from typing import Any, cast

from voicegraph.errors import GraphError, Problem
from voicegraph.graph.model import MAX_BYTES, MAX_DEPTH
from voicegraph.graph.schema_errors import kind_of, locate

MAX_FLAWS = 100
"""Flawed values are reported up to this many; a list of 300,000 times NaN needs no 300,000 messages."""
MAX_VALUES = 100_000
"""Numbers, texts, lists and objects in a workflow, all counted: 400,000 empty lists are few bytes, and much work."""
MAX_CONFIG_VALUES = 50_000
_DOUBLE = 1 << 1024  # whole numbers beyond a double's range mean different things to different readers


def decode(raw: str | bytes | bytearray) -> object:
    """The value of a JSON text in UTF-8. Raises GraphError, with line and column, when it is broken or over 1 MiB."""
    if (_bytes(raw) if isinstance(raw, str) else len(raw)) > MAX_BYTES:
        raise GraphError([_too_large()])
    try:
        return json.loads(decode_text(raw))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _broken(f"The JSON is broken at {where}: {_reason(error)}.") from error
    except RecursionError as error:
        raise GraphError([_too_deep("")]) from error
    except ValueError as error:
        raise _broken("The JSON has a whole number with thousands of digits; put it in quotation marks.") from error


def decode_text(raw: str | bytes | bytearray) -> str:
    """The text of a file in UTF-8, without its mark. Raises GraphError when it is in another encoding."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The text is not UTF-8: byte {error.start + 1} is wrong. Save it as UTF-8."
        raise GraphError([Problem("", message, "not_json")]) from error
    return text.removeprefix("\ufeff")


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _broken(message: str) -> GraphError:
    return GraphError([Problem("", message, "not_json")])


def _reason(error: json.JSONDecodeError) -> str:
    """Python's reason as the middle of a sentence: `expecting ',' delimiter`."""
    return error.msg[:1].lower() + error.msg[1:]


def _too_large() -> Problem:
    return Problem("", "A workflow is at most 1 MiB of JSON; keep large texts in files.", "too_large")


def _too_deep(place: str) -> Problem:
    return Problem(place, f"Lists and objects may be nested {MAX_DEPTH} deep at most; flatten this.", "too_deep")


def _too_many(place: str, most: int) -> Problem:
    message = f"Here it comes to more than {most:,} values, the most that may be here; keep long lists in a file."
    return Problem(place, message, "too_large")


class _Tree:
    """Every value inside a value, breadth first, in columns: quick to fill, and no path is built unless asked for."""

    def __init__(self, root: object) -> None:
        self.values: list[object] = [root]
        self._holders = [0]
        self._steps: list[str | int] = [""]
        self._depths = [0]

    def depth(self, index: int) -> int:
        return self._depths[index]

    def place(self, index: int) -> str:
        steps: list[str | int] = []
        while index:
            steps.append(self._steps[index])
            index = self._holders[index]
        return locate(reversed(steps))

    def open(self, index: int) -> None:
        """Add what is directly inside a list or an object."""
        inside = cast("dict[str, object] | list[object]", self.values[index])
        if isinstance(inside, dict):
            self.values += inside.values()
            self._steps += inside
        else:
            self.values += inside
            self._steps += range(len(inside))
        self._holders += repeat(index, len(inside))
        self._depths += repeat(self._depths[index] + 1, len(inside))


def config_flaws(config: object) -> list[Problem]:
    """What a config holds that cannot be kept: NaN, half characters, endless nesting, too much."""
    return flaws({"config": config}, MAX_CONFIG_VALUES)


def flaws(root: object, most: int = MAX_VALUES) -> list[Problem]:
    """What no JSON reader or data base could keep as it is. A value too large or too deep is looked at no further.

    `most`: values that may be in it.
    """
    found: list[Problem] = []
    tree = _Tree(root)
    size = 0
    for index, value in enumerate(tree.values):  # the list grows meanwhile
        kind = type(value)
        message = _CHECKS[kind](value) if kind in _CHECKS else _foreign(value)
        if message:
            found.append(Problem(tree.place(index), message, "not_json"))
            if len(found) == MAX_FLAWS:
                break
        elif value and kind in _SIZED:
            size += _SIZED[kind](value)
            if size > MAX_BYTES:
                return [_too_large()]
            if kind is not str:
                if tree.depth(index) == MAX_DEPTH:
                    return [_too_deep(tree.place(index))]
                tree.open(index)
                if len(tree.values) > most:
                    return [_too_many(tree.place(index), most)]
    return found


def _fine(_: object) -> None:
    return None


def _float_flaw(value: float) -> str | None:
    if math.isinf(value):
        return "This number is Infinity, or too large to be told from it; write a smaller one, or a text in quotation marks."
    return "JSON has no NaN; write a number or null." if math.isnan(value) else None


def _int_flaw(value: int) -> str | None:
    fits = -_DOUBLE < value < _DOUBLE
    return None if fits else "This whole number is too large; put it in quotation marks."


def _text_flaw(text: str) -> str | None:
    if "\0" in text:
        return "The text holds a NUL character; remove it."
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        return "The text holds half of a surrogate pair; send whole characters."
    return None


def _key_flaw(value: dict[object, object]) -> str | None:
    for key in value:
        if type(key) is not str:
            return f"The name of a value is text, but here it is {kind_of(key)}; put it in quotation marks."
        if _text_flaw(key):
            return f"A name here is wrong: {_text_flaw(key)}"
    return None


def _foreign(value: object) -> str:
    return f"JSON cannot hold {kind_of(value)}; write it as text, in quotation marks."


_CHECKS: dict[type, Callable[[Any], str | None]] = {
    str: _text_flaw,
    dict: _key_flaw,
    float: _float_flaw,
    int: _int_flaw,
    list: _fine,
    bool: _fine,
    type(None): _fine,
}
# About the bytes as compact JSON; for what is inside a list or an object, the least it can take.
_SIZED: dict[type, Callable[[Any], int]] = {
    str: _bytes,
    list: lambda items: 2 * len(items),
    dict: lambda items: 4 * len(items) + sum(map(len, items)),
}
