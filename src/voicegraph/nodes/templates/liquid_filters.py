"""Liquid's filters, with what they take and give bounded, and the quadratic ones replaced by linear ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from liquid.exceptions import ResourceLimitError
from liquid.filter import string_filter

from voicegraph.nodes.data.large_json import spaced
from voicegraph.nodes.templates import list_filters, value_filters
from voicegraph.nodes.templates.value_filters import as_text, plain

MAX_TEXT = 10 << 20  # characters
MAX_ITEMS = 100_000
MAX_BITS = 4_096
MAX_DATE = 100  # characters of a date and of its format; the date parser is not linear
_TAG = re.compile(r"<!--|-->|<(/?)(script|style)?[^<>]*>", re.IGNORECASE)

Filter = Callable[..., Any]


class Limit(ResourceLimitError):
    """A template asked for more than it may have."""

    def __init__(self, message: str) -> None:
        super().__init__(message, token=None)


def to_json(value: object) -> str:
    """JSON as people read it; what JSON does not know becomes text."""
    return spaced(value)


def limited(name: str, function: Filter) -> Filter:
    """`function`, refused when it would make something too large."""
    growth = _GROWTH.get(name)
    fitted = plain(name, function)

    @wraps(function)
    def checked(value: Any, *args: Any, **kwargs: Any) -> Any:
        if growth and growth(value, *args) > MAX_TEXT:
            raise Limit(f"filter '{name}' makes a text of more than {MAX_TEXT:,} characters")
        result = fitted(value, *args, **kwargs)
        _check(name, result)
        return result

    return checked


def _check(name: str, result: object) -> None:
    if isinstance(result, str):
        if len(result) > MAX_TEXT:
            raise Limit(f"filter '{name}' makes a text of more than {MAX_TEXT:,} characters")
    elif isinstance(result, list):
        if len(cast("list[object]", result)) > 10 * MAX_ITEMS:
            raise Limit(f"filter '{name}' makes a list of more than {10 * MAX_ITEMS:,} items")
    elif isinstance(result, int) and result.bit_length() > MAX_BITS:
        raise Limit(f"filter '{name}' makes a number of more than {MAX_BITS:,} bits")


def _replaced(value: object, old: object = "", new: object = "", *_: object) -> int:
    text, seek = as_text(value), as_text(old)
    return len(text) + text.count(seek) * len(as_text(new))


def _joined(value: object, separator: object = " ", *_: object) -> int:
    return len(cast("list[object]", value)) * len(as_text(separator)) if isinstance(value, list) else 0


def _dated(value: object, form: object = "", *_: object) -> int:
    return MAX_TEXT + 1 if len(str(value)) > MAX_DATE or len(str(form)) > MAX_DATE else 0


_GROWTH: dict[str, Callable[..., int]] = {"replace": _replaced, "join": _joined, "date": _dated}


@string_filter
def _strip_html(text: str) -> str:
    """The text between the tags, without scripts, styles and comments, in one pass."""
    kept: list[str] = []
    position, inside = 0, ""
    for match in _TAG.finditer(text):
        if not inside:
            kept.append(text[position : match.start()])
        position = match.end()
        inside = _inside(match, inside)
    if not inside:
        kept.append(text[position:])
    return "".join(kept)


def _inside(match: re.Match[str], inside: str) -> str:
    """What hides the text after this tag: `-->`, `script`, `style` (until they end), or nothing."""
    if match[0] == "<!--":
        return inside or "-->"
    if match[0] == "-->":
        return "" if inside == "-->" else inside
    name = (match[2] or "").lower()
    if not inside and name and not match[1]:
        return name
    return "" if inside and match[1] and name == inside else inside


@string_filter
def _strip_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "")


@string_filter
def _newline_to_br(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "<br />\n")


@string_filter
def _squish(text: str) -> str:
    return " ".join(text.split())


def _json(value: object) -> str:
    """The value as JSON, for bodies of requests."""
    return to_json([*value] if isinstance(value, range) else value)


def replacements() -> dict[str, Filter]:
    """Filters that take the place of Liquid's (with those of `liquid_values` and `liquid_lists`), and `json`.

    Those of white space search the whole text in one go in Liquid, and those that sort, the whole list, which keeps
    everybody waiting.
    """
    return {
        **value_filters.replacements(),
        **list_filters.replacements(),
        "strip_html": _strip_html,
        "json": _json,
        "strip_newlines": _strip_newlines,
        "newline_to_br": _newline_to_br,
        "squish": _squish,
    }
