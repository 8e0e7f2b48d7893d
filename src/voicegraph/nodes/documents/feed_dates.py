"""Dates of feeds: in figures, as people write them (`date_forms.py`), since 1970; and absurd ones.

Before that are the zeros of programs (30 Nov -0001, 0001-01-01, 1970-01-01), years cut short (125) and what nobody put in a feed.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from voicegraph import clock
from voicegraph.nodes.documents.date_forms import written_date

MAX_LENGTH = 80
_ABSURD = re.compile(
    r"(?<![\d.+:-])(?!\d{4}[01]\d[0-3]\d(?:T|$|\d{4}(?:\d\d)?Z?$))\d{5,}(?=-|/|\s|$)|[+-](?:1[5-9]|[2-9]\d):?\d\d$"
)
"""A year of five figures, an hour from UTC that no place has: feedparser makes some date of them."""
_COUNT = re.compile(r"(?P<seconds>\d{9,10})(?:\.\d+)?|(?P<thousandths>\d{13})(?:\.\d+)?")
"""Since 1970. With eight figures, twelve or fourteen it is a date by itself."""
_DIGITS = re.compile(r"(?P<day>\d{8})(?P<time>\d{4}(?:\d\d)?Z?)")
_BEGUN = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?![\d-])|\d{4}(?!\d)|\d{8}(?:\d{4}(?:\d\d)?Z?$|T|$)|\d\d?:|\d\d-\d\d-\d\d(?!\d)"
)
"""Figures of which feedparser reads as many as fit a form of its own, and fills what is missing with today."""
_DAY_WITH_ZONE = re.compile(r"\d{4}-\d\d-\d\d(?:Z|[+-]\d\d:?\d\d)")
_PARTS = re.compile(r"(?P<year>\d{4})(?:[-./](?P<month>\d\d)|-?(?P<of_year>\d{3}))?(?=T|$)")
"""A year, its month, or a day of it by number (ISO 8601)."""
_FIRST = 24 * 60 * 60
"""Seconds since 1970: the first day of it is the zero of Unix in some zone."""
_NO_DATE = (0, 1, 1, 0, 0, 0, 0, 1, 0)
"""What `published` leaves out, and feedparser does not read anew."""


def read_date(text: str) -> Any:
    """The date in UTC, as feedparser's handlers give it; None for what they read themselves, and for what is none."""
    text = text.strip()
    try:
        if count := _COUNT.fullmatch(text):
            seconds = int(count["seconds"] or 0) or int(count["thousandths"] or 0) // 1_000
            return datetime.fromtimestamp(seconds, UTC).utctimetuple()
        at = written_date(text) if len(text) <= MAX_LENGTH else None
    except (ValueError, OverflowError):
        return _NO_DATE
    if at is not None:
        return at.utctimetuple()
    return _NO_DATE if _ABSURD.search(text) else _of_figures(text)


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
        elif parts := _DIGITS.fullmatch(text):
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
    """When an entry was published, else changed; None before 1970 and for years that no calendar has."""
    for key in ("published_parsed", "updated_parsed"):
        try:
            # feedparser gives the one for the other where it is asked blindly
            if key in entry and (at := entry[key]) and (seconds := calendar.timegm(at)) >= _FIRST:
                return clock.iso(seconds)
        except (ValueError, OverflowError, OSError):
            continue
    return None
