"""Templates where none is filled: in a condition or a selection, `{{ data.s }}` would stand for itself, and never hold."""

from __future__ import annotations

import re
from collections.abc import Callable

from voicegraph.words.truncation import cut

_ROOTS = "input|data|item|nodes|config|trigger|run"
_TAG = rf"\{{\{{-?\s*(?:(?P<path>(?:{_ROOTS})\b[^{{}}|]*?)\s*(?P<filters>\|[^{{}}]*?)?)\s*-?\}}\}}|\{{input\}}"
_FOUND = re.compile(_TAG)
_QUOTED = re.compile(rf"(?P<quote>[\"'])(?:{_TAG})(?P=quote)")
_STRING = re.compile(r"(?P<quote>[\"'])(?:(?!(?P=quote))[^\\\n]|\\.)*(?P=quote)")
_BLOCK = re.compile(
    rf"\{{%-?\s*(?:if|unless|case|echo|for\s+\w+\s+in|assign\s+\w+\s*=)\s*\(?(?:{_ROOTS})\b[^{{}}]*%\}}"
)
_HYPHENED = re.compile(r"\.([A-Za-z_]\w*(?:-\w+)+)")
_CALLS = {"downcase": ".lowerAscii()", "upcase": ".upperAscii()", "strip": ".trim()", "size": ".size()"}
"""Liquid's filters that conditions have as functions."""
_SHOWN = 200
"""Characters of a condition that a message shows."""


def first_template(text: str) -> str | None:
    """The first thing in it that a template would fill: one that reads input, data and the like. Braces alone are text."""
    found = _FOUND.search(text) or _BLOCK.search(text)
    return found[0] if found else None


def without_templates(condition: str) -> str:
    """The condition as it is meant: `data.s` for "{{ data.s }}", `"a" + data.s` for "a{{ data.s }}"."""
    condition = _QUOTED.sub(_plain, condition)
    condition = _STRING.sub(lambda text: _joined(text[0]) if _FOUND.search(text[0]) else text[0], condition)
    return _FOUND.sub(_plain, condition)


def in_condition(condition: str, wrong: Callable[[str], str | None]) -> str | None:
    """What is wrong with a template in a condition, and what to write instead where `wrong` finds nothing in that."""
    found = first_template(condition)
    if found is None:
        return None
    meant = without_templates(condition)
    is_plain = len(meant) <= _SHOWN and first_template(meant) is None and wrong(meant) is None
    instead = f"write {meant}" if is_plain else "write data.name for {{ data.name }}, without quotes"
    return f"it is no template: “{cut(found, 60)}” is not filled in it; {instead}"


def in_selection(expression: str) -> str | None:
    """The same of a JMESPath expression, which sees nothing but the data."""
    found = first_template(expression)
    if found is None:
        return None
    return (
        f"it is no template: “{cut(found, 60)}” is not filled in it. It picks from the data that comes in, so write the "
        "name of a field there, as in items[?price > limit], or the value itself"
    )


def _plain(tag: re.Match[str]) -> str:
    path = _HYPHENED.sub(r'["\1"]', tag["path"] or "input")
    names = [name.strip() for name in (tag["filters"] or "").split("|")[1:]]
    return path + "".join(_CALLS.get(name, "") for name in names)


def _joined(text: str) -> str:
    """The text with templates in it as a sum of texts."""
    quote, inner = text[0], text[1:-1]
    parts: list[str] = []
    place = 0
    for tag in _FOUND.finditer(inner):
        parts += [f"{quote}{inner[place : tag.start()]}{quote}", _plain(tag)]
        place = tag.end()
    parts.append(f"{quote}{inner[place:]}{quote}")
    return "(" + " + ".join(part for part in parts if part != quote * 2) + ")"
