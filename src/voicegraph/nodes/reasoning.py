"""What a model thought before its answer, where it stands in the answer's own text: it is not for the next step.

Servers that know a model give its reasoning apart. Others pass on what the model wrote: the reasoning between tags, or
without the first of them, where the chat template had begun it already; or in the channels of gpt-oss.
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
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
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
    return text if rest is text else rest.strip()


def _opening(text: str) -> re.Match[str] | None:
    """The tag that the text begins with."""
    found = _TAG.match(text, len(text) - len(text.lstrip()))
    return found if found and not _closes(found) else None


def _closed(text: str, opened: re.Match[str]) -> int:
    """Where the reasoning ends that begins there: the text's end when it is never closed."""
    depth, last = 0, len(text)
    for tag in _TAG.finditer(text, opened.start()):
        if _name(tag) != _name(opened):
            continue
        depth += -1 if _closes(tag) else 1
        if _closes(tag):
            last = tag.end()
        if depth == 0:
            return last
    return last  # the reasoning itself speaks of its tags


def _first_closing(text: str) -> int:
    """Where reasoning ends whose beginning is not in the text; 0 where none does."""
    tag = _TAG.search(text)
    while tag and _closes(tag) and (_in_code(text, tag) or _in_sentence(text, tag)):
        tag = _TAG.search(text, tag.end())
    return tag.end() if tag and _closes(tag) else 0


def _in_code(text: str, tag: re.Match[str]) -> bool:
    fences = [fence.start() for fence in _FENCE.finditer(text)]
    before = bisect_right(fences, tag.start())
    if before % 2 and before < len(fences):
        return True
    line_start = text.rfind("\n", 0, tag.start()) + 1
    line_end = text.find("\n", tag.end())
    after = text[tag.end() : line_end if line_end >= 0 else len(text)]
    return text.count("`", line_start, tag.start()) % 2 == 1 and "`" in after


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
