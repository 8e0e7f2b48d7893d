"""What a model thought before or within its answer, where it stands in the answer's own text: not for the next step.

Servers that know a model give its reasoning apart. Others pass on what the model wrote: the reasoning between tags, or
without the first of them, where the chat template had begun it already; or in the channels of gpt-oss.

Which tags are reasoning, and which the answer speaks of, is decided by where they stand: a tag that begins the answer,
or a line of it, opens reasoning, to where it is closed or else to the end. One within a line or in code is the answer's.
"""

from __future__ import annotations

import re
from bisect import bisect_right

_NAMES = "think|thinking|thought|thoughts|reasoning"
_TAG = re.compile(
    rf"<(?P<close>/)?(?:seed:)?(?P<name>{_NAMES})(?:\s[^<>]{{0,200}})?>"
    rf"|\[(?P<close2>/)?(?P<name2>THINK)\]|◁(?P<close3>/)?(?P<name3>think)▷",
    re.IGNORECASE,
)
_CHANNEL = re.compile(r"\s*(?:<\|start\|>assistant\s*)?<\|channel\|>")
_FINAL = re.compile(r"<\|channel\|>\s*final\b[^<]{0,200}<\|message\|>")
_END = re.compile(r"\s*<\|(?:return|end|im_end)\|>\s*\Z")
_FENCE = re.compile(r"^ {0,3}(?P<marks>`{3,}|~{3,})(?P<info>[^\n]*)$", re.MULTILINE)
_LINE_START = re.compile(r"(?:\A|\n)[ ]{0,3}\Z")
_GAP = re.compile(r"\s*\n|[^\S\n]*")
_ASKED_FOR = ("reasoning", "thought", "thoughts")
"""Names that people give to parts of an answer, too: within another element they are such parts."""
_ELEMENT = re.compile(r"<(?P<close>/)?(?P<name>[A-Za-z][\w.-]{0,60})>")
_LONGEST_LINE = 2_000
"""Characters around a tag in which code is looked for: an endless line takes no endless time."""
_SENTENCE_ENDS = frozenset(".!?:…。！？)\"'”*")


def without_reasoning(text: str) -> str:
    """The answer alone; empty where nothing but reasoning is there.

    Only what stands before the answer counts: a text that speaks of such tags, in code or in a sentence, stays whole.
    """
    if _CHANNEL.match(text):
        parts = _FINAL.split(text)
        return _END.sub("", parts[-1]).strip() if len(parts) > 1 else ""
    rest = text
    while opened := _opening(rest):
        rest = rest[_closed(rest, opened) :]
    rest = rest[_first_closing(rest) :]
    while (tag := _TAG.match(rest.lstrip())) and _closes(tag):
        rest = rest.lstrip()[tag.end() :]
    answer = _without_later(rest)
    return text if answer is text else answer.strip()


def _without_later(text: str) -> str:
    """The text without reasoning that begins with a line of it."""
    parts: list[str] = []
    position, code, elements = 0, _fenced(text), None
    for tag in _TAG.finditer(text):
        if tag.start() < position or _closes(tag) or not _LINE_START.search(text, max(tag.start() - 4, 0), tag.start()):
            continue
        if _is_within(code, tag.start()):
            continue
        if _name(tag) in _ASKED_FOR:
            elements = _elements(text) if elements is None else elements
            if _is_within(elements, tag.start()):
                continue
        parts.append(text[position : tag.start()].rstrip(" "))
        position = _closed(text, tag)
    return _joined([*parts, text[position:]]) if position else text


def _joined(parts: list[str]) -> str:
    """All of it, with the wider of the gaps where two meet."""
    left = ""
    pieces: list[str] = []
    for part in parts:
        gap = _GAP.match(part)
        found = gap[0] if gap else ""
        left = max(left, found, key=lambda space: space.count("\n"))
        if rest := part[len(found) :]:
            bare = rest.rstrip()
            pieces += [left, bare]
            left = rest[len(bare) :]
    return "".join([*pieces, left])


