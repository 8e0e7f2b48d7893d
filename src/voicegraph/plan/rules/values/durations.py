"""Lengths of time: "two hours" -> "2h", "an hour and a half" -> "90m", "half a day" -> "12h", "a month" -> "1 month"."""

from __future__ import annotations

import re

from voicegraph.speech.text.numbers import NUMBER, to_number
from voicegraph.speech.text.patterns import either, named, rx

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_MONTHS = {"mo": 1, "y": 12}
_DAY = 86_400
_UNIT = "(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)"
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
    """What `DURATION` matched, in the largest unit (d, h, m, s) that needs no fraction; months and years stay what they are."""
    total = months = 0.0
    for found in _READ.finditer(text):
        unit = found["unit"].lower()
        amount = _amount(found["amount"].lower()) + (0.5 if found["half"] else 0)
        if scale := _MONTHS.get("mo" if unit.startswith("mo") else unit[0]):
            months += amount * scale
        else:
            total += amount * _SECONDS[unit[0]]
    whole = int(months)
    seconds = round(total + (months - whole) * 30 * _DAY)
    rest = next(f"{seconds // _SECONDS[unit]}{unit}" for unit in "dhms" if seconds % _SECONDS[unit] == 0)
    return f"{_months(whole)}{f' {rest}' if seconds else ''}" if whole else rest


def _months(count: int) -> str:
    number, unit = (count // 12, "year") if count % 12 == 0 else (count, "month")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _amount(text: str) -> float:
    number = _AND_A_HALF.sub("", text)
    if re.fullmatch(NUMBER, number):
        return to_number(number) + (0.5 if number != text else 0)
    if "quarter" in text:
        return 0.75 if text.startswith("three") else 0.25
    return 0.5 if text.startswith("half") else 1.0
