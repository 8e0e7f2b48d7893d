"""Time zones as people say them: "New York time", "Pacific time", "CET", "Berlin time" -> IANA names."""

from __future__ import annotations

from functools import cache
from importlib import resources

from voicegraph.plan.rules.text.shelter import PATH, Shelter
from voicegraph.speech.text.patterns import either, named, rx, words

_SAID: dict[str, str] = {
    "America/Los_Angeles": "pacific west_coast pst pdt pt la california san_francisco seattle",
    "America/Denver": "mountain mst",
    "America/Chicago": "central cst cdt texas dallas houston austin",
    "America/New_York": "eastern east_coast est edt et nyc boston washington miami atlanta",
    "UTC": "utc zulu universal gmt",
    "Europe/Berlin": "cet cest central_european german germany munich hamburg frankfurt cologne",
    "Europe/London": "bst uk british manchester edinburgh",
    "Europe/Paris": "french france",
    "Europe/Rome": "italian italy milan",
    "Europe/Madrid": "spanish spain barcelona",
    "Europe/Zurich": "swiss geneva",
    "Europe/Kyiv": "kyiv",
    "Asia/Kolkata": "india indian ist mumbai delhi new_delhi bangalore chennai",
    "Asia/Tokyo": "japan japanese jst",
    "Asia/Shanghai": "china beijing",
    "Asia/Seoul": "korea korean",
    "America/Sao_Paulo": "brazil rio",
    "Australia/Sydney": "aest canberra",
}
"""Zone -> what it is called besides the name of its city."""
_PLACES = frozenset({
    "san francisco", "seattle", "california", "dallas", "houston", "austin", "texas", "boston", "washington", "miami",
    "atlanta", "germany", "munich", "hamburg", "frankfurt", "cologne", "manchester", "edinburgh", "france", "italy",
    "milan", "spain", "barcelona", "geneva", "india", "mumbai", "delhi", "new delhi", "bangalore", "chennai", "japan",
    "china", "beijing", "korea", "brazil", "canberra",
})  # fmt: skip
"""Of what zones are called: the places."""
_ZONES = {name.replace("_", " "): zone for zone, names in _SAID.items() for name in names.split()}

_KINDS_OF_TIME = frozenset({"standard", "daylight", "local"})
_ABBREVIATION = words("UTC GMT CET CEST EST EDT CST CDT MST PST PDT BST IST JST AEST ET PT")
_PLACE = r"[a-z][\w'-]*(?:[ _][a-z][\w'-]*){0,2}"
_CITY = rf"{_PLACE}?"
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


CITY = rx(
    "in (?:the )?", named("city", _CITY), r"(?=$|[,.;:]| (?:and|then|i|please)\b| \w+ (?:me|us|the|my|our|a|an)\b| ⟪)"
)
"""A place right behind a time of day: "at eight in London"."""


def city_zone(name: str) -> str | None:
    """The IANA name for the city itself, without the word "time"; None when it is no city with a zone."""
    said = name.lower().replace("_", " ")
    return _ZONES.get(said) if len(said) > 4 and said in _PLACES else _cities().get(said)


def zone_of(text: str, shelter: Shelter) -> str | None:
    """The IANA name of what `ZONE` matched, None when no zone is called that."""
    found = ZONE.fullmatch(text)
    if found is None:
        return None
    said = found["place"] or found["short"] or shelter.restore(found["path"])
    parts = [part for part in said.lower().replace("_", " ").split() if part not in _KINDS_OF_TIME]
    names = (" ".join(parts[start:]) for start in range(len(parts)))
    return next((zone for name in names if (zone := _ZONES.get(name) or _cities().get(name))), None)


@cache
def _cities() -> dict[str, str]:
    """City -> zone, from the list of the IANA data base; the full name is a key too."""
    zones = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    cities = {zone.rpartition("/")[2].replace("_", " ").lower(): zone for zone in zones if "/" in zone}
    return cities | {zone.replace("_", " ").lower(): zone for zone in zones}
