"""Errors of a JSON text, and their places, in words: parsers speak of delimiters, property names and lexical errors."""

from __future__ import annotations

import json

_WORDS = (
    (("Expecting property name", "invalid object key"), "the name of a field is missing, in double quotation marks"),
    (("Expecting ':'", "separated by a colon"), "a colon is missing behind the name of a field"),
    (("Expecting ','", "I expect ','"), "a comma is missing"),
    (("Expecting value", "unallowed token"), "a value is missing"),
    (("Unterminated string",), "a text begins there and is never closed"),
    (("premature EOF",), "it ends too early"),
    (
        ("Invalid control character", "invalid character inside string"),
        "a text holds a line break or another control character, which is written as \\n and the like",
    ),
    (("Invalid \\uXXXX", "non-hex"), "four digits are missing behind \\u"),
    (("Invalid \\", "occurs before a character"), "a backslash stands before a sign that needs none"),
    (("Extra data", "trailing garbage"), "something stands behind its end"),
    (("trailing comma",), "a comma stands before the end of a list or an object"),
    (("malformed number",), "a number is not written as JSON has it"),
    (("BOM",), "a byte order mark stands before it"),
    (("lexical error", "parse error", "JSON decode error"), "a sign or a word stands there that JSON does not know"),
)


class BadJson(ValueError):
    """A text that is no JSON, and why, in words."""


def wrong_json(error: Exception, line: int | None = None) -> str:
    """What a parser refused, as the end of a sentence; `line` is that of a text of one line, within a larger one."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if not isinstance(error, json.JSONDecodeError):
        words = of_parser(str(error).partition("\n")[0]).rstrip(".")
        return f"line {line}: {words}" if line else words
    place = f"line {line or error.lineno}, column {error.colno}"
    ended = error.pos >= len(error.doc.rstrip()) and error.msg.startswith("Expecting")
    return f"{place}: {'it ends too early' if ended else of_parser(error.msg)}"


def of_parser(said: str) -> str:
    """The words for those of a parser; what is no parser's stays."""
    return next((ours for theirs, ours in _WORDS if any(sign in said for sign in theirs)), said)
