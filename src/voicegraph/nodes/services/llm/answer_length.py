"""The length that a model's answer may have, by what is asked of it: one that finds no end is stopped there."""

from __future__ import annotations

import re
from typing import Literal

Length = Literal["short", "medium", "long"]

TOKENS: dict[Length, int] = {"short": 600, "medium": 1_500, "long": 4_000}
"""Of an answer whose length nobody says: a hundred tokens are about seventy words."""
WRITING = 3
"""Times as much for an action that writes and does not sum up."""
MOST = 32_000
_SUMS_UP = frozenset({"summarize", "analyze", "extract_insights"})
_UNITS = {
    "word": 2, "sentence": 60, "line": 60, "bullet": 80, "point": 80, "insight": 100, "item": 80, "idea": 100,
    "paragraph": 300, "section": 600, "page": 1_000,
}  # fmt: skip
"""Tokens of one, generously."""
_NUMBERS = {
    name: number
    for number, name in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
    )
}
_ASKED = re.compile(
    rf"\b(\d{{1,5}}|{'|'.join(_NUMBERS)})[ -](?:[a-z-]{{1,20}} )?({'|'.join(_UNITS)})s?\b", re.IGNORECASE
)
_FRAME = 200
"""For a heading, and what comes before and after what was asked for."""
_CHARACTERS_PER_TOKEN = 2
"""A low guess for every script: the text to be rewritten is as long as its rewriting, more or less."""


def answer_tokens(action: str, length: Length, instruction: str, material: str) -> int:
    """Tokens an answer may have: those of the length that is asked for in words, else what is usual for the action."""
    asked = [_number(count) * _UNITS[unit.lower()] for count, unit in _ASKED.findall(instruction)]
    if asked:
        usual = _FRAME + max(asked)
    else:
        usual = TOKENS[length] * (1 if action in _SUMS_UP else WRITING)
    if action not in _SUMS_UP and not asked:
        usual += len(material) // _CHARACTERS_PER_TOKEN
    return min(usual, MOST)


def _number(text: str) -> int:
    return _NUMBERS.get(text.lower()) or int(text)
