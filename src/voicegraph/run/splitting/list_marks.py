"""Lines of a text with the marks of lists: bullets, numbers, letters, bold beginnings, headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_BULLET = re.compile(r"(?:[-*+–—·](?=\s)|[•‣◦▪●○])\s*(?:\[[ xX]\]\s+)?(?=\S)")
_ORDERED = re.compile(
    r"(?P<bold>\*\*|__)?(?P<open>[(（])?(?P<label>\d{1,5}|[a-z]|[ivx]{2,5}|[A-Z]|[一二三四五六七八九十])"
    r"(?:(?P<end>[.)])(?P<close>\*\*|__)?\s+|(?P<wide>[、．）])\s*)(?=\S)"
)
"""The signs of Chinese and Japanese have their space within them."""
_KEYCAP = re.compile(r"(?:(\d)\ufe0f?\u20e3|([①-⒇❶-➓]))\s*(?=\S)")
_BOLD = re.compile(r"(\*\*|__)(?P<words>(?!\s)[^*_]{1,200})\1")
_HEADING = re.compile(r"(#{1,6})[ \t]+(?=\S)")
_FENCE = re.compile(r"(```+|~~~+)")
_RULE = re.compile(r"([-*_])(?:[ \t]*\1){2,}[ \t]*")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")
_CHINESE = "一二三四五六七八九十"
_ENDS = ".)、．）"

BULLET, BOLD = "bullet", "bold"


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark a line begins with: its kind (`bullet`, `bold`, `1.`, `(a)`, `##`), its count, the line without it."""

    kind: str
    count: int
    rest: str

    @property
    def ordered(self) -> bool:
        """Whether it counts."""
        return self.kind[-1] in _ENDS

    @property
    def heading(self) -> int:
        """The level of the heading; 0 for what is none."""
        return self.kind.count("#")


@dataclass(frozen=True, slots=True)
class MarkedLine:
    """A line: how far it is indented, its text, and its mark. Within a fence of code nothing is a mark."""

    indent: int
    text: str
    mark: Mark | None = None
    fenced: bool = False


def lines_of(text: str) -> list[MarkedLine]:
    """The lines; rules (`---`) are empty ones."""
    found: list[MarkedLine] = []
    fence = ""
    for raw in text.splitlines():
        line = raw.expandtabs(4).rstrip()
        bare = line.lstrip()
        indent = len(line) - len(bare)
        mark = _FENCE.match(bare)
        if fence:
            found.append(MarkedLine(indent, bare, fenced=True))
            if mark and mark[1].startswith(fence) and bare == mark[1]:
                fence = ""
        elif mark:
            fence = mark[1]
            found.append(MarkedLine(indent, bare, fenced=True))
        elif _RULE.fullmatch(bare):
            found.append(MarkedLine(0, ""))
        else:
            found.append(MarkedLine(indent, bare, mark_of(bare)))
    return found


def mark_of(line: str) -> Mark | None:
    """The mark at the start of the line."""
    if found := _BULLET.match(line):
        return Mark(BULLET, 0, line[found.end() :])
    if found := _KEYCAP.match(line):
        kind, sign = ("1.", found[1]) if found[1] else ("①1.", found[2])
        return Mark(kind, int(unicodedata.numeric(sign)), line[found.end() :])
    if found := _ORDERED.match(line):
        return _ordered(found, line[found.end() :])
    if found := _HEADING.match(line):
        return _heading(found[1], line[found.end() :].rstrip("#").rstrip())
    if found := _BOLD.match(line):
        return Mark(BOLD, 0, line if line[found.end() :].strip(" :") else found["words"])
    return None


def counts(values: Sequence[int]) -> bool:
    """Whether these count 1, 2, 3, from 0 or 1; where a list ends the next begins again. Markdown's 1, 1, 1 does, too."""
    last = -1
    for position, value in enumerate(values):
        if value not in (0, 1) and (position == 0 or value != last + 1):
            return False
        last = value
    return True


def _heading(signs: str, words: str) -> Mark:
    numbered = mark_of(words)
    return (
        Mark(f"{signs}1.", numbered.count, numbered.rest)
        if numbered and numbered.kind == "1."
        else Mark(signs, 0, words)
    )


def _ordered(found: re.Match[str], rest: str) -> Mark | None:
    label = found["label"]
    if label.isdigit():
        kind, count = "1", int(label)
    elif label in _ROMAN:
        kind, count = "i", _ROMAN.index(label) + 1
    elif label in _CHINESE:
        kind, count = "一", _CHINESE.index(label) + 1
    elif len(label) == 1:
        kind, count = "A" if label.isupper() else "a", ord(label.lower()) - 96
    else:
        return None
    end = found["end"] or found["wide"]
    if (found["open"] and end not in ")）") or (found["wide"] and kind in "aAi"):
        return None
    if found["bold"] and not found["close"]:  # `**1. Title** …`
        rest = found["bold"] + rest
    return Mark(f"{'(' if found['open'] else ''}{kind}{end}", count, rest)