def _opening(text: str) -> re.Match[str] | None:
    """The tag that the text begins with."""
    found = _TAG.match(text, len(text) - len(text.lstrip()))
    return found if found and not _closes(found) else None


def _closed(text: str, opened: re.Match[str]) -> int:
    """Where the reasoning ends that begins there: the text's end when it is never closed."""
    depth, last = 0, 0
    for tag in _TAG.finditer(text, opened.start()):
        if _name(tag) != _name(opened) or _in_backticks(text, tag):
            continue
        depth += -1 if _closes(tag) else 1
        if _closes(tag):
            last = tag.end()
        if depth == 0:
            return last
    # The reasoning itself speaks of its tags, or a lone backtick makes the closing one look like code.
    return last or next((tag.end() for tag in _TAG.finditer(text, opened.end()) if _ends(text, tag, opened)), len(text))


def _ends(text: str, tag: re.Match[str], opened: re.Match[str]) -> bool:
    is_code = text[tag.start() - 1] == "`" == text[tag.end() : tag.end() + 1]
    return _closes(tag) and _name(tag) == _name(opened) and not is_code


def _first_closing(text: str) -> int:
    """Where reasoning ends whose beginning is not in the text; 0 where none does."""
    code = None
    for tag in _TAG.finditer(text):
        code = _fenced(text) if code is None else code
        if _is_within(code, tag.start()) or _in_backticks(text, tag):
            continue
        if not _closes(tag):
            return 0
        if not _in_sentence(text, tag):
            return tag.end()
    return 0


def _fenced(text: str) -> list[int]:
    """Where blocks of code begin and end, in turn. One that never ends is none: reasoning may break off in it."""
    edges: list[int] = []
    opened = ""
    start = 0
    for fence in _FENCE.finditer(text):
        marks = fence["marks"]
        if not opened:
            opened, start = marks, fence.start()
        elif marks.startswith(opened) and not fence["info"].strip():
            edges += [start, fence.end()]
            opened = ""
    return edges


def _elements(text: str) -> list[int]:
    """Where the outermost elements begin and end, in turn, other than reasoning."""
    edges: list[int] = []
    closings = {found["name"]: found.end() for found in _ELEMENT.finditer(text) if found["close"]}
    for found in _ELEMENT.finditer(text):
        end = 0 if found["close"] or _TAG.fullmatch(found[0]) else closings.get(found["name"], 0)
        if end > found.end() and (not edges or found.start() >= edges[-1]):
            edges += [found.start(), end]
    return edges


def _is_within(edges: list[int], position: int) -> bool:
    return bisect_right(edges, position) % 2 == 1


def _in_backticks(text: str, tag: re.Match[str]) -> bool:
    line_start = text.rfind("\n", max(tag.start() - _LONGEST_LINE, 0), tag.start()) + 1
    line_end = text.find("\n", tag.end(), tag.end() + _LONGEST_LINE)
    after = text[tag.end() : line_end if line_end >= 0 else tag.end() + _LONGEST_LINE]
    return text.count("`", max(line_start, tag.start() - _LONGEST_LINE), tag.start()) % 2 == 1 and "`" in after


def _in_sentence(text: str, tag: re.Match[str]) -> bool:
    """Whether words go on around it, as in “the </think> tag ends it”: reasoning ends with a sentence or a line."""
    line_start = text.rfind("\n", 0, tag.start()) + 1
    line_end = text.find("\n", tag.end())
    before = text[line_start : tag.start()].rstrip()
    after = text[tag.end() : line_end if line_end >= 0 else len(text)]
    if before[-1:] in ("'", '"', "“", "‘", "«", "(") and after[:1] in ("'", '"', "”", "’", "»", ")"):
        return True
    return bool(before and before[-1] not in _SENTENCE_ENDS and after.strip() and after[0] in " ,.;:")


def _closes(tag: re.Match[str]) -> bool:
    return bool(tag["close"] or tag["close2"] or tag["close3"])


def _name(tag: re.Match[str]) -> str:
    return (tag["name"] or tag["name2"] or tag["name3"]).lower()
