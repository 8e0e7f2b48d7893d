"""Errors of jmespath in plain words: its own speak of its tokens, and of types of Python's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from voicegraph.lazy_imports import importing
from voicegraph.nodes.data.type_names import type_word

_TAKEN = {
    "array": "a list",
    "array-number": "a list of numbers",
    "array-string": "a list of texts",
    "boolean": "true or false",
    "expref": "an expression behind &",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a text",
}


_STEP = "the step of a slice is 0, which leads nowhere"


class BadSelection(ValueError):
    """An expression that is wrong, and why, in words: the end of a sentence."""


def words_of(error: Exception) -> str:
    """The complaint as the end of a sentence."""
    with importing("jmespath"):
        from jmespath import exceptions as known  # pyright: ignore[reportMissingTypeStubs]

    # The first class that fits decides; the more special ones stand first.
    told: tuple[tuple[type[Exception], Callable[[Any], str]], ...] = (
        (BadSelection, str),
        (RecursionError, lambda _: "it is nested too deeply"),
        (known.JMESPathTypeError, _of_value),
        (known.ArityError, _of_count),
        (known.EmptyExpressionError, lambda _: "it is empty"),
        (known.IncompleteExpressionError, lambda _: "Incomplete expression: it ends too early"),
        (known.LexerError, _of_character),
        (known.ParseError, _of_part),
        (known.UnknownFunctionError, lambda found: " ".join(str(found).split()).rstrip(".")),
        (ValueError, lambda found: _STEP if "slice" in str(found) else "it does not fit this data"),
        (TypeError, lambda _: "it compares or sorts values of several kinds"),
    )
    return next((words(error) for kinds, words in told if isinstance(error, kinds)), "it does not fit this data")


def _of_value(error: Any) -> str:
    takes = " or ".join(_TAKEN.get(str(one), "something else") for one in error.expected_types)
    return f"{error.function_name}() is given an invalid type: it takes {takes}, not {type_word(error.current_value)}"


def _of_count(error: Any) -> str:
    values = "value" if error.expected_arity == 1 else "values"
    return f"{error.function_name}() takes {error.expected_arity} {values}, not {error.actual_arity}"


def _of_character(error: Any) -> str:
    wrong = "a quote is never closed" if "Unclosed" in str(error.message) else "this does not belong there"
    return f"at character {error.lexer_position + 1}: {wrong}"


def _of_part(error: Any) -> str:
    return f"at character {error.lex_position + 1}: “{error.token_value}” does not belong there"
