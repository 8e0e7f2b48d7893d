"""Schedules in words -> five-field cron: "every weekday at half past nine in Berlin time".

A schedule may stand at either end of a command, in parts ("every Monday … at 9am"). What is read is cut out of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from re import Match, Pattern

from voicegraph.graph.model import Schedule
from voicegraph.plan.rules.numbers import NUMBER, ORDINAL, to_number, to_ordinal
from voicegraph.plan.rules.shelter import Shelter
from voicegraph.plan.rules.times import SURE_TIME, TIME, read_time
from voicegraph.plan.rules.zones import ZONE, to_zone

_DAYS = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_DAYPARTS = {"morning": 9, "afternoon": 15, "evening": 18, "night": 21, "lunchtime": 12, "noon": 12, "midnight": 0}
DEFAULT_HOUR = 9

_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun"
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)"
_EVERY = r"(?:on\s+)?\b(?:every(?:\s+single)?|each)"
_LIST = r"(?:\s*,\s*and\s+|\s*,\s*|\s+and\s+(?:on\s+|every\s+|each\s+)?|\s*/\s*)"
_PART = r"(?:\s+(?P<part>mornings?|afternoons?|evenings?|nights?))?"


@dataclass
class _When:
    """The fields of a cron line while they are gathered."""

    minutes: str | None = None
    hours: str | None = None
    days: str = "*"
    months: str = "*"
    weekdays: str = "*"
    times: list[str] = field(default_factory=list)
    daypart: str | None = None
    zone: str | None = None
    regular: bool = False
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Timing:
    """What was read: the schedules (one a time of day where cron needs several), and what had to be assumed."""

    schedules: list[Schedule]
    notes: list[str]
    words: str


def _every_minutes(when: _When, found: Match[str]) -> None:
    step = _step(found["n"])
    when.minutes, when.hours = ("*" if step == 1 else f"*/{step}"), "*"
    if step > 1 and 60 % step:
        when.notes.append(f"every {step} minutes starts anew at each full hour")


def _part_of_hour(when: _When, found: Match[str]) -> None:
    when.minutes, when.hours = ("*/30" if "half" in found[0].lower() else "*/15"), "*"


def _every_hours(when: _When, found: Match[str]) -> None:
    step = _step(found["n"]) if "n" in found.groupdict() else 1
    when.minutes, when.hours = "0", ("*" if step == 1 else f"*/{step}")
    if step > 1 and 24 % step:
        when.notes.append(f"every {step} hours starts anew at midnight")


def _every_days(when: _When, found: Match[str]) -> None:
    step = _step(found["n"])
    when.days = f"*/{step}"
    when.notes.append(f"every {step} days starts anew on the first of the month")


def _weekdays(when: _When, found: Match[str]) -> None:
    when.weekdays = "1-5"
    when.daypart = found.groupdict().get("part")


def _weekend(when: _When, found: Match[str]) -> None:
    when.weekdays = "0,6"


def _day_range(when: _When, found: Match[str]) -> None:
    first, last = _day(found["first"]), _day(found["last"])
    days = [(first + n) % 7 for n in range((last - first) % 7 + 1)]
    when.weekdays = f"{first}-{last}" if first < last else ",".join(map(str, sorted(days)))


def _day_list(when: _When, found: Match[str]) -> None:
    days = {_day(word) for word in re.findall(rf"\b(?:{_DAY})", found["days"], re.I)}
    when.weekdays = ",".join(map(str, sorted(days)))
    when.daypart = found["part"]
    if re.search(r"\b(?:other|second|two)\b", found[0], re.I):
        when.notes.append("cron has no every second week, so it runs every week")
    if re.fullmatch(r"on\s+\w+[^s]", found[0], re.I):
        when.notes.append("it runs every week on that day")


def _month_days(when: _When, found: Match[str]) -> None:
    days = sorted({to_ordinal(word) for word in re.findall(rf"\b(?:{ORDINAL})\b", found["days"], re.I)})
    when.days = ",".join(map(str, days))


def _nth_weekday(when: _When, found: Match[str]) -> None:
    when.days, when.weekdays = "1-7", "*"
    when.notes.append(f'cron cannot say "{found[0].strip()}"; it runs on each of the first seven days of the month, so pick a day')


def _last_day(when: _When, found: Match[str]) -> None:
    when.days = "28"
    when.notes.append("cron has no last day of the month, so it runs on the 28th")


def _date(when: _When, found: Match[str]) -> None:
    when.months = str(_MONTHS[found["month"][:3].lower()])
    when.days = str(to_ordinal(found["day"]) if not found["day"].isdigit() else int(found["day"]))
    when.notes.append("it runs every year on that date")


def _monthly(when: _When, found: Match[str]) -> None:
    when.days = "1" if when.days == "*" else when.days


def _quarterly(when: _When, found: Match[str]) -> None:
    when.days, when.months = "1", "*/3"


def _yearly(when: _When, found: Match[str]) -> None:
    when.days, when.months = "1", "1"


def _weekly(when: _When, found: Match[str]) -> None:
    if when.weekdays == "*":
        when.weekdays = "1"
        when.notes.append("weekly means on Mondays")
    if re.search(r"\b(?:other|two|second|fortnight)", found[0], re.I):
        when.notes.append("cron has no every second week, so it runs every week")


def _daily(when: _When, found: Match[str]) -> None:
    when.daypart = found.groupdict().get("part") or when.daypart


def _times_a_day(when: _When, found: Match[str]) -> None:
    count = {"twice": 2, "thrice": 3}.get(found["n"].lower()) or _step(found["n"].split()[0])
    when.times += [] if count < 2 else [f"{h}:00" for h in ((9, 17) if count == 2 else range(8, 21, max(1, 12 // (count - 1))))]
    when.regular = True


def _times_a_week(when: _When, found: Match[str]) -> None:
    if when.weekdays == "*":
        when.weekdays = "1,4" if found[0].lower().startswith("twice") else "1,3,5"


def _at(when: _When, found: Match[str]) -> None:
    if when.regular:
        when.times, when.regular = [], False
    when.times += re.findall(rf"\b{TIME}", found["times"], re.I)


def _between(when: _When, found: Match[str]) -> None:
    start, end = read_time(found["start"])[0], read_time(found["end"])[0]
    end += 12 if end <= start and end < 12 else 0
    step = when.hours.partition("/")[2] if when.hours else ""
    when.hours = f"{start}-{max(start, end)}" + (f"/{step}" if step else "")


def _part_of_day(when: _When, found: Match[str]) -> None:
    when.daypart = found["part"]


_Reader = tuple[Pattern[str], Callable[[_When, Match[str]], None]]


def _table(*rows: tuple[str, Callable[[_When, Match[str]], None]]) -> list[_Reader]:
    return [(re.compile(pattern, re.I), reader) for pattern, reader in rows]


_STEP = rf"(?P<n>{NUMBER}|other|second)"
_ANCHORS = _table(
    (rf"{_EVERY}\s+(?:half(?:\s+an)?[\s-]hour|(?:a\s+)?quarter(?:\s+of\s+an|\s+of\s+the)?[\s-]+hour)\b|\bhalf[\s-]hourly\b", _part_of_hour),
    (rf"{_EVERY}\s+(?:{_STEP}\s+)?(?:minutes?|mins?)\b|\bonce\s+(?P<once>a|every)\s+minute\b|\bevery\s+minute\b", _every_minutes),
    (rf"{_EVERY}\s+(?:{_STEP}\s+)?(?:full\s+)?(?:hours?|hrs?)\b(?:\s+on\s+the\s+hour)?|\bonce\s+an\s+hour\b", _every_hours),
    (rf"\bhourly\b", _every_hours),
    (rf"{_EVERY}\s+{_STEP}\s+days?\b", _every_days),
    (
        rf"(?:{_EVERY}\s+|\bon\s+(?:all\s+)?)?\b(?:week\s?days?|(?:working|work|business)\s?days?)\b{_PART}|{_EVERY}\s+weekday(?P<x>)\b",
        _weekdays,
    ),
    (rf"(?:{_EVERY}\s+|\bon\s+|\bat\s+)(?:the\s+)?weekends?\b", _weekend),
    (rf"(?:{_EVERY}\s+|\bon\s+|\bfrom\s+)?\b(?P<first>{_DAY})s?\s*(?:to|through|till|until|thru|-|–)\s*(?P<last>{_DAY})s?\b", _day_range),
    (rf"(?:{_EVERY}|\bon(?:\s+the)?)\s+(?:first|second|third|fourth|last)\s+(?:{_DAY})\s+(?:of|in)\s+(?:the|each|every)\s+month\b", _nth_weekday),
    (
        rf"(?:{_EVERY}\s+(?:other\s+|second\s+|two\s+)?|\bon\s+|\bweekly\s+on\s+)(?P<days>(?:{_DAY})s?(?:{_LIST}(?:{_DAY})s?\b)*)\b{_PART}"
        rf"|\b(?P<plural>(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days)(?:{_LIST}(?:{_DAY})s?)*)\b",
        lambda when, found: _day_list(when, found) if found["days"] else _plural_days(when, found),
    ),
    (rf"\bon\s+the\s+last\s+day\s+of\s+(?:each|every|the)\s+month\b|{_EVERY}\s+month\s+on\s+the\s+last\s+day\b|{_EVERY}\s+month[\s-]end\b", _last_day),
    (
        rf"(?:{_EVERY}\s+|\bon\s+)?(?:the\s+)?\b(?P<days>(?:{ORDINAL})(?:{_LIST}(?:the\s+)?(?:{ORDINAL}))*)(?:\s+day)?\s+(?:of|in)\s+(?:each|every|the|a)\s+month\b",
        _month_days,
    ),
    (
        rf"(?:{_EVERY}\s+month|\bmonthly)\s+on\s+the\s+(?P<days>(?:{ORDINAL})(?:{_LIST}(?:the\s+)?(?:{ORDINAL}))*)(?:\s+day)?\b",
        _month_days,
    ),
    (rf"(?:{_EVERY}\s+|\bon\s+)(?:year\s+on\s+)?(?P<month>{_MONTH})\s+(?:the\s+)?(?P<day>{ORDINAL}|\d{{1,2}})\b", _date),
    (rf"(?:{_EVERY}\s+|\bon\s+)(?:the\s+)?(?P<day>{ORDINAL})\s+of\s+(?P<month>{_MONTH})\b", _date),
    (rf"{_EVERY}\s+month\b|\bonce\s+a\s+month\b|\bmonthly\b", _monthly),
    (rf"{_EVERY}\s+(?:three\s+months|quarter)\b|\bonce\s+a\s+quarter\b|\bquarterly\b", _quarterly),
    (rf"{_EVERY}\s+year\b|\bonce\s+a\s+year\b|\b(?:yearly|annually)\b", _yearly),
    (rf"{_EVERY}\s+(?:(?:other|second|two)\s+weeks?|week)\b|\bonce\s+a\s+week\b|\bweekly\b|\b(?:every\s+)?fortnight(?:ly)?\b", _weekly),
    (rf"\b(?:twice|thrice|(?:{NUMBER})\s+times)\s+(?:a|each|every|per)\s+week\b", _times_a_week),
    (rf"\b(?P<n>twice|thrice|(?:{NUMBER})\s+times)\s+(?:a|each|every|per)\s+day\b", _times_a_day),
    (
        rf"{_EVERY}\s+(?:day|(?P<part>morning|afternoon|evening|night|lunchtime|noon|midnight))\b|\bonce\s+(?:a|per|every)\s+day\b"
        rf"|\b(?:daily|nightly)\b",
        _daily,
    ),
)
_PARTS = _table(
    (rf"(?:at|around|by|@|about)\s+(?P<times>{TIME}(?:{_LIST}(?:at\s+)?{TIME})*)", _at),
    (rf"(?P<times>{SURE_TIME}(?:{_LIST}(?:at\s+)?{SURE_TIME})*)", _at),
    (rf"(?:between|from)\s+(?P<start>{TIME})\s+(?:and|to|until|till|-)\s+(?P<end>{TIME})", _between),
    (r"(?:in\s+the\s+|at\s+)?(?P<part>mornings?|afternoons?|evenings?|night|lunchtime)\b(?!\s+(?:news|report|brief))", _part_of_day),
)
_LOOSE_TIME = re.compile(rf"\b(?:at|by|around)\s+(?P<times>{SURE_TIME})", re.I)
_ADVERB = re.compile(r"(?:hourly|daily|nightly|weekly|monthly|quarterly|yearly|annually|fortnightly)\b", re.I)
_OPEN_BEFORE = re.compile(r"(?:^|[,.;:]|\b(?:and|then|it|them|me|us|this|that|run|runs))\s*$", re.I)
_OPEN_AFTER = re.compile(r"\s*(?:$|[,.;:]|(?:at|on|in|by|around|and|then)\b)", re.I)
_GAP = re.compile(r"[\s,]*")


def read_schedule(text: str, shelter: Shelter) -> tuple[str, Timing | None]:
    """The text without its schedule, and the schedule."""
    when, start, end = _When(), -1, -1
    for found, reader in _anchors(text):
        reader(when, found)
        start, end = found.span()
        break
    if start < 0:
        return text, None
    start, end = _widen(text, start, end, when, shelter)
    rest = f"{text[:start].rstrip(' ,')}{' ' if start else ''}{text[end:].lstrip(' ,')}".strip()
    rest = _late_time(rest, when)
    schedules, notes = _cron_lines(when)
    return rest, Timing(schedules, notes, text[start:end].strip(" ,"))


def _anchors(text: str) -> list[tuple[Match[str], Callable[[_When, Match[str]], None]]]:
    """The first way to read a frequency, the leftmost and then the longest one."""
    found = [(match, reader) for pattern, reader in _ANCHORS for match in pattern.finditer(text) if _is_time(text, match)]
    return sorted(found, key=lambda pair: (pair[0].start(), -pair[0].end()))[:1]


def _is_time(text: str, match: Match[str]) -> bool:
    """Whether "weekly" says when, or what kind, as in "a weekly report" and "the page Weekly Planning"."""
    if not _ADVERB.match(match[0]):
        return True
    return bool(_OPEN_BEFORE.search(text, 0, match.start()) or _OPEN_AFTER.match(text, match.end()))


def _widen(text: str, start: int, end: int, when: _When, shelter: Shelter) -> tuple[int, int]:
    """Take in what stands beside the frequency and belongs to it, as far as it goes on both sides."""
    growing = True
    while growing:
        growing = False
        gap = _GAP.match(text, end)
        for match, reader in _beside(text, gap.end() if gap else end, shelter):
            reader(when, match)
            end, growing = match.end(), True
            break
        left = len(text[:start].rstrip(" ,"))
        for match, reader in _ending(text, left, shelter):
            reader(when, match)
            start, growing = match.start(), True
            break
    return start, end


def _beside(text: str, at: int, shelter: Shelter) -> list[tuple[Match[str], Callable[[_When, Match[str]], None]]]:
    readers = [*_PARTS, *_ANCHORS]
    found = [(match, reader) for pattern, reader in readers if (match := pattern.match(text, at)) and match.end() > at]
    found = [(match, reader) for match, reader in found if _is_time(text, match)]
    zone = ZONE.match(text, at)
    if zone and _zone_of(zone, shelter):
        found.append((zone, lambda when, match: _set_zone(when, match, shelter)))
    return sorted(found, key=lambda pair: -pair[0].end())[:1]


def _ending(text: str, end: int, shelter: Shelter) -> list[tuple[Match[str], Callable[[_When, Match[str]], None]]]:
    lead = max(0, end - 60)
    found = [
        (match, reader)
        for pattern, reader in [*_PARTS, *_ANCHORS]
        for match in pattern.finditer(text, lead, end)
        if match.end() == end and match.end() > match.start()
    ]
    for match in ZONE.finditer(text, lead, end):
        if match.end() == end and match[0].lower().startswith("in ") and _zone_of(match, shelter):
            found.append((match, lambda when, match: _set_zone(when, match, shelter)))
    return sorted(found, key=lambda pair: pair[0].start())[:1]


def _zone_of(found: Match[str], shelter: Shelter) -> str | None:
    name = found["zone"] or found["abbreviation"] or shelter.value(found["path"] or found["bare"])
    return to_zone(name)


def _set_zone(when: _When, found: Match[str], shelter: Shelter) -> None:
    when.zone = _zone_of(found, shelter)


def _late_time(text: str, when: _When) -> str:
    """Take the time of day from elsewhere in the command: "every Monday email me … at 9am"."""
    if when.times or when.minutes:
        return text
    found = _LOOSE_TIME.search(text)
    if found is None:
        return text
    _at(when, found)
    return f"{text[: found.start()].rstrip(' ,')} {text[found.end() :].lstrip()}".strip()


def _cron_lines(when: _When) -> tuple[list[Schedule], list[str]]:
    rest = f"{when.days} {when.months} {when.weekdays}"
    if when.minutes is not None:
        return [Schedule(cron=f"{when.minutes} {when.hours} {rest}", timezone=when.zone)], when.notes
    part = (when.daypart or "").lower().removesuffix("s")
    evening = part in {"afternoon", "evening", "night"}
    times = list(dict.fromkeys(read_time(text, evening) for text in when.times))
    if when.hours is not None and not times:
        return [Schedule(cron=f"0 {when.hours} {rest}", timezone=when.zone)], when.notes
    if not times:
        times = [(_DAYPARTS.get(part, DEFAULT_HOUR), 0)]
        when.notes.append(f"no time of day was said, so it runs at {times[0][0]}:00")
    by_minute: dict[int, list[int]] = {}
    for hour, minute in times:
        by_minute.setdefault(minute, []).append(hour)
    crons = [f"{minute} {','.join(map(str, sorted(hours)))} {rest}" for minute, hours in by_minute.items()]
    return [Schedule(cron=cron, timezone=when.zone) for cron in crons], when.notes


def _plural_days(when: _When, found: Match[str]) -> None:
    days = {_day(word) for word in re.findall(rf"\b(?:{_DAY})", found["plural"], re.I)}
    when.weekdays = ",".join(map(str, sorted(days)))


def _day(word: str) -> int:
    return _DAYS[word[:3].lower()]


def _step(text: str | None) -> int:
    if not text:
        return 1
    return 2 if text.lower() in {"other", "second"} else max(1, int(to_number(text)))
