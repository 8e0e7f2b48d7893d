"""Schedules in words -> five-field cron: "every weekday at half past nine in Berlin time".

It may stand at either end of a command, and in parts ("every Monday … at 9am"). What is read is cut out of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from re import Match

from voicegraph.graph.model import Schedule
from voicegraph.plan.rules.start.frequencies import FREQUENCIES, table
from voicegraph.plan.rules.start.when import When
from voicegraph.plan.rules.start.where import GOES_ON, Hit, city_at, read_zone, zone_at, zones_at
from voicegraph.plan.rules.text.shelter import Shelter
from voicegraph.plan.rules.values.zones import ZONE, zone_of
from voicegraph.words.patterns import named, rx
from voicegraph.words.times_of_day import SURE_TIME, TIME, read_time

_AND = "(?: ?, and | ?, ?| and )"
_REACH = 60
"""How many characters to the left of a frequency its time may begin."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The schedules that were read, the words that say them, what had to be assumed, and whether a time was said.

    `puzzles` tell what was not made out.
    """

    schedules: list[Schedule]
    words: str
    notes: list[str]
    timed: bool
    puzzles: list[str]


def _at(when: When, found: Match[str]) -> None:
    if when.usual_times:
        when.times, when.usual_times = [], False
    when.times += re.findall(rf"\b{TIME}", found["times"], re.IGNORECASE)


def _between(when: When, found: Match[str]) -> None:
    start, end = read_time(found["start"])[0], read_time(found["end"])[0]
    end += 12 if end <= start and end < 12 else 0
    step = (when.hours or "").partition("/")[2]
    when.hours = f"{start}-{max(start, end)}" + (f"/{step}" if step else "")


def _another_part(when: When, found: Match[str]) -> None:
    """“(At 8 every morning) and at 8 every evening”."""
    when.others.append((found["time"], found["part"]))


def _part_of_day(when: When, found: Match[str]) -> None:
    when.daypart = found["part"]


_DETAILS = table(
    (rf"(?:at|around|by|@|about|say) {named('times', f'{TIME}(?:{_AND}(?:at )?{TIME}){{0,9}}')}", _at),
    (named("times", f"{SURE_TIME}(?:{_AND}(?:at )?{SURE_TIME}){{0,9}}"), _at),
    (rf"(?:between|from) {named('start', TIME)} (?:and|to|until|till|-) {named('end', TIME)}", _between),
    (
        r"(?:in the |at )?"
        + named("part", "mornings?|afternoons?|evenings?|night|lunchtime")
        + r"\b(?! (?:news|report|brief))",
        _part_of_day,
    ),
    (
        rf"and (?:again )?(?:at {named('time', TIME)} )?(?:every|each|in the) {named('part', 'morning|afternoon|evening|night')}\b",
        _another_part,
    ),
)
"""What may stand beside a frequency."""
_BESIDE = [*_DETAILS, *FREQUENCIES]
_TIME_BEFORE = rx(rf"\b(?:{SURE_TIME}|(?:at|by|around) {TIME})(?= )")
_THEN_TIME = rx(rf",? (?:(?:at|by|around) {TIME}|{SURE_TIME})")
""""Every Monday in Berlin at 9"."""
_TIME_SOMEWHERE = rx(rf"\b(?:at|by|around) {named('times', TIME)}(?= )")
_ZONE_AT_END = rx(r",? in (?:the )?", named("zone", r"(?:(?!in\b)[a-z][\w'-]* ){1,4}time(?: ?zone)?"), r"(?=$| ?[,.;])")
_LOOSE_TIME = rx(rf"\b(?:at|by|around) {named('times', SURE_TIME)}")
_ADVERB = rx(r"(?:hourly|daily|nightly|weekly|monthly|quarterly|yearly|annually|fortnightly)\b")
_RESULT = rx(
    named("often", _ADVERB.pattern),
    r"(?: [\w-]+){0,2}? (?:digest|report|summary|update|briefing|newsletter|overview|e-?mail|reminder|round-?up|recap|job|task|run|workflow|backup|check|sync|export)\b",
)
_TOPIC_BEFORE = rx(r"\b(?:about|of|than) $")
""""A poem about Mondays" """
_OPEN_BEFORE = rx(r"(?:^|[,.;:]|\b(?:and|then|it|them|me|us|this|that|run|runs)) ?$")


def read_schedule(text: str, shelter: Shelter) -> tuple[str, Timing | None]:
    """The text without its schedule, and the schedule."""
    first = min(_hits(text), key=lambda hit: (hit[0].start(), -hit[0].end()), default=None)
    if first is None:
        return _by_kind(text, shelter)
    when = When()
    first[1](when, first[0])
    start, end = _widen(text, first[0].span(), when, shelter)
    joint = ", " if start and text[end:].lstrip().startswith(",") else " "
    rest = f"{text[:start].rstrip(' ,')}{joint}{text[end:].lstrip(' ,)')}".strip()
    rest = _late_zone(_late_time(rest, when, shelter), when, shelter)
    return rest, Timing(when.schedules(), text[start:end].strip(" ,"), when.notes, when.timed, when.puzzles)


def _by_kind(text: str, shelter: Shelter) -> tuple[str, Timing | None]:
    """“A daily digest … at 6 in the morning”: the kind says how often, where a time of day stands beside it."""
    kind, time = _RESULT.search(text), _LOOSE_TIME.search(text)
    if kind is None or time is None:
        return text, None
    often, reader = next((hit, reader) for pattern, reader in FREQUENCIES if (hit := pattern.fullmatch(kind["often"])))
    when = When()
    reader(when, often)
    rest = _late_time(text, when, shelter)
    return rest, Timing(when.schedules(), f"{kind[0]} {time[0]}", when.notes, True, when.puzzles)


def _hits(text: str) -> Iterable[Hit]:
    return (
        (match, reader)
        for pattern, reader in FREQUENCIES
        for match in pattern.finditer(text)
        if _says_when(text, match)
    )


def _says_when(text: str, match: Match[str]) -> bool:
    """Whether "weekly" says when, and not what kind, as in "a weekly report" and "the page Weekly Planning"."""
    if not _ADVERB.match(match[0]):
        return not _TOPIC_BEFORE.search(text, 0, match.start())
    return bool(_OPEN_BEFORE.search(text, 0, match.start()) or GOES_ON.match(text, match.end()))


def _widen(text: str, span: tuple[int, int], when: When, shelter: Shelter) -> tuple[int, int]:
    """Take in what stands beside the frequency and belongs to it, as far as it goes on both sides."""
    start, end = span
    while True:
        right = max(_right_of(text, end, shelter, timed=when.timed), key=lambda hit: hit[0].end(), default=None)
        if right:
            right[1](when, right[0])
            end = right[0].end()
        left = min(_left_of(text, start, shelter), key=lambda hit: hit[0].start(), default=None)
        if left:
            left[1](when, left[0])
            start = left[0].start()
        if not (left or right):
            return start, end


def _right_of(text: str, end: int, shelter: Shelter, *, timed: bool) -> list[Hit]:
    at = len(text) - len(text[end:].lstrip(" ,("))
    found = ((pattern.match(text, at), reader) for pattern, reader in _BESIDE)
    hits = [(match, reader) for match, reader in found if match and _says_when(text, match)]
    if timed:
        return [*hits, *zones_at(text, at, shelter)]
    places = [hit for hit in city_at(text, at) if _THEN_TIME.match(text, hit[0].end())]
    return [*hits, *zone_at(text, at, shelter), *places]


def _left_of(text: str, start: int, shelter: Shelter) -> list[Hit]:
    end = len(text[:start].rstrip(" ,"))
    begin = max(0, end - _REACH)
    hits = [
        (match, reader)
        for pattern, reader in _BESIDE
        for match in pattern.finditer(text, begin, end)
        if match.end() == end
    ]
    timed = [time.end() for time in _TIME_BEFORE.finditer(text, begin, end)]
    behind = [hit for at in timed for hit in zones_at(text[:end], at + 1, shelter)]
    hits += [(zone, reader) for zone, reader in behind if zone.end() == end]
    hits += [(city, reader) for city, reader in city_at(text[:end], 0) if city.end() == end]
    zones = [match for match in ZONE.finditer(text, begin, end) if match.end() == end and _stands_alone(match)]
    return [*hits, *(hit for zone in zones for hit in zone_at(text[:end], zone.start(), shelter))]


def _stands_alone(zone: Match[str]) -> bool:
    """Whether a zone before the frequency is sure to be one: "in Tokyo time, …", "9am UTC …"."""
    return bool(zone["short"]) or zone[0].lower().startswith("in ")


def _late_time(text: str, when: When, shelter: Shelter) -> str:
    """Take the time of day from elsewhere in the command: "every Monday email me … at 9am"."""
    if when.times or when.minutes:
        return text
    for found in _TIME_SOMEWHERE.finditer(text):
        at = len(text) - len(text[found.end() :].lstrip(" ,"))
        if (end := read_zone(text, at, when, shelter)) > at:
            return _without_time(text, found, end, when)
    found = _LOOSE_TIME.search(text)
    return _without_time(text, found, found.end(), when) if found else text


def _late_zone(text: str, when: When, shelter: Shelter) -> str:
    """Take the zone from the end of a clause: "every Monday at 9 post it to #team in Berlin time"."""
    found = _ZONE_AT_END.search(text) if when.timed and when.zone is None else None
    zone = found and zone_of(found["zone"], shelter)
    if found is None or zone is None:
        return text
    when.zone = zone
    return f"{text[: found.start()]}{text[found.end() :]}".strip()


def _without_time(text: str, found: Match[str], end: int, when: When) -> str:
    _at(when, found)
    return f"{text[: found.start()].rstrip(' ,')} {text[end:].lstrip()}".strip()
