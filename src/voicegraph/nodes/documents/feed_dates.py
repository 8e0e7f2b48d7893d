"""Dates of feeds as people write them: with names of time zones, AM and PM, the month first; and absurd ones."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from voicegraph import clock

MAX_LENGTH = 80
_ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2,
    "mez": 1, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9, "sgt": 8, "hkt": 8, "awst": 8, "acst": 9.5,
    "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "nst": -3.5, "ndt": -2.5, "adt": -3, "ast": -4,
    "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8, "akdt": -8, "akst": -9,
    "hst": -10,
}  # fmt: skip
"""Hours from UTC. A name that is left out means several zones, or none: such a date is read as UTC."""
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?(?:\s*(?P<half>[ap])\.?m\.?)?"
_ZONE = r"(?:\s*\(?(?:GMT|UTC)?(?P<zone>[a-z]{1,4}|[+-]\d\d:?\d\d)\)?)?"
_WEEKDAY = r"(?:[a-z]{2,9}\.?,?\s+)?"
_DAY = r"(?P<year>\d{4})(?:\s*[年년-]\s*|[./]\s*)(?P<month>\d{1,2})(?:\s*[月월-]\s*|[./]\s*)(?P<day>\d{1,2})(?:\s*[日일.])?"
_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})[\s-]+{_MONTH},?[\s-]+(?P<year>\d{{4}}),?\s+{_TIME}{_ZONE}",
        rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}),?\s+{_TIME}{_ZONE}",
        rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})\s+{_TIME}{_ZONE}\s+(?P<year>\d{{4}})",
        rf"{_WEEKDAY}{_DAY}(?:(?:[\sT]+|,\s*){_TIME}{_ZONE})?",
    )
]

_ABSURD = re.compile(
    r"(?<![\d.+:-])(?!\d{4}[01]\d[0-3]\d(?:T|$|\d{6}Z?$))\d{5,}(?=-|/|\s|$)|[+-](?:1[5-9]|[2-9]\d):?\d\d$"
)
"""A year of five figures, seconds since 1970, an hour from UTC that no place has: feedparser makes some date of them."""
_SECONDS = re.compile(r"(?P<day>\d{8})(?P<time>\d{6}Z?)")
_BEGUN = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?![\d-])|\d{4}(?!\d)|\d{8}(?:\d{6}Z?$|T|$)|\d\d?:|\d\d-\d\d-\d\d(?!\d)"
)
"""Figures of which feedparser reads as many as fit a form of its own, and fills what is missing with today."""
_DAY_WITH_ZONE = re.compile(r"\d{4}-\d\d-\d\d(?:Z|[+-]\d\d:?\d\d)")
_PARTS = re.compile(r"(?P<year>\d{4})(?:[-./](?P<month>\d\d)|-?(?P<of_year>\d{3}))?(?=T|$)")
"""A year, its month, or a day of it by number (ISO 8601)."""
_NO_DATE = (0, 1, 1, 0, 0, 0, 0, 1, 0)
"""What `published` leaves out, and feedparser does not read anew."""


def read_date(text: str) -> Any:
    """The date in UTC, as feedparser's handlers give it; None for what they read themselves, and for what is none."""
    text = text.strip()
    found = next(filter(None, (form.fullmatch(text) for form in _FORMS)), None) if len(text) <= MAX_LENGTH else None
    if found is None:
        return _NO_DATE if _ABSURD.search(text) else _of_figures(text)
    try:
        month, hour, half = found["month"][:3].lower(), int(found["hour"] or 0), (found["half"] or "").lower()
        if half and hour <= 12:
            hour = hour % 12 + (12 if half == "p" else 0)
        at = datetime(
            int(found["year"]), _MONTHS.get(month) or int(month), int(found["day"]),
            hour, int(found["minute"] or 0), int(found["second"] or 0), tzinfo=_zone(found["zone"]),
        )  # fmt: skip
        return at.astimezone(UTC).utctimetuple()
    except (ValueError, OverflowError):
        return _NO_DATE


def _of_figures(text: str) -> Any:
    """What begins with a year, by ISO 8601 or by a day that there is; any other is no date, rather than another one."""
    begun = _BEGUN.match(text)
    if begun is None:
        return None
    try:
        if parts := _PARTS.match(text):
            day = date(int(parts["year"]), int(parts["month"] or 1), 1) + timedelta(int(parts["of_year"] or 1) - 1)
            if day.year != int(parts["year"]):
                return _NO_DATE
            text = day.isoformat() + text[parts.end() :]
        elif parts := _SECONDS.fullmatch(text):
            text = f"{parts['day']}T{parts['time']}"
        elif _DAY_WITH_ZONE.fullmatch(text):
            text = text[:10]
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).utctimetuple()
    except (ValueError, OverflowError):
        return None if begun[1] and _is_day(*map(int, begun.groups())) else _NO_DATE


def _is_day(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1] and year > 0


def published(entry: Any) -> str | None:
    """When an entry was published, else changed; None for the year 0 and others that no calendar has."""
    for key in ("published_parsed", "updated_parsed"):
        try:
            if key in entry and (at := entry[key]):  # feedparser gives the one for the other where it is asked blindly
                return clock.iso(calendar.timegm(at))
        except (ValueError, OverflowError, OSError):
            continue
    return None


def _zone(name: str | None) -> timezone:
    if name and name[0] in "+-":
        digits = name[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return timezone(offset if name[0] == "+" else -offset)
    return timezone(timedelta(hours=_ZONES.get((name or "").lower(), 0)))
