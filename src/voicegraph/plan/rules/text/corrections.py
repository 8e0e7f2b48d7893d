"""Take back what the speaker took back: "email, no sorry, post it", "to bob, no wait, to alice", "scratch that"."""

from __future__ import annotations

from voicegraph.plan.rules.text.shelter import ANY
from voicegraph.plan.rules.text.verbs import leading_verb
from voicegraph.words.patterns import either, rx

_MARK = rx(
    r"[ ,.;–—-]*(?:\b(?:no|oh|oops|wait|sorry)\b[ ,]*){0,6}",
    either(
        r"\b"
        + either(
            "no[ ,]+wait", "wait[ ,]+no", "no[ ,]+sorry", "sorry[ ,]+no", "no[ ,]+actually", "actually[ ,]+no",
            "sorry[ ,]+i meant?", "no[ ,]+i meant?", "i meant? to say", "i meant?", "or rather", "or better",
            "scratch that", "strike that", "correction", "never ?mind that",
        )
        + r"\b",
        r"(?<=\.\.\. )no(?=[ ,]+\w)",
        "(?<=[,;–—-] )no(?=,)",
    ),
    "[ ,.:;–—-]*",
)  # fmt: skip
_EDGE = rx(r"(?:[.!?;,]|\b(?:and then|and|then)\b) *")
_REACH = 12
"""How many words back a correction may reach."""


def apply_corrections(text: str) -> str:
    """The text with each correction in the place of what it corrects."""
    kept, *parts = _MARK.split(text)
    for part in filter(None, parts):
        kept = f"{_before(kept, part)} {part}".strip()
    return kept


def _before(said: str, correction: str) -> str:
    """What stays of `said`: the correction begins like the words it corrects, or replaces the last clause or word."""
    words = said.split()
    first = _kind(correction.split(maxsplit=1)[0])
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
