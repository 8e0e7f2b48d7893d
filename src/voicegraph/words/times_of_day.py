"""Times of day: "9am", "18:30", "half past nine", "eight thirty in the morning", "noon", "six o'clock"."""

from __future__ import annotations

import re
from re import Match

from voicegraph.words.numbers import VALUES
from voicegraph.words.patterns import either, named, rx

_SPOKEN_MINUTES = {
    "twenty five": 25, "thirty five": 35, "forty five": 45, "fifty five": 55, "oh five": 5, "o five": 5, "fifteen": 15,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "ten": 10,
}  # fmt: skip
_SHIFTS = {"twenty five": 25, "a quarter": 15, "quarter": 15, "twenty": 20, "half": 30, "five": 5, "ten": 10}

_HOUR = either(r"2[0-4]", r"[01]?\d", *sorted([*VALUES, "twenty"], key=len, reverse=True))
_HALF = either(
    r"[ap]\.? ?m\b\.?", "in the (?:early |late )?(?:morning|afternoon|evening)", "at night", "sharp"
)  # half of the day
_SPOKEN = either(*(minute.replace(" ", "[ -]") for minute in _SPOKEN_MINUTES))
_SHIFT = either(*(shift.replace(" ", "[ -]") for shift in _SHIFTS))
_OCLOCK = "o'? ?clock"
_PAST = rf"(?: minutes)? (?:past|after|to|before) {_HOUR}\b(?! ?(?:minutes|hours|days)\b)"
_FIGURES = rf"{_HOUR} ?[:.h] ?[0-5][0-9](?!\d)"
_NAMED = "(?:noon|midday|midnight|lunchtime)"

TIME = either(
    _NAMED,
    rf"{_SHIFT}{_PAST}(?:,? ?{_HALF})?",
    rf"(?:{_FIGURES}|{_HOUR}(?:[ -]{_SPOKEN}\b)?(?=$|[^\w:]|[ap]\.?m\b)(?: {_OCLOCK})?)(?:,? ?{_HALF})?",
)
"""Regular expression of a time, where something says that it is one ("at nine")."""
SURE_TIME = either(
    _NAMED,
    rf"{_SHIFT} (?:past|to) {_HOUR}\b(?! ?(?:minutes|hours|days)\b)",
    rf"{_HOUR} ?: ?[0-5][0-9](?: ?{_HALF})?",
    rf"{_HOUR}(?:[ -]{_SPOKEN})? ?(?:{_HALF}|{_OCLOCK}(?: {_HALF})?)",
)
"""Regular expression of what can only be a time of day, wherever it stands."""

_READ = rx(
    either(
        named("name", _NAMED),
        named("shift", _SHIFT)
        + "(?: minutes)? "
        + named("way", "past", "after", "to", "before")
        + " "
        + named("near", _HOUR),
        named("hour", _HOUR)
        + either(" ?[:.h] ?" + named("minute", "[0-5][0-9]"), "[ -]" + named("spoken", _SPOKEN) + r"\b", "")
        + f"(?: {_OCLOCK})?",
    ),
    rf"(?:,? ?{named('half', _HALF)})?",
)


def read_time(text: str, *, afternoon: bool = False) -> tuple[int, int]:
    """(hour, minute) of what `TIME` matched. `afternoon`: an hour up to 11 without am or pm is after noon."""
    found = _READ.match(text.strip())
    if found is None:
        raise ValueError(f"not a time of day: {text}")
    hour, minute = _on_the_clock(found)
    half = (found["half"] or "").lower()
    late = re.match("p", half) or re.search("afternoon|evening|night", half) or (afternoon and not half)
    if late and hour < 12:
        hour += 12
    elif hour == 12 and (half.startswith("a") or "morning" in half):
        hour = 0
    return hour % 24, minute


def _on_the_clock(found: Match[str]) -> tuple[int, int]:
    if found["name"]:
        return (0 if found["name"].lower() == "midnight" else 12), 0
    if found["shift"]:
        minutes, hour = _SHIFTS[_spaced(found["shift"])], _hour(found["near"])
        return (hour, minutes) if found["way"].lower() in {"past", "after"} else ((hour - 1) % 24, 60 - minutes)
    if found["spoken"]:
        return _hour(found["hour"]), _SPOKEN_MINUTES[_spaced(found["spoken"])]
    return _hour(found["hour"]), int(found["minute"] or 0)


def _hour(text: str) -> int:
    return int(text) if text.isdigit() else {**VALUES, "twenty": 20}[text.lower()]


def _spaced(text: str) -> str:
    return text.lower().replace("-", " ")


def write_time(text: str) -> str:
    """What `TIME` matched, in figures: "eight thirty in the morning" -> "8:30 in the morning", "nine a.m." -> "9 am"."""
    found = _READ.match(text.strip())
    if found is None or found["name"]:
        return text
    hour, minute = _on_the_clock(found)
    half = (found["half"] or "").strip()
    half = f"{half[0].lower()}m" if re.fullmatch(r"[ap]\.? ?m\.?", half, re.IGNORECASE) else half
    bare = half in {"am", "pm"} and minute == 0 and not found["minute"]
    return f"{hour if bare else f'{hour}:{minute:02}'} {half}".strip()
