"""Numbers in figures and in words, to 999,999: "12", "twenty-five", "two thousand five hundred", "a couple of"."""

from __future__ import annotations

import re

from voicegraph.words.patterns import either, word_list

_UNDER_TWENTY = word_list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = word_list("twenty thirty forty fifty sixty seventy eighty ninety")
_ORDINAL_WORDS = word_list(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)

VALUES = {word: number for number, word in enumerate(_UNDER_TWENTY)}
"""Words up to nineteen, and their values."""
_TENS_VALUES = {word: 10 * number for number, word in enumerate(_TENS, 2)}
_SCALES = {"hundred": 100, "thousand": 1000}
_LOOSE = {"a couple of": 2, "a few": 3, "a dozen": 12, "half a dozen": 6}
_ORDINALS = (
    {word: number for number, word in enumerate(_ORDINAL_WORDS, 1)}
    | {f"twenty-{word}": 20 + number for number, word in enumerate(_ORDINAL_WORDS[:9], 1)}
    | {"thirtieth": 30, "thirty-first": 31}
)

_WORD = either(*VALUES, *_TENS_VALUES, *_SCALES)
NUMBER = either(
    r"\b\d{1,3}(?:,\d{3}){1,4}(?:\.\d+)?",
    r"\b\d{1,12}(?:[.,]\d{1,12})?",
    rf"(?:a )?{_WORD}\b(?:[ -](?:and )?{_WORD}\b){{0,8}}",
    *_LOOSE,
)
"""Regular expression of a number."""
ORDINAL = either(
    r"\d{1,2}(?:st|nd|rd|th)", *sorted((word.replace("-", "[ -]") for word in _ORDINALS), key=len, reverse=True)
)
"""Regular expression of an ordinal up to 31."""


def to_number(text: str) -> float:
    """The value of what `NUMBER` matched."""
    text = text.lower().strip()
    if text in _LOOSE:
        return _LOOSE[text]
    if text[0].isdigit():
        return float(re.sub(r",(?=\d{3}(?!\d))", "", text).replace(",", "."))
    total = current = 0
    for word in re.findall(r"[a-z]+", text):
        if word in _SCALES:
            current = max(current, 1) * _SCALES[word]
            if word == "thousand":
                total, current = total + current, 0
        else:
            current += VALUES.get(word, 0) + _TENS_VALUES.get(word, 0)
    return total + current


def to_ordinal(text: str) -> int:
    """The value of what `ORDINAL` matched."""
    text = text.lower().strip().replace(" ", "-")
    return int(re.sub(r"\D", "", text)) if text[0].isdigit() else _ORDINALS[text]
