"""Spans of time and moments as people write them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from voicegraph.words.numbers import NUMBER, to_number
from voicegraph.words.patterns import either, named, rx
from voicegraph.words.truncation import quoted

LONGEST = 366 * 86_400.0
"""Seconds a node waits at most: a year, the longest sleep that Inngest keeps."""

_SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_MONTHS = {"mo": 1, "y": 12}
MOST_MONTHS = 120_000
_DAYS_OF_MONTH = 30
"""Of a part of a month: half of one is 15 days."""
_ISO = re.compile(
    "P(?:(?P<y>N)Y)?(?:(?P<mo>N)M)?(?:(?P<w>N)W)?(?:(?P<d>N)D)?(?:T(?:(?P<h>N)H)?(?:(?P<m>N)M)?(?:(?P<s>N)S)?)?".replace(
        "N", r"\d+(?:\.\d+)?"
    ),
    re.IGNORECASE,
)
AMOUNT = either(
    rf"(?:{NUMBER}|\d+(?:\.\d+)?)(?: and a half)?",
    "(?:a )?half(?: of)?(?: an?)?",
    "(?:a )?quarter of an?",
    "three quarters of an?",
    "an?",
    "another",
)
"""Regular expression of how many units, in figures and words; `MORE` may stand behind it, `AND_A_HALF` behind the unit."""
MORE = "(?: (?:more|further|additional|full|whole))?"
AND_A_HALF = "(?: and a half)"
_UNIT = "s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?|mo|mos|mths?|months?|y|yrs?|years?"
_PART = rx(
    named("amount", AMOUNT), MORE, r"(?:(?<=\d)|[ -]) *", named("unit", _UNIT), r"(?![a-z])", named("half", AND_A_HALF), "?",
    r"[\s,]*(?:and\s+)?",
)  # fmt: skip
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?\s*(am|pm)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time: months of the calendar, and seconds."""

    months: int
    seconds: float

    @property
    def longest(self) -> float:
        """The most seconds it can take, whenever it begins."""
        years, months = divmod(self.months, 12)
        return 86_400.0 * (366 * years + 31 * months) + self.seconds

    def after(self, at: float, zone: tzinfo | None) -> float:
        """The moment this long after another: months keep the day and the time of day (`zone` None: the server's own).

        A month that lacks the day gives its last one. ValueError beyond what can be told.
        """
        return _moved(at, self.months, zone) + self.seconds

    def before(self, at: float, zone: tzinfo | None) -> float:
        """The moment this long before another."""
        return _moved(at, -self.months, zone) - self.seconds


def parse_span(text: str) -> Span:
    """The span of `90`, `2h`, `10 minutes`, `1 hour 30 min`, `half an hour`, `a month`, or ISO 8601 (`PT10M`). ValueError for anything else."""
    text = text.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return Span(0, float(text))
    iso = _ISO.fullmatch(text)
    if iso and any(iso.groupdict().values()):
        return _span((float(amount), unit) for unit, amount in iso.groupdict().items() if amount)
    parts: list[tuple[float, str]] = []
    at = 0
    text = " ".join(text.split())
    while found := _PART.match(text, at):
        parts.append((_amount(found["amount"].lower()) + (0.5 if found["half"] else 0), _unit(found["unit"].lower())))
        at = found.end()
    if not parts or at < len(text):
        raise ValueError(
            f"{quoted(text)} is no duration; write one like 90, 10 minutes, 2h, half an hour, 3 months or PT10M"
        )
    return _span(parts)


def short_span(text: str) -> str:
    """The text of a span of at most a year. ValueError for anything else."""
    span = parse_span(text)
    if not 0 <= span.longest <= LONGEST:
        raise ValueError(f"“{text}” is too long: the longest is a year (12 months, 52 weeks or 366 days)")
    return text


def parse_moment(text: str, now: float, zone: tzinfo | None) -> float:
    """Seconds since the epoch of an ISO 8601 date-time, or of the next time the clock shows `09:00` or `5pm`.

    `zone` None is the server's own; an offset in the text wins. Times a clock change skips move on by the gap.
    ValueError for anything else.
    """
    text = text.strip()
    clock = _CLOCK.fullmatch(text)
    if clock is None or not (clock[2] or clock[4]):
        return _parse_date_time(text, zone)
    wanted = _time_of_day(clock)
    today = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    days = (_in_zone(datetime.combine(today + timedelta(days=ahead), wanted), zone).timestamp() for ahead in range(3))
    return next(at for at in days if at > now)


def parse_zone(name: str | None) -> tzinfo | None:
    """The IANA time zone; None for none. ValueError when there is no such zone."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"“{name}” is no time zone; write one like Europe/Berlin or UTC") from error


def _unit(name: str) -> str:
    return "mo" if name.startswith(("mo", "mt")) else name[0]


def _amount(text: str) -> float:
    number = text.removesuffix(" and a half")
    if number[0].isdigit() or re.fullmatch(NUMBER, number):
        return to_number(number) + (0.5 if number != text else 0)
    if "quarter" in text:
        return 0.75 if text.startswith("three") else 0.25
    return 0.5 if "half" in text else 1.0


def _span(parts: Iterable[tuple[float, str]]) -> Span:
    months, seconds = 0, 0.0
    for amount, unit in parts:
        if unit in _MONTHS:
            if amount > MOST_MONTHS:
                raise ValueError("this span is too long")
            whole, part = divmod(round(amount * _MONTHS[unit], 9), 1)
            months += int(whole)
            seconds += part * _DAYS_OF_MONTH * _SECONDS["d"]
        else:
            seconds += amount * _SECONDS[unit]
    return Span(months, seconds)


def _moved(at: float, months: int, zone: tzinfo | None) -> float:
    if not months:
        return at
    begun = datetime.fromtimestamp(at, UTC).astimezone(zone).replace(tzinfo=None)
    years, month = divmod(begun.year * 12 + begun.month - 1 + months, 12)
    if not 1 <= years <= 9_998:
        raise ValueError("this moment is out of range")
    day = min(begun.day, monthrange(years, month + 1)[1])
    return _in_zone(begun.replace(year=years, month=month + 1, day=day), zone).timestamp()


def _parse_date_time(text: str, zone: tzinfo | None) -> float:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            "write a moment like 2026-12-24T18:00 or 2026-12-24T18:00+01:00, or a time like 18:00"
        ) from error
    try:
        return (at if at.tzinfo else _in_zone(at, zone)).timestamp()
    except (OverflowError, OSError) as error:
        raise ValueError("this moment is out of range") from error


def _time_of_day(clock: re.Match[str]) -> time:
    hour, half = int(clock[1]), (clock[4] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"there is no {hour} {half}")
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, int(clock[2] or 0), int(clock[3] or 0))
    except ValueError as error:
        raise ValueError(f"“{clock[0]}” is no time of day") from error


def _in_zone(at: datetime, zone: tzinfo | None) -> datetime:
    return at.replace(tzinfo=zone) if zone else at.astimezone()
