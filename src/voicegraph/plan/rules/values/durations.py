"""Lengths of time: "two hours" -> "2h", "an hour and a half" -> "90m", "half a day" -> "12h"."""

from __future__ import annotations

import re

from voicegraph.speech.text.numbers import NUMBER, to_number
from voicegraph.speech.text.patterns import either, named, rx

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_UNIT = "(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?)"
_AMOUNT = either(
    rf"{NUMBER}(?: and a half)?",
    "half(?: of)?(?: an?)?",
    "(?:a )?quarter of an",
    "three quarters of an",
    "an?",
    "another",
)
_MORE = "(?: (?:more|further|additional|full|whole))?"
_PART = rf"{_AMOUNT}{_MORE}[ -]*{_UNIT}\b(?: and a half)?"
DURATION = rf"{_PART}(?:(?: and|,)? {_PART})?"
"""Regular expression of a length of time."""

_READ = rx(named("amount", _AMOUNT), _MORE, "[ -]*", named("unit", _UNIT), r"\b", named("half", " and a half"), "?")
_AND_A_HALF = re.compile(" and a half$")


def to_duration(text: str) -> str:
    """What `DURATION` matched, in the largest unit (d, h, m, s) that needs no fraction."""
    total = 0.0
    for found in _READ.finditer(text):
        scale = _SECONDS[found["unit"][0].lower()]
        total += _amount(found["amount"].lower()) * scale + (scale / 2 if found["half"] else 0)
    seconds = round(total)
    unit = next(unit for unit in "dhms" if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def _amount(text: str) -> float:
    number = _AND_A_HALF.sub("", text)
    if re.fullmatch(NUMBER, number):
        return to_number(number) + (0.5 if number != text else 0)
    if "quarter" in text:
        return 0.75 if text.startswith("three") else 0.25
    return 0.5 if text.startswith("half") else 1.0
