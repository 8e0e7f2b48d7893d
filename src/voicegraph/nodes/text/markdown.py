"""Plain text within Markdown, and its headings."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPECIAL = re.compile(r"[\\`*\[\]<]|(?<![^\W_])_|_(?![^\W_])|~~|&(?=#?\w+;)")
_LINE_START = re.compile(r"^(#{1,6}(?=\s|$)|[-+=](?=[\s=-]|$)|>|\d{1,9}(?=[.)](?:\s|$)))", re.MULTILINE)

_HEADING = re.compile(r"^#{1,6}[ \t]+(\S[^\n]*)$", re.MULTILINE)
"""Without the closing marks: a pattern that takes them off as well is quadratic in the length of the line."""
MAX_HEADING = 2_000


@dataclass(frozen=True, slots=True)
class Heading:
    """The first heading of a text: its words, and where it is."""

    text: str
    start: int
    end: int


def first_heading(markdown: str) -> Heading | None:
    """The first line that is a heading; None without one."""
    if not (found := _HEADING.search(markdown)):
        return None
    words = found[1].rstrip().rstrip("#").rstrip() or found[1].strip()
    return Heading(words[:MAX_HEADING], found.start(), found.end())


def escaped(text: str) -> str:
    """The text with a backslash before what Markdown would take for formatting."""
    text = _SPECIAL.sub(lambda found: "".join(f"\\{sign}" for sign in found[0]), text)
    return _LINE_START.sub(lambda found: f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}", text)
