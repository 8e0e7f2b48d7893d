"""Take back what the speaker took back: "email, no sorry, post it", "to bob, no wait, to alice", "scratch that"."""

from __future__ import annotations

import re

from voicegraph.plan.rules.shelter import ANY
from voicegraph.plan.rules.verbs import leading_verb

_MARK = re.compile(
    r"[\s,.;–—-]*(?:\b(?:no|oh|oops|uh|wait|sorry)\b[\s,]*)*"
    r"(?:\b(?:no[\s,]+wait|wait[\s,]+no|no[\s,]+sorry|sorry[\s,]+no|no[\s,]+actually|actually[\s,]+no|sorry[\s,]+i\s+meant?|"
    r"no[\s,]+i\s+meant?|i\s+meant?\s+to\s+say|i\s+meant?|or\s+rather|or\s+better|scratch\s+that|strike\s+that|correction|never\s?mind\s+that)\b"
    r"|(?<=\.\.\.\s)no(?=[\s,]+\w)|(?<=[,;–—-]\s)no(?=,))[\s,.:;–—-]*",
    re.I,
)
_EDGE = re.compile(r"(?:[.!?;,]|\b(?:and then|and|then)\b)\s*", re.I)
_REACH = 12


def apply_corrections(text: str) -> str:
    """The text with each correction in the place of what it corrects."""
    parts = _MARK.split(text)
    kept = parts[0]
    for part in parts[1:]:
        if part:
            kept = f"{_before(kept, part)} {part}".strip()
    return kept


def _before(said: str, correction: str) -> str:
    """What stays of `said`. The correction starts like the words it corrects, or takes the place of the last clause or word."""
    words = said.split()
    first = _kind(correction.split()[0])
    for at in range(len(words) - 1, max(-1, len(words) - 1 - _REACH), -1):
        if _kind(words[at]) == first:
            return " ".join(words[:at])
    if leading_verb(correction):
        edges = [found.end() for found in _EDGE.finditer(said) if found.end() < len(said)]
        return said[: edges[-1]].rstrip() if edges else ""
    return " ".join(words[:-1])


def _kind(word: str) -> str:
    """The word, or the kind of a hidden one, so that an address corrects an address."""
    return ANY.sub(r"⟪\1⟫", word.lower()).strip(",.;:!?")
