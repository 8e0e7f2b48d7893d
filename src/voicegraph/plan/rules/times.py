"""Times of day: "9am", "18:30", "half past nine", "eight thirty in the morning", "noon", "six o'clock"."""

from __future__ import annotations

import re
from re import Match

_HOURS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split()
    )
}
_MINUTES = {
    "ten": 10, "fifteen": 15, "twenty": 20, "twenty five": 25, "thirty": 30, "thirty five": 35, "forty": 40,
    "forty five": 45, "fifty": 50, "fifty five": 55, "oh five": 5, "o five": 5, "oh one": 1,
}  # fmt: skip
_SHIFTS = {"quarter": 15, "a quarter": 15, "half": 30, "five": 5, "ten": 10, "twenty": 20, "twenty five": 25}

_HOUR = rf"(?:2[0-4]|[01]?\d|{'|'.join(sorted(_HOURS, key=len, reverse=True))})"
_HALF = r"(?:[ap]\.?\s?m\b\.?|in\s+the\s+(?:early\s+|late\s+)?(?:morning|afternoon|evening)|at\s+night|sharp)"
_MINUTE_WORD = "|".join(m.replace(" ", r"[\s-]") for m in sorted(_MINUTES, key=len, reverse=True))
_SHIFT = "|".join(s.replace(" ", r"[\s-]") for s in sorted(_SHIFTS, key=len, reverse=True))


def _clock(suffix: str = "") -> str:
    """The regular expression of a time; groups are named for the first one only."""
    group = (lambda name, body: rf"(?P<{name}{suffix}>{body})") if suffix else (lambda _, body: f"(?:{body})")
    return (
        rf"(?:{group('named', 'noon|midday|midnight|lunchtime')}"
        rf"|{group('shift', _SHIFT)}(?:\s+minutes)?\s+{group('way', 'past|after|to|before')}\s+{group('near', _HOUR)}\b(?!\s*(?:minutes|hours|days))"
        rf"|{group('hour', _HOUR)}(?:\s?[:.h]\s?{group('minute', '[0-5][0-9]')}(?!\d)|[\s-]{group('spoken', _MINUTE_WORD)}\b)?(?=$|[^\w:]|[ap]\.?m\b)(?:\s+o'?\s?clock)?)"
        rf"(?:,?\s?{group('half', _HALF)})?"
    )


TIME = _clock()
"""Regular expression of a time, without groups."""
SURE_TIME = (
    rf"(?:noon|midday|midnight|(?:{_SHIFT})\s+(?:past|to)\s+{_HOUR}\b(?!\s*(?:minutes|hours|days))|{_HOUR}\s?:\s?[0-5][0-9](?:\s?{_HALF})?"
    rf"|{_HOUR}(?:[\s-](?:{_MINUTE_WORD}))?\s?(?:{_HALF}|o'?\s?clock(?:\s{_HALF})?))"
)
"""Regular expression of what can only be a time of day, wherever it stands."""
_READ = re.compile(_clock("_"), re.I)


def read_time(text: str, evening: bool = False) -> tuple[int, int]:
    """(hour, minute) of what `TIME` matched. `evening`: a bare hour up to 11 is after noon."""
    found = _READ.match(text.strip())
    if found is None:
        raise ValueError(f"not a time: {text}")
    hour, minute = _bare(found)
    half = re.sub(r"[\s.]", "", (found["half_"] or "").lower())
    if (half.startswith("pm") or "afternoon" in half or "evening" in half or "night" in half or (not half and evening)) and hour < 12:
        hour += 12
    elif (half.startswith("am") or "morning" in half) and hour == 12:
        hour = 0
    return hour % 24, minute


def _bare(found: Match[str]) -> tuple[int, int]:
    if found["named_"]:
        return (0 if found["named_"].lower() == "midnight" else 12), 0
    if found["shift_"]:
        minutes = _SHIFTS[_words(found["shift_"])]
        hour = _hour(found["near_"])
        return (hour, minutes) if found["way_"].lower() in {"past", "after"} else ((hour - 1) % 24, 60 - minutes)
    minute = int(found["minute_"]) if found["minute_"] else _MINUTES[_words(found["spoken_"])] if found["spoken_"] else 0
    return _hour(found["hour_"]), minute


def _hour(text: str) -> int:
    return int(text) if text.isdigit() else _HOURS[text.lower()]


def _words(text: str) -> str:
    return re.sub(r"[\s-]+", " ", text.lower())
