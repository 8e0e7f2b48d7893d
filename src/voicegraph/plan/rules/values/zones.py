"""Time zones as people say them: "New York time", "Pacific time", "CET", "Berlin time" -> IANA names."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from re import Pattern

from voicegraph.plan.rules.text.shelter import PATH, Shelter
from voicegraph.words.patterns import END, either, named, rx, word_set, words

_SAID: dict[str, str] = {
    "America/Los_Angeles": "pacific pst pdt pt",
    "America/Denver": "mountain mst mdt",
    "America/Chicago": "central cst cdt",
    "America/New_York": "eastern est edt et",
    "America/Anchorage": "akst akdt",
    "UTC": "utc zulu universal gmt",
    "Europe/Berlin": "cet cest central_european german",
    "Europe/London": "bst british",
    "Europe/Athens": "eet eest eastern_european",
    "Europe/Moscow": "msk",
    "Europe/Paris": "french",
    "Europe/Rome": "italian",
    "Europe/Madrid": "spanish",
    "Europe/Zurich": "swiss",
    "Africa/Johannesburg": "sast",
    "Asia/Kolkata": "indian ist",
    "Asia/Tokyo": "japanese jst",
    "Asia/Hong_Kong": "hkt",
    "Asia/Singapore": "sgt",
    "Asia/Seoul": "korean kst",
    "Australia/Sydney": "aest aedt",
    "Pacific/Auckland": "nzst nzdt",
}
"""Zone -> what its time is called besides the name of a place."""
_PLACES: dict[str, str] = {
    "America/Los_Angeles": "west_coast la california san_francisco san_diego san_jose seattle silicon_valley las_vegas",
    "America/Denver": "colorado salt_lake_city",
    "America/Chicago": "texas dallas houston austin minneapolis new_orleans kansas_city st._louis st_louis",
    "America/New_York": "east_coast nyc new_york_city boston washington_dc washington_d.c. washington miami atlanta florida "
    "philadelphia pittsburgh orlando",
    "America/Toronto": "ottawa",
    "America/Sao_Paulo": "brazil rio rio_de_janeiro brasilia",
    "America/Argentina/Buenos_Aires": "argentina",
    "Europe/Berlin": "germany munich münchen hamburg frankfurt cologne köln stuttgart düsseldorf leipzig",
    "Europe/London": "uk england scotland wales great_britain united_kingdom manchester edinburgh glasgow birmingham",
    "Europe/Dublin": "ireland",
    "Europe/Paris": "france lyon marseille",
    "Europe/Rome": "italy milan naples turin florence",
    "Europe/Madrid": "spain barcelona valencia seville",
    "Europe/Amsterdam": "netherlands the_hague rotterdam",
    "Europe/Brussels": "belgium antwerp",
    "Europe/Vienna": "austria salzburg",
    "Europe/Zurich": "switzerland zürich geneva basel bern lausanne",
    "Europe/Stockholm": "sweden gothenburg",
    "Europe/Oslo": "norway",
    "Europe/Copenhagen": "denmark",
    "Europe/Helsinki": "finland",
    "Europe/Warsaw": "krakow",
    "Europe/Athens": "greece",
    "Africa/Johannesburg": "south_africa cape_town",
    "Asia/Kolkata": "india mumbai delhi new_delhi bangalore bengaluru chennai hyderabad",
    "Asia/Tokyo": "osaka kyoto",
    "Asia/Shanghai": "china beijing shenzhen guangzhou",
    "Asia/Seoul": "korea south_korea",
    "Asia/Dubai": "abu_dhabi",
    "Asia/Ho_Chi_Minh": "vietnam hanoi ho_chi_minh_city",
    "Asia/Bangkok": "thailand",
    "Australia/Sydney": "canberra",
    "Pacific/Auckland": "new_zealand wellington",
}
"""Zone -> places that the IANA data base does not name."""
_NO_PLACES = word_set(
    "act cet center central cst6cdt east eastern easter eet est est5edt factory general gmt greenwich hst knox lhi met "
    "mountain mst mst7mdt north pacific prc pst8pdt roc rok south troll uct universal utc wake west wet zulu"
)
"""Names of that data base that mean something else behind "in"."""
_ABBREVIATION = words(
    "UTC GMT CET CEST EET EEST BST IST MSK EST EDT CST CDT MST MDT PST PDT AKST AKDT ET PT JST KST HKT SGT AEST AEDT "
    "NZST NZDT SAST"
)
_KINDS_OF_TIME = frozenset({"standard", "daylight", "local"})
_PLACE = r"[a-z][\w'-]*(?:[ _][a-z][\w'-]*){0,3}"
_NAME = r"(?-i:[A-Z][\w'.-]*(?: [A-Z][\w'.-]*){0,3})"
ZONE = rx(
    either(
        "(?:in (?:the )?)?"
        + either(
            named("place", _PLACE) + " (?:(?:standard|daylight|local) )?time(?: ?zone)?",
            r"\b" + named("short", _ABBREVIATION),
        )
        + r"\b",
        named("path", f"(?:in (?:the )?)?{PATH}") + "(?: time(?: ?zone)?)?",
    )
)
"""A time zone, for `zone_of`; "in the" may stand before it."""

AMERICAN = rx(words("eastern central mountain pacific"), END)
"""A zone without the word "time", as it is said in America: "at 9 Eastern"."""
_NOWHERE = words(
    "slack notion telegram discord teams github google jira trello whatsapp excel english german french spanish italian "
    "portuguese dutch polish russian chinese japanese korean arabic hindi json csv xml yaml html markdown pdf january february "
    "march april may june july august september october november december"
)
UNKNOWN = rx(rf"(?:in (?:the )?(?!{_NOWHERE}{END})(?P<place>{_NAME})(?: time)?|(?P<theirs>{_NAME}) time)", END)
"""What is written like a place, with a capital, where a zone would stand: "at 9 in Springfield"."""


@cache
def in_city() -> Pattern[str]:
    """A place behind a time of day, of as many words as have a zone: "at eight in New York (City)", "at 8 Paris"."""
    names = sorted(_places(), key=len, reverse=True)
    return rx("(?:(?:in|on) (?:the )?|(?P<bare>(?-i:(?=[A-Z]))))", named("city", *map(re.escape, names)), END)


def city_zone(name: str) -> str | None:
    """The IANA name for the place itself, without the word "time"; None when it is none with a zone."""
    return _places().get(name.lower().replace("_", " "))


def zone_of(text: str, shelter: Shelter) -> str | None:
    """The IANA name of what `ZONE` matched, None when no zone is called that."""
    found = ZONE.fullmatch(text)
    if found is None:
        return None
    said = found["place"] or found["short"] or shelter.restore(found["path"])
    parts = [part for part in said.lower().replace("_", " ").split() if part not in _KINDS_OF_TIME]
    names = (" ".join(parts[start:]) for start in range(len(parts)))
    return next((zone for name in names if (zone := _zones().get(name))), None)


@cache
def _zones() -> dict[str, str]:
    """What a zone may be called -> its IANA name."""
    said = {name.replace("_", " "): zone for zone, names in _SAID.items() for name in names.split()}
    return _cities() | _more_places() | said


@cache
def _places() -> dict[str, str]:
    return {name: zone for name, zone in (_cities() | _more_places()).items() if name not in _NO_PLACES}


def _more_places() -> dict[str, str]:
    return {name.replace("_", " "): zone for zone, names in _PLACES.items() for name in names.split()}


@cache
def _cities() -> dict[str, str]:
    """City -> zone, from the list of the IANA data base; the full name is a key too."""
    zones = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    cities = {zone.rpartition("/")[2].replace("_", " ").lower(): zone for zone in zones if "/" in zone}
    return cities | {zone.replace("_", " ").lower(): zone for zone in zones}
