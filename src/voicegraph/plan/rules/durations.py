"""Lengths of time: "two hours", "an hour and a half", "half a day", "1 hour 30 minutes" -> "2h", "90m", "12h", "90m"."""

from __future__ import annotations

import re

from voicegraph.plan.rules.numbers import NUMBER, to_number

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?)"
_AMOUNT = rf"(?:{NUMBER}(?:\s+and\s+a\s+half)?|half(?:\s+(?:of\s+)?an?)?|(?:a\s+)?quarter\s+of\s+an|three\s+quarters\s+of\s+an|an?|another)"
_PART = rf"{_AMOUNT}[\s-]*{_UNIT}\b(?:\s+and\s+a\s+half)?"
DURATION = rf"{_PART}(?:(?:\s+and|,)?\s+{_PART})?"
"""Regular expression of a length of time."""

_READ = re.compile(rf"({_AMOUNT})[\s-]*({_UNIT})\b(\s+and\s+a\s+half)?", re.I)


def to_duration(text: str) -> str:
    """What `DURATION` matched, in the largest unit (d, h, m, s) that needs no fraction."""
    total = round(sum(_amount(a) * _scale(u) + (_scale(u) / 2 if half else 0) for a, u, half in _READ.findall(text)))
    unit = next(unit for unit in "dhms" if total % _SECONDS[unit] == 0)
    return f"{total // _SECONDS[unit]}{unit}"


def _scale(unit: str) -> int:
    return _SECONDS[unit[0].lower()]


def _amount(text: str) -> float:
    text = text.lower()
    extra = 0.5 if re.search(r"\band\s+a\s+half$", text) else 0.0
    text = re.sub(r"\s+and\s+a\s+half$", "", text)
    if re.fullmatch(NUMBER, text):
        return to_number(text) + extra
    if "quarter" in text:
        return 0.75 if text.startswith("three") else 0.25
    return 0.5 if text.startswith("half") else 1.0
