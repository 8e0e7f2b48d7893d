"""The functions that conditions have beside the library's own: arithmetic of all numbers, those of texts, and `size`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sized
from typing import Any, cast

from voicegraph.nodes.conditions.arithmetic import CALLS
from voicegraph.nodes.conditions.source import LEAST, MOST, SIZE
from voicegraph.nodes.data.type_names import type_word


class Misfit(TypeError):
    """Values that an operator does not take."""


class RefusedOperation(TypeError):
    """A value that a function does not take, in a sentence."""


def _plus(left: Any, right: Any) -> Any:
    if _numbers(left, right):
        return _whole(left + right)
    try:
        return left + right  # texts, lists, times
    except TypeError as error:
        raise _misfit("+", left, right) from error


def _minus(left: Any, right: Any) -> Any:
    if _numbers(left, right):
        return _whole(left - right)
    try:
        return left - right  # times
    except TypeError as error:
        raise _misfit("-", left, right) from error


def _times(left: Any, right: Any) -> Any:
    if not _numbers(left, right):
        raise _misfit("*", left, right)
    return _whole(left * right)


def _over(left: Any, right: Any) -> Any:
    """Whole where it comes out even."""
    if not _numbers(left, right):
        raise _misfit("/", left, right)
    if not right:
        raise ZeroDivisionError
    if isinstance(left, int) and isinstance(right, int) and not left % right:
        return _whole(left // right)
    return left / right


def _rest(left: Any, right: Any) -> Any:
    """With the sign of the left side, as CEL has it."""
    if not _numbers(left, right):
        raise _misfit("%", left, right)
    if not right:
        raise ZeroDivisionError
    if isinstance(left, int) and isinstance(right, int):
        return abs(left) % abs(right) * (-1 if left < 0 else 1)
    return math.fmod(left, right)


def _of_a_text(name: str, function: Callable[[str], str]) -> Callable[..., str]:
    """A function of one text: `input.trim()`, `trim(input)`."""

    def call(*given: Any) -> str:
        if len(given) != 1 or not isinstance(given[0], str):
            raise RefusedOperation(
                f"“{name}” is asked of one text, not of {' and '.join(map(type_word, given)) or 'nothing'}"
            )
        return function(given[0])

    return call


def _size(*given: Any) -> int:
    """Characters of a text, items of a list, fields of an object: the library counts a text's bytes."""
    if len(given) != 1 or not isinstance(given[0], (str, bytes, list, dict)):
        raise RefusedOperation("“size” cannot be asked of its value")
    return len(cast("Sized", given[0]))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "lowerAscii": _of_a_text("lowerAscii", str.lower),
    "upperAscii": _of_a_text("upperAscii", str.upper),
    "trim": _of_a_text("trim", str.strip),
    SIZE: _size,
    **dict(zip(CALLS.values(), (_plus, _minus, _times, _over, _rest), strict=True)),
}


def _numbers(left: Any, right: Any) -> bool:
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (left, right))


def _whole(value: int | float) -> int | float:
    """The value, in the 64 bits that CEL has for whole numbers."""
    if isinstance(value, int) and not LEAST <= value <= MOST:
        raise OverflowError
    return value


def _misfit(operator: str, left: Any, right: Any) -> Misfit:
    return Misfit(f"{type_word(left)} {operator} {type_word(right)}")
