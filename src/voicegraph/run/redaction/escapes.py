r"""Texts as they were before somebody escaped them, and where in the escaped text a part of them stands.

No two servers agree on what they escape: `"` is `\"`, `\u0022`, `\x22`, `&quot;`, `&#34;`, `&#x22;` or `%22`, and any
letter may stand so too. So nobody lists the forms of a text: the text in which it is looked for is read. Base64 and hex are
folded into lines of any length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html.entities import html5

AT_ONCE = 64 << 10
"""Characters that the pattern is looked for in, in one go: meanwhile nothing else of this process runs."""
DEPTH = 5
"""How often over a text may be escaped: an address in JSON in a page in an address."""
_LONGEST = 64
_H = "[0-9a-fA-F]"
_NEXT = f"[89abAB]{_H}"
_UTF8 = f"M[cdCD]{_H}M{_NEXT}|M[eE]{_H}(?:M{_NEXT}){{2}}|M[fF][0-7](?:M{_NEXT}){{3}}|M{_H}{{2}}"
"""The bytes of one character, each behind a mark M; else one byte."""
_S = "[A-Za-z0-9+/_-]{32}"
_FOLD = rf"(?P<fold>\n(?<={_S}\n)|\r\n(?<={_S}\r\n))"
"""A line break in base64 or hex, which mails, keys and GitHub fold."""
_FOLDED = re.compile(_FOLD)
_ESCAPE = re.compile(
    "|".join(
        [
            rf"\\u(?P<high>[dD][89abAB]{_H}{{2}})\\u(?P<low>[dD][c-fC-F]{_H}{{2}})",
            rf"\\u(?P<four>{_H}{{4}})",
            rf"\\u\{{0{{0,8}}(?P<braced>{_H}{{1,6}})\}}",
            rf"\\U(?P<eight>{_H}{{8}})",
            "(?P<percent>" + _UTF8.replace("M", "%") + ")",
            "(?P<x>" + _UTF8.replace("M", r"\\x") + ")",
            r"\\(?P<octal>[0-3][0-7]{2})",
            rf"&#[xX]0{{0,20}}(?P<hex>{_H}{{1,6}});?",
            r"&#0{0,20}(?P<decimal>[0-9]{1,7});?",
            r"&(?P<name>[A-Za-z][A-Za-z0-9]{1,31};)",
            r"\\(?P<itself>.)",
            _FOLD,
        ]
    ),
    re.DOTALL,
)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "0": "\0"}


def is_escaped(text: str) -> bool:
    """Whether there is anything to read otherwise than it stands."""
    return "\\" in text or "%" in text or "&" in text or _is_folded(text)


def _is_folded(text: str) -> bool:
    starts = range(0, len(text), AT_ONCE)
    return any(_FOLDED.search(text, start, start + AT_ONCE + 1) for start in starts)


def unescaped(text: str) -> str:
    """The text with every escape replaced by what it stands for, once."""
    if len(text) <= AT_ONCE:
        return _ESCAPE.sub(_replaced, text)
    kept: list[str] = []
    place = 0
    for found in _escapes(text):
        kept += (text[place : found.start()], _replaced(found))
        place = found.end()
    return "".join([*kept, text[place:]])


def layers(text: str) -> list[str]:
    """The text, and what it becomes when it is unescaped again and again."""
    found = [text]
    while len(found) <= DEPTH and is_escaped(found[-1]) and (below := unescaped(found[-1])) != found[-1]:
        found.append(below)
    return found


def originals(text: str, ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where parts of `unescaped(text)` stand in the text: ranges in their order, none of which touches another."""
    marks = [mark for pair in ranges for mark in pair]
    places: list[int] = []
    shift = 0
    for found in _escapes(text):
        if len(places) == len(marks):
            break
        start = found.start() - shift
        end = start + len(_replaced(found))
        while len(places) < len(marks):
            mark, closes = marks[len(places)], len(places) % 2 == 1
            if mark <= start:
                places.append(mark + shift)
            elif mark < end or (closes and mark == end):
                places.append(found.end() if closes else found.start())
            else:
                break
        shift = found.end() - end
    places += [mark + shift for mark in marks[len(places) :]]
    return list(zip(places[::2], places[1::2], strict=True))


def _escapes(text: str) -> Iterator[re.Match[str]]:
    place = 0
    while place < len(text):
        end = place + AT_ONCE
        for found in _ESCAPE.finditer(text, place, min(end + _LONGEST, len(text))):
            if found.start() >= end:
                break
            place = found.end()
            yield found
        place = max(place, end)


def _replaced(found: re.Match[str]) -> str:
    return "" if found["fold"] else _meaning(found[0])


@lru_cache(4096)
def _meaning(escape: str) -> str:
    """What it stands for; itself where that is nothing."""
    found = _ESCAPE.fullmatch(escape)
    kind, value = (found.lastgroup, found[found.lastgroup]) if found and found.lastgroup else ("", "")
    match kind:
        case "low":
            pair = f"\\u{found['high']}\\u{value}" if found else ""
            return pair.encode().decode("unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16")
        case "percent" | "x":
            raw = bytes.fromhex(value.replace("%", "").replace("\\x", ""))
            try:
                return raw.decode()
            except UnicodeDecodeError:
                return raw.decode("latin-1")
        case "name":
            return html5.get(value, escape)
        case "itself":
            return _CONTROLS.get(value, value)
        case _:
            code = int(value, {"octal": 8, "decimal": 10}.get(kind, 16))
            return chr(code) if code <= 0x10FFFF else escape
