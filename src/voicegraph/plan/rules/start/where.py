"""The zone of a time of day: named, or that of the place that stands right behind it."""

from __future__ import annotations

from collections.abc import Callable
from re import Match

from voicegraph.graph.schedule_times import server_zone
from voicegraph.plan.rules.start.when import When
from voicegraph.plan.rules.steps.named_services import MENTION
from voicegraph.plan.rules.text.shelter import Shelter
from voicegraph.plan.rules.text.verbs import leading_verb
from voicegraph.plan.rules.values.zones import AMERICAN, UNKNOWN, ZONE, city_zone, in_city, zone_of
from voicegraph.words.patterns import rx

Hit = tuple[Match[str], Callable[[When, Match[str]], None]]

GOES_ON = rx(r" ?(?:$|[,.;:]|(?:at|on|in|by|around|and|then)\b)")
"""What may follow the words about when; so may a verb."""


def read_zone(text: str, at: int, when: When, shelter: Shelter) -> int:
    """Take in the zone that begins at this place of the text; returns where it ends, `at` when there is none."""
    hit = max(zones_at(text, at, shelter), key=lambda hit: hit[0].end(), default=None)
    if hit is None:
        return at
    hit[1](when, hit[0])
    return hit[0].end()


def zones_at(text: str, at: int, shelter: Shelter) -> list[Hit]:
    """A zone, or a place with or without a known one, whatever is said after it: "at 9 in New York read …"."""
    return [*zone_at(text, at, shelter), *(city_at(text, at) or _others_at(text, at))]


def zone_at(text: str, at: int, shelter: Shelter) -> list[Hit]:
    """What is called a zone: "Berlin time", "CET"."""
    found = ZONE.match(text, at)
    zone = found and zone_of(found[0], shelter)
    return [(found, _in(zone))] if found and zone else []


def city_at(text: str, at: int) -> list[Hit]:
    """A place with a known zone: "in Berlin"; without "in" where a verb follows."""
    found = in_city().match(text, at)
    if found is None or (found["bare"] is not None and not _may_end(text, found.end())):
        return []
    return [(found, _in(city_zone(found["city"])))]


def _others_at(text: str, at: int) -> list[Hit]:
    american = AMERICAN.match(text, at)
    if american:
        return [(american, _in(zone_of(f"{american[0]} time", Shelter())))] if _may_end(text, american.end()) else []
    unknown = UNKNOWN.match(text, at)
    is_place = unknown and not MENTION.match(text, at) and (unknown["place"] or not leading_verb(unknown["theirs"]))
    return [(unknown, _nowhere)] if unknown and is_place else []


def _may_end(text: str, end: int) -> bool:
    """Whether the zone is over here: "at 9 Eastern read …", and not "at 9 Pacific news"."""
    verb = leading_verb(text[end:].lstrip(" ,"))
    return bool(GOES_ON.match(text, end)) or (verb is not None and verb.form == "base")


def _in(zone: str | None) -> Callable[[When, Match[str]], None]:
    def read(when: When, found: Match[str]) -> None:
        when.zone = zone

    return read


def _nowhere(when: When, found: Match[str]) -> None:
    place = found["place"] or found["theirs"]
    when.puzzles.append(
        f'The time zone of "{place}" is not known here and was left out; without one a schedule runs in the server\'s, '
        f'{server_zone()}. Set it in the schedule, or say it as in "at 9 New York time".'
    )
