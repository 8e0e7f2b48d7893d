"""Spans of time and moments as people write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SECONDS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_ISO = re.compile(
    "P(?:(?P<w>N)W)?(?:(?P<d>N)D)?(?:T(?:(?P<h>N)H)?(?:(?P<m>N)M)?(?:(?P<s>N)S)?)?".replace("N", r"\d+(?:\.\d+)?"),
    re.IGNORECASE,
)
_PART = re.compile(
    r"(\d+(?:\.\d+)?)\s*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)(?![a-z])[\s,]*(?:and\s+)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?\s*(am|pm)?", re.IGNORECASE)


def parse_duration(text: str) -> float:
    """Seconds of `90`, `2h`, `10 minutes`, `1 hour 30 min`, or ISO 8601 (`PT10M`). ValueError for anything else."""
    text = text.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    iso = _ISO.fullmatch(text)
    if iso and any(iso.groupdict().values()):
        return sum(float(amount) * _SECONDS[unit] for unit, amount in iso.groupdict().items() if amount)
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text).strip():
        raise ValueError("write a duration like 90, 10 minutes, 2h or PT10M")
    return sum(float(amount) * _SECONDS[unit[0].lower()] for amount, unit in parts)


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
