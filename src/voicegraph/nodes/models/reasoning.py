"""A model's reasoning before or within its answer, where it stands in the answer's own text: not for the next step.

Servers that know a model give its reasoning apart. Others pass on what the model wrote: the reasoning between tags, or
without the first of them, where the chat template had begun it already; or in the channels of gpt-oss.

Reasoning goes wherever it stands. Tags of which the answer only speaks stay, and so do parts that the instruction asked
for under such a name.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from voicegraph.nodes.models.reasoning_tags import (
    closes,
    closing_tags,
    is_reasoning_name,
    is_spoken_of,
    is_within_sentence,
    name_of,
    tags,
)

_CHANNEL = re.compile(r"\s*(?:<\|start\|>assistant\s*)?<\|channel\|>")
_FINAL = re.compile(r"<\|channel\|>\s*final\b[^<]{0,200}<\|message\|>")
_END = re.compile(r"\s*<\|(?:return|end|im_end)\|>\s*\Z")
_ELEMENT = re.compile(r"<(?P<close>/)?(?P<name>[A-Za-z][\w.-]{0,60})>")
_PART_NAMES = frozenset({"reasoning", "thinking", "thought"})
"""Names that people give to parts of an answer, too."""
_IN_MATERIAL = frozenset({"reasoning", "thought"})
"""Those of them that are rarely a model's own."""
_ASKS_FOR_ELEMENTS = re.compile(r"\b(?:xml|tags?|elements?)\b", re.IGNORECASE)
_GAP = re.compile(r"\s*\n|[^\S\n]*")
_SPACE_AT_END = re.compile(r"[^\S\n]*\Z")


def without_reasoning(text: str, instruction: str = "", material: str = "") -> str:
    """The answer alone; empty where nothing but reasoning is there.

    `instruction` is what the model was asked for: an element that it names is a part of the answer. `material` is what it
    was given, which may hold such elements or, where it is a prompt of its own, ask for them.
    """
    if _CHANNEL.match(text):
        parts = _FINAL.split(text)
        return _END.sub("", parts[-1]).strip() if len(parts) > 1 else ""
    kept: list[str] = []
    end = 0
    for began, ended in _Answer(text, _asked_for(instruction, material)).reasoning():
        kept.append(text[end:began])
        end = ended
    return _joined([*kept, text[end:]]).lstrip("\ufeff").strip() if end else text


@dataclass
class _Answer:
    text: str
    asked_for: set[str]
    never_closed: set[str] = field(default_factory=set[str])
    """The names of tags that are mere words of a sentence, since nothing closes them."""

    def reasoning(self) -> Iterator[tuple[int, int]]:
        """Where it begins and ends, one after the other."""
        start = 0
        while tag := self._first(start):
            end = tag.end() if closes(tag) or tag["empty"] else _end(self.text, tag)
            if not end and is_within_sentence(self.text, tag):
                self.never_closed.add(name_of(tag))
                continue
            # A closing tag alone ends what began with the text, or after the reasoning before it.
            yield (start if closes(tag) else tag.start()), end or len(self.text)
            start = end or len(self.text)

    def _first(self, start: int) -> re.Match[str] | None:
        """The first tag from there on that begins or ends reasoning."""
        for tag in tags(self.text, start):
            is_word = name_of(tag) in self.never_closed and is_within_sentence(self.text, tag)
            is_part = name_of(tag) in _PART_NAMES and _is_within(self._elements, tag.start())
            if not (is_word or is_part or name_of(tag) in self.asked_for or is_spoken_of(self.text, tag)):
                return tag
        return None

    @cached_property
    def _elements(self) -> list[int]:
        """Where the outermost elements begin and end, in turn, other than reasoning."""
        edges: list[int] = []
        closings = {found["name"]: found.end() for found in _ELEMENT.finditer(self.text) if found["close"]}
        for found in _ELEMENT.finditer(self.text):
            is_outer = not found["close"] and not is_reasoning_name(found["name"])
            end = closings.get(found["name"], 0) if is_outer else 0
            if end > found.end() and (not edges or found.start() >= edges[-1]):
                edges += [found.start(), end]
        return edges


def _asked_for(instruction: str, material: str) -> set[str]:
    """The names of parts that are asked for, as `<reasoning>` or as “the elements reasoning and verdict”."""
    names = {name for name in _PART_NAMES if re.search(rf"<{name}s?>", instruction, re.IGNORECASE)}
    names |= {name for name in _IN_MATERIAL if re.search(rf"<{name}s?>", material, re.IGNORECASE)}
    if _ASKS_FOR_ELEMENTS.search(instruction):
        names |= {name for name in _PART_NAMES if re.search(rf"\b{name}s?\b", instruction, re.IGNORECASE)}
    return names


def _end(text: str, opened: re.Match[str]) -> int:
    """Where the reasoning ends that begins there; 0 when it is never closed."""
    depth, last = 1, 0
    for tag in tags(text, opened.end()):
        if name_of(tag) != name_of(opened) or tag["empty"] or is_spoken_of(text, tag):
            continue
        depth += -1 if closes(tag) else 1
        if closes(tag):
            last = tag.end()
        if depth == 0:
            break
    if last:  # also where the model wrote the first tag twice
        return last
    # A lone backtick, or code that was broken off, makes the closing one look like code; or it has another name.
    for tag in closing_tags(text, opened.end()):
        is_others = name_of(tag) != name_of(opened) and f"<{name_of(tag)}" in text[opened.end() : tag.start()].lower()
        if not is_others and not is_spoken_of(text, tag):
            return tag.end()
    return 0


def _is_within(edges: list[int], position: int) -> bool:
    return bisect_right(edges, position) % 2 == 1


def _joined(parts: list[str]) -> str:
    """All of it, with the wider of the gaps where two meet."""
    pieces: list[str] = []
    left = ""
    for part in parts:
        gap = _GAP.match(part)
        found = gap[0] if gap else ""
        if "\n" in found:  # it brings the indent of the line that follows
            left = _SPACE_AT_END.sub("", left)
        left = max(left, found, key=lambda space: space.count("\n"))
        if rest := part[len(found) :]:
            bare = rest.rstrip()
            pieces += ["" if left == " " and rest[0] in ".,;:!?" else left, bare]
            left = rest[len(bare) :]
    return "".join([*pieces, left])
