"""Frequencies in words: each row of `FREQUENCIES` is a wording and what it sets in a cron line."""

from __future__ import annotations

import re
from collections.abc import Callable
from re import Match, Pattern

from voicegraph.plan.rules.start.when import When, listed
from voicegraph.words.numbers import NUMBER, ORDINAL, to_number, to_ordinal
from voicegraph.words.patterns import either, named, rx, word_list

Reader = tuple[Pattern[str], Callable[[When, Match[str]], None]]

_WEEKDAYS = {"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
_MONTHS = {name: n for n, name in enumerate(word_list("jan feb mar apr may jun jul aug sep oct nov dec"), 1)}

_DAY = "(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun)"
_MONTH = (
    "(?:january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)"
)
_EVERY = r"(?:\bon )?\b(?:every(?: single)?|each)"
_AND = either(" ?, and ", " ?, ?", " and (?:on |every |each )?", " ?/ ?")
_PART = "(?: " + named("part", "mornings?|afternoons?|evenings?|nights?") + ")?"
_FIRST_DAY, _LAST_DAY = named("first", _DAY), named("last", _DAY)
_PART_OF_DAY = named("part", "morning|afternoon|evening|night|lunchtime|noon|midnight")
_STEP = named("n", NUMBER, "other", "second")
_ORDINALS = named("days", rf"(?:{ORDINAL})(?:{_AND}(?:the )?(?:{ORDINAL})){{0,30}}")
_DAYS = rf"{_DAY}s?(?:(?:{_AND}| ){_DAY}s?\b){{0,6}}"
_NO_FORTNIGHTS = "Cron has no every second week, so it runs every week."


def _step(found: Match[str]) -> int:
    said = found["n"] or "1"
    return 2 if said.lower() in {"other", "second"} else max(1, int(to_number(said)))


def _every(step: int) -> str:
    return "*" if step == 1 else f"*/{step}"


def _minutes(when: When, found: Match[str]) -> None:
    step = _step(found)
    when.minutes, when.hours = _every(step), when.hours or "*"
    if 60 % step:
        when.notes.append(f"Every {step} minutes starts anew at each full hour.")


def _part_of_hour(when: When, found: Match[str]) -> None:
    when.minutes, when.hours = ("*/30" if "half" in found[0].lower() else "*/15"), when.hours or "*"


def _hours(when: When, found: Match[str]) -> None:
    step = _step(found)
    when.minutes, when.hours = "0", _every(step)
    if 24 % step:
        when.notes.append(f"Every {step} hours starts anew at midnight.")


def _hourly(when: When, found: Match[str]) -> None:
    when.minutes, when.hours = "0", "*"


def _some_days(when: When, found: Match[str]) -> None:
    when.days = _every(_step(found))
    when.notes.append(f"Every {_step(found)} days starts anew on the first of the month.")


def _workdays(when: When, found: Match[str]) -> None:
    when.weekdays, when.daypart = "1-5", found["part"] or when.daypart


def _weekend(when: When, found: Match[str]) -> None:
    when.weekdays = "0,6"


def _day_range(when: When, found: Match[str]) -> None:
    first, last = _weekday(found["first"]), _weekday(found["last"])
    days = [(first + n) % 7 for n in range((last - first) % 7 + 1)]
    when.weekdays = f"{first}-{last}" if first < last else listed(days)


def _some_weekdays(when: When, found: Match[str]) -> None:
    when.weekdays = listed([_weekday(word) for word in re.findall(rf"\b{_DAY}", found["days"], re.IGNORECASE)])
    when.daypart = found["part"] or when.daypart
    if re.search(r"\b(?:other|second)\b", found[0], re.IGNORECASE):
        when.notes.append(_NO_FORTNIGHTS)
    elif re.fullmatch(r"on \w+[^s]", found[0], re.IGNORECASE):
        when.notes.append("It runs every week on that day.")


def _month_days(when: When, found: Match[str]) -> None:
    when.days = listed([to_ordinal(word) for word in re.findall(rf"\b(?:{ORDINAL})\b", found["days"], re.IGNORECASE)])


def _weekday_of_month(when: When, found: Match[str]) -> None:
    when.days = "1-7"
    when.notes.append(f'Cron cannot say "{found[0].strip()}"; it runs on each of the first seven days of the month.')


def _last_day(when: When, found: Match[str]) -> None:
    when.days = "28"
    when.notes.append("Cron has no last day of the month, so it runs on the 28th.")


def _date(when: When, found: Match[str]) -> None:
    when.months = str(_MONTHS[found["month"][:3].lower()])
    when.days = str(int(found["day"]) if found["day"].isdigit() else to_ordinal(found["day"]))
    when.notes.append("It runs every year on that date.")


def _monthly(when: When, found: Match[str]) -> None:
    when.days = "1" if when.days == "*" else when.days


def _quarterly(when: When, found: Match[str]) -> None:
    when.days, when.months = "1", "*/3"


def _quarter_days(when: When, found: Match[str]) -> None:
    _quarterly(when, found)
    _month_days(when, found)


def _yearly(when: When, found: Match[str]) -> None:
    when.days, when.months = "1", "1"


def _weekly(when: When, found: Match[str]) -> None:
    when.weekly = True
    if re.search(r"\b(?:other|two|second)\b|\bfortnight", found[0], re.IGNORECASE):
        when.notes.append(_NO_FORTNIGHTS)


def _times_a_week(when: When, found: Match[str]) -> None:
    if when.weekdays == "*":
        when.weekdays = "1,4" if found[0].lower().startswith("twice") else "1,3,5"


def _times_a_day(when: When, found: Match[str]) -> None:
    said = found["n"].lower()
    count = {"twice": 2, "thrice": 3}.get(said) or int(to_number(said.removesuffix(" times")))
    step = max(1, 12 // max(1, count - 1))
    when.times += [f"{hour}:00" for hour in ((9, 17) if count == 2 else range(8, 21, step))]
    when.usual_times = True


def _daily(when: When, found: Match[str]) -> None:
    when.daypart = found["part"] or when.daypart


def _weekday(word: str) -> int:
    return _WEEKDAYS[word[:3].lower()]


def table(*rows: tuple[str, Callable[[When, Match[str]], None]]) -> list[Reader]:
    """Wordings and their readers."""
    return [(rx(pattern), reader) for pattern, reader in rows]


FREQUENCIES: list[Reader] = table(
    (
        rf"{_EVERY} (?:half(?: an)?[ -]hour|(?:a )?quarter(?: of an| of the)?[ -]+hour)\b|\bhalf[ -]hourly\b",
        _part_of_hour,
    ),
    (rf"{_EVERY} (?:{_STEP} )?(?:minutes?|mins?)\b", _minutes),
    (rf"{_EVERY} (?:{_STEP} )?(?:full )?(?:hours?|hrs?)\b(?: on the hour)?", _hours),
    (r"\bonce an hour\b|\bhourly\b", _hourly),
    (rf"{_EVERY} {_STEP} days?\b", _some_days),
    (rf"(?:{_EVERY} |\bon (?:all )?)?\b(?:week ?days?|(?:working|work|business) ?days?)\b{_PART}", _workdays),
    (rf"(?:{_EVERY} |\bon |\bat )(?:the )?weekends?\b", _weekend),
    (
        rf"(?:{_EVERY} |\bon |\bfrom )?\b{_FIRST_DAY}s? ?(?:to|through|till|until|thru|-|–) ?{_LAST_DAY}s?\b",
        _day_range,
    ),
    (
        rf"(?:{_EVERY}|\bon(?: the)?) (?:first|second|third|fourth|last) {_DAY} (?:of|in) (?:the|each|every) month\b",
        _weekday_of_month,
    ),
    (rf"(?:{_EVERY} (?:other |second )?|\b(?:weekly )?on ){named('days', _DAYS)}\b{_PART}", _some_weekdays),
    (
        rf"\b{named('days', rf'(?:mon|tues|wednes|thurs|fri|satur|sun)days(?:{_AND}{_DAY}s?){{0,6}}')}\b{_PART}",
        _some_weekdays,
    ),
    (
        rf"(?:\bon )?\bthe last day of (?:each|every|the) month\b|(?:{_EVERY} month|\bmonthly) on the last day\b|{_EVERY} month[ -]end\b",
        _last_day,
    ),
    (rf"(?:{_EVERY} |\bon )?(?:the )?\b{_ORDINALS}(?: day)? (?:of|in) (?:each|every|the|a) month\b", _month_days),
    (rf"\bon the {_ORDINALS}(?: day)?(?= (?:at|around) )", _month_days),
    (rf"(?:{_EVERY} month|\bmonthly) on the {_ORDINALS}(?: day)?\b", _month_days),
    (rf"(?:{_EVERY} (?:three months|quarter)|\bquarterly) on the {_ORDINALS}(?: day)?\b", _quarter_days),
    (
        rf"(?:{_EVERY} |\bon )(?:year on )?{named('month', _MONTH)} (?:the )?{named('day', ORDINAL, '[0-9]{1,2}')}\b",
        _date,
    ),
    (rf"(?:{_EVERY} |\bon )(?:the )?{named('day', ORDINAL)} of {named('month', _MONTH)}\b", _date),
    (rf"{_EVERY} month\b|\bonce a month\b|\bmonthly\b", _monthly),
    (rf"{_EVERY} (?:three months|quarter)\b|\bonce a quarter\b|\bquarterly\b", _quarterly),
    (rf"{_EVERY} year\b|\bonce a year\b|\b(?:yearly|annually)\b", _yearly),
    (
        rf"{_EVERY} (?:(?:other|second|two) weeks?|week)\b|\bonce a week\b|\bweekly\b|\b(?:every )?fortnight(?:ly)?\b",
        _weekly,
    ),
    (rf"\b(?:twice|thrice|(?:{NUMBER}) times) (?:a|each|every|per) week\b", _times_a_week),
    (rf"\b{named('n', 'twice', 'thrice', f'{NUMBER} times')} (?:(?:a|each|every|per) day|daily)\b", _times_a_day),
    (
        rf"{_EVERY} (?:day|{_PART_OF_DAY})\b|\bonce (?:a|per|every) day\b|\b(?:daily|nightly)\b",
        _daily,
    ),
)
"""In no particular order: the leftmost and then the longest match counts."""
