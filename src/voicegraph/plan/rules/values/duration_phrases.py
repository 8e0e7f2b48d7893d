"""Lengths of time: "two hours" -> "2h", "an hour and a half" -> "90m", "half a day" -> "12h", "a month" -> "1 month"."""

from __future__ import annotations

from voicegraph.words.durations import AMOUNT, AND_A_HALF, MORE, parse_span

_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_UNIT = "(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?)"
_PART = rf"{AMOUNT}{MORE}[ -]*{_UNIT}\b{AND_A_HALF}?"
DURATION = rf"{_PART}(?:(?: and|,)? {_PART})?"
"""Regular expression of a length of time."""


def to_duration(text: str) -> str:
    """What `DURATION` matched, in the largest unit (d, h, m, s) that needs no fraction; months and years stay what they are."""
    span = parse_span(text)
    seconds = round(span.seconds)
    rest = next(f"{seconds // scale}{unit}" for unit, scale in _SECONDS.items() if seconds % scale == 0)
    return f"{_months(span.months)}{f' {rest}' if seconds else ''}" if span.months else rest


def _months(count: int) -> str:
    number, unit = (count // 12, "year") if count % 12 == 0 else (count, "month")
    return f"{number} {unit}{'' if number == 1 else 's'}"
