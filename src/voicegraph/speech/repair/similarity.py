"""The similarity of two words, by letters and by sound."""

from __future__ import annotations

import re

_VOWELS = re.compile(r"(?<=.)[aeiouyhw]|[^a-z0-9]")
_TWICE = re.compile(r"(.)\1+")
_SAME_SOUND = str.maketrans("cqzvd", "kksft")
_BY_SOUND = 0.9
"""Sound alone is a weaker sign than letters."""


def alike(one: str, other: str) -> float:
    """From 0 to 1: the share of letters that need no change, case aside."""
    one, other = one.lower(), other.lower()
    longest = max(len(one), len(other))
    return 1 - _changes(one, other) / longest if longest else 1.0


def alike_in_sound(one: str, other: str) -> float:
    """As `alike`, or by the consonants alone when those are more alike."""
    return max(alike(one, other), _BY_SOUND * alike(_sound(one), _sound(other)))


def _sound(word: str) -> str:
    return _TWICE.sub(r"\1", _VOWELS.sub("", word.lower().replace("ph", "f")).translate(_SAME_SOUND))


def _changes(one: str, other: str) -> int:
    """Letters to put in, take out or change (Levenshtein)."""
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        before, row[0] = row[0], number
        for at, wanted in enumerate(other, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (letter != wanted))
    return row[-1]
