"""Dates as people write them: the day in figures or with the month's name, in one of some languages, and the time anywhere.

What is not certain is no date: “01/02/2026” is January 2 here and February 1 there. With points the day comes first everywhere,
and a figure above 12 is no month. A zone is an offset, an abbreviation that means one (`date_words.py`), or the name of a place
such as Europe/Berlin; the time under any other name counts as UTC.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from voicegraph.nodes.documents.date_words import FILLERS, MONTHS, ZONES

_TIME = re.compile(
    r"(?<![\d.:+-])(?P<hour>\d{1,2})"
    r"(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?|\s?h\s?(?P<of_h>\d\d)?(?![a-z\d])|\.(?P<of_point>\d\d)(?=\s?u[hu]r)|(?=\s?(?:[ap]\.?m\b|uhr)))"
    r"(?:\s*(?P<half>[ap])\.?\s?m\b\.?|\s*u[hu]r\b)?"
)
_ZONE = re.compile(
    r"\s*\(?(?:(?:gmt|utc?|z)?\s?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?(?!\d)|(?P<name>[a-z]{1,5})(?![a-z]))\)?"
)
_PLACE = re.compile(r"\s*(?:\[(?P<bare>[A-Za-z]{1,5})\]|\[?(?P<place>[A-Za-z_]+(?:/[A-Za-z_+-]+\d{0,2}){1,2})\]?)\s*$")
_POINTS = re.compile(r"(?<=\d)[t\s](\d\d)\.(\d\d)\.(\d\d)(?![.\d])")
_ASIDE = re.compile(r"\([^()\d]*\)")
"""The name of a zone behind its offset, a day of the week behind the date."""
_NOTHING = re.compile(rf"[,:|·]|(?<![^\W\d])(?:{'|'.join(sorted(FILLERS))})(?![^\W\d])[.']?")
_WEEKDAY = r"(?:[^\W\d](?:[^\W\d]|[-'])*\.?\s*)?"
_MONTH = rf"(?P<name>{'|'.join(sorted(MONTHS, key=len, reverse=True))})[^\W\d]*\.?"
_NTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th|ere?|e|o|a|\.|°)?"
_FORMS = [
    re.compile(_WEEKDAY + form)
    for form in (
        rf"{_NTH}[\s-]*{_MONTH}[\s-]*(?P<year>\d{{4}})",
        rf"{_MONTH}[\s-]*{_NTH}[\s-]+(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})[\s-]+{_MONTH}[\s-]+{_NTH}",
        r"(?P<year>\d{4})(?:\s*[年년-]\s*|[./]\s*)(?P<month>\d{1,2})(?:\s*[月월-]\s*|[./]\s*)(?P<day>\d{1,2})(?:\s*[日일.])?",
        rf"(?<=[^\W\d]\s){_NTH}-{_MONTH}-(?P<year>\d\d)",  # RFC 850, behind the day of the week
        r"(?P<day>\d{1,2})(?P<sign>[./-])\s?(?P<month>\d{1,2})(?P=sign)\s?(?P<year>\d{4})",
    )
]
_FARTHEST = timedelta(hours=14)


def written_date(text: str) -> datetime | None:
    """The moment in UTC; None for what is written otherwise. ValueError, OverflowError when there is no such day or time."""
    place = _PLACE.search(text)
    zone = _zone_of(place["place"] or place["bare"]) if place else None
    clock, rest, offset = _time(_plain(text[: place.start()] if place and zone else text))
    rest = " ".join(_NOTHING.sub(" ", _ASIDE.sub(" ", rest)).split()).strip(" -")
    found = next(filter(None, (form.fullmatch(rest) for form in _FORMS)), None)
    if found is None:
        return None
    day, month = _day_and_month(found.groupdict())
    at = datetime(_year(found["year"]), month, day) + (clock or timedelta())  # noqa: DTZ001 - its zone follows
    if zone and offset is None and clock is not None:
        return at.replace(tzinfo=zone).astimezone(UTC)
    return at.replace(tzinfo=UTC) - (offset or timedelta())


def _zone_of(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _year(figures: str) -> int:
    """Two figures are of the years since 1970."""
    year = int(figures)
    return year if len(figures) > 2 else year + (1900 if year >= 70 else 2000)


def _plain(text: str) -> str:
    """In small letters without accents, and with common signs."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    text = unicodedata.normalize("NFC", "".join(one for one in text if unicodedata.category(one) != "Mn"))
    text = _POINTS.sub(r" \1:\2:\3", text)
    return re.sub(r"(?<=\d)t(?=\d\d:)", " ", text.translate({0x2212: "-", 0x2013: "-", 0x2014: "-"})).strip()


def _time(text: str) -> tuple[timedelta | None, str, timedelta | None]:
    """What the time adds to midnight, if there is one, the text without it, and how far its zone is from UTC, where one is told."""
    found = _TIME.search(text)
    if found is None:
        return None, text, None
    offset, end = _offset(text, found.end())
    hour = int(found["hour"])
    minute, second = int(found["minute"] or found["of_h"] or found["of_point"] or 0), int(found["second"] or 0)
    if found["half"] and hour <= 12:
        hour = hour % 12 + (12 if found["half"] == "p" else 0)
    if (hour, minute, second) > (24, 0, 0) or minute > 59 or second > 60:  # 60 is a leap second
        raise ValueError(text)
    clock = timedelta(hours=hour, minutes=minute, seconds=second)
    return clock, f"{text[: found.start()]} {text[end:]}", offset


def _offset(text: str, at: int) -> tuple[timedelta | None, int]:
    """How far the zone behind the time is from UTC, and where it ends."""
    zone = _ZONE.match(text, at)
    if zone is None or zone["name"] in FILLERS or (zone["name"] and zone["name"].startswith(tuple(MONTHS))):
        return None, at
    if zone["name"]:
        return timedelta(hours=ZONES.get(zone["name"], 0)), zone.end()
    offset = timedelta(hours=int(zone["hours"]), minutes=int(zone["minutes"] or 0))
    if offset > _FARTHEST:
        raise ValueError(text)
    return offset if zone["sign"] == "+" else -offset, zone.end()


def _day_and_month(found: dict[str, str | None]) -> tuple[int, int]:
    day = int(found["day"] or 0)
    if found.get("name"):
        return day, MONTHS[found["name"] or ""]
    month = int(found["month"] or 0)
    if found.get("sign") in ("/", "-") and day != month:
        if max(day, month) <= 12:
            raise ValueError("either may be the month")
        return max(day, month), min(day, month)
    return day, month
