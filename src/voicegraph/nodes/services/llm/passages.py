"""A text as the passages a summary can be made of: sentences and list items, each with the heading it stands under.

Reads plain text and Markdown. Code, tables, rules and delimiter-separated rows are no passages: a sentence of a summary
cannot be taken from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+(.*)$")
_RULE = re.compile(r"^\s*([-*_=]\s*){3,}$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_TABLE = re.compile(r"^\s*\|.*\|\s*$|^(?:[^,;\t]*(?:[;\t]|,(?!\s))){2,}[^,;\t.!?]*$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
_MARKS = re.compile(r"(?<!\w)[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}(?!\w)|^\s*>\s?")
_SENTENCE_END = re.compile(r"(?:(?<=[.!?…])|(?<=[.!?…][\"'\u201d\u2019)\]]))\s+(?=[^\sa-z])|(?<=[\u3002\uff01\uff1f])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-ZÄÖÜ]|Dr|Mr|Mrs|Ms|Prof|Sr|Jr|St|No|Nr|vs|etc|e\.g|i\.e|approx|bzw|z\.B|d\.h|ca|Abs|Inc|Ltd|Fig)\.$"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence or list item. `place` counts from 0 within its section, `section` within the text."""

    text: str
    heading: str
    section: int
    place: int


def passages(text: str) -> list[Passage]:
    """Every passage of the text, in order."""
    found: list[Passage] = []
    heading, section, place = "", 0, 0
    for kind, block in _blocks(text):
        if kind == "heading":
            heading, section, place = block, section + 1, 0
            continue
        for sentence in [block] if kind == "item" else sentences(block):
            found.append(Passage(sentence, heading, section, place))
            place += 1
    return found


def sentences(paragraph: str) -> list[str]:
    """Split at sentence ends, not after abbreviations or initials."""
    parts: list[str] = []
    for part in _SENTENCE_END.split(paragraph):
        if parts and _ABBREVIATION.search(parts[-1]):
            parts[-1] += " " + part
        elif part and part.strip():
            parts.append(part.strip())
    return parts


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """("heading" | "item" | "paragraph", text without Markdown marks)."""
    lines: list[str] = []
    fenced = False

    def paragraph() -> Iterator[tuple[str, str]]:
        if lines:
            yield "paragraph", " ".join(lines)
            lines.clear()

    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if fenced:
            continue
        kind, content = _classify(line)
        if kind == "line":
            lines.append(content)
            continue
        yield from paragraph()
        if content:
            yield kind, content
    yield from paragraph()


def _classify(line: str) -> tuple[str, str]:
    if not line.strip() or _RULE.match(line) or _TABLE.match(line):
        return "break", ""
    if match := _HEADING.match(line):
        return "heading", plain(match[1])
    if match := _BULLET.match(line):
        return "item", plain(match[1])
    return "line", plain(line)


def plain(line: str) -> str:
    """A line without link targets, emphasis and quote marks."""
    return _MARKS.sub("", _LINK.sub(r"\1", line)).strip()
