"""Five-field cron, read strictly: `minute hour day-of-month month day-of-week`, see crontab(5).

Lists, ranges, steps and English three-letter names are known; Sunday is 0 or 7. `@daily`, `L`, `W` and `#` are not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_LONGEST_MONTHS = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
_PART = re.compile(r"(\*|[0-9]{1,4}|[A-Za-z]{3})(?:-([0-9]{1,4}|[A-Za-z]{3}))?(?:/([0-9]{1,4}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Field:
    title: str
    low: int
    high: int
    names: dict[str, int]


_FIELDS = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of the month", 1, 31, {}),
    _Field("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    _Field("day of the week", 0, 7, {name: number for number, name in enumerate(_WEEKDAYS)}),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """The values that match, `weekdays` as 0 (Sunday) to 6.

    A day must match both day fields when one of them starts with `*` (`any_day`, `any_weekday`), and either of them
    when none does (crontab(5)).
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool


@lru_cache(maxsize=256)
def parse_cron(text: str) -> Cron:
    """Read a cron line. Raises ValueError, in plain English, when it is wrong or can never match."""
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(
            f"A schedule has five fields (minute, hour, day of the month, month, day of the week), such as "
            f'"0 9 * * 1" for Mondays at 9:00; this one has {len(fields)}.'
        )
    minutes, hours, days, months, weekdays = (_values(*pair) for pair in zip(fields, _FIELDS, strict=True))
    cron = Cron(
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=frozenset(day % 7 for day in weekdays),
        any_day=fields[2].startswith("*"),
        any_weekday=fields[4].startswith("*"),
    )
    if cron.any_weekday and min(days) > max(_LONGEST_MONTHS[month] for month in months):
        raise ValueError("This schedule never comes: none of its months has such a day.")
    return cron


def _values(text: str, field: _Field) -> frozenset[int]:
    return frozenset(value for part in text.split(",") for value in _part(part, field))


def _part(text: str, field: _Field) -> range:
    match = _PART.fullmatch(text)
    if match is None or (match[1] == "*" and match[2]):
        raise ValueError(
            f'The {field.title} "{text[:40]}" is not understood; write *, a number, a range such as '
            f"{field.low}-{field.high}, a step such as */2, or several with commas between them."
        )
    first, last, step = match[1], match[2], int(match[3] or 1)
    if step == 0:
        raise ValueError(f'The {field.title} "{text}" has a step of 0; a step is 1 or more.')
    if first == "*":
        return range(field.low, field.high + 1, step)
    low = _number(first, field)
    # "5/10" means from 5 to the end in steps of 10.
    high = _number(last, field) if last else (field.high if match[3] else low)
    if high == 0 < low and "SUN" in field.names:
        high = 7  # "SAT-SUN" ends a week, it does not begin one
    if high < low:
        raise ValueError(f'The {field.title} "{text}" runs backwards; write the smaller value first.')
    return range(low, high + 1, step)


def _number(text: str, field: _Field) -> int:
    if not text.isdigit():
        if text.upper() not in field.names:
            names = f" or one of {', '.join(field.names)}" if field.names else ""
            raise ValueError(f'The {field.title} "{text}" is not known; write a number{names}.')
        return field.names[text.upper()]
    if not field.low <= int(text) <= field.high:
        raise ValueError(f"The {field.title} is from {field.low} to {field.high}; {text} is outside.")
    return int(text)


def check_zone(name: str) -> None:
    """ValueError when the IANA data base has no such time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f'There is no time zone "{name[:64]}"; use an IANA name such as "Europe/Berlin" or "UTC".'
        ) from error
