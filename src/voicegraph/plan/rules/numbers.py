"""Numbers in figures and in words, to 999,999: "12", "twenty-five", "two thousand five hundred", "a couple of"."""

from __future__ import annotations

import re

_ONES = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {word: 10 * number for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {"hundred": 100, "thousand": 1000}
_LOOSE = {"a couple of": 2, "a few": 3, "a dozen": 12, "half a dozen": 6}

_ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
} | {f"twenty-{word}": 20 + n for n, word in enumerate("first second third fourth fifth sixth seventh eighth ninth".split(), 1)}
_ORDINALS |= {"thirtieth": 30, "thirty-first": 31}

_WORD = "|".join([*_ONES, *_TENS, *_SCALES])
NUMBER = rf"(?:\d+(?:[.,]\d+)*|(?:a\s+)?(?:{_WORD})(?:[\s-]+(?:and\s+)?(?:{_WORD})\b)*|{'|'.join(_LOOSE)})"
"""Regular expression of a number."""
ORDINAL = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(sorted((w.replace('-', '[ -]') for w in _ORDINALS), key=len, reverse=True))})"
"""Regular expression of an ordinal up to 31."""


def to_number(text: str) -> float:
    """The value of what `NUMBER` matched."""
    text = re.sub(r"\s+", " ", text.lower().strip())
    if text in _LOOSE:
        return _LOOSE[text]
    if text[0].isdigit():
        return float(re.sub(r",(?=\d{3}\b)", "", text).replace(",", "."))
    total = current = 0
    for word in re.findall(r"[a-z]+", text):
        if word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            if word == "thousand":
                total, current = total + current, 0
        else:
            current += _ONES.get(word, 0) + _TENS.get(word, 0)
    return total + current


def to_ordinal(text: str) -> int:
    """The value of what `ORDINAL` matched."""
    text = text.lower().strip().replace(" ", "-")
    return int(re.sub(r"\D", "", text)) if text[0].isdigit() else _ORDINALS[text]
