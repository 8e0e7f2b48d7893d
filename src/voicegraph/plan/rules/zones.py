"""Time zones as people say them: "New York time", "Pacific time", "CET", "Berlin time" -> IANA names."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

_SAID = {
    "pacific": "America/Los_Angeles", "mountain": "America/Denver", "central": "America/Chicago", "eastern": "America/New_York",
    "west coast": "America/Los_Angeles", "east coast": "America/New_York", "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles",
    "mst": "America/Denver", "cst": "America/Chicago", "cdt": "America/Chicago", "est": "America/New_York", "edt": "America/New_York",
    "et": "America/New_York", "pt": "America/Los_Angeles", "utc": "UTC", "gmt": "Etc/GMT", "zulu": "UTC", "universal": "UTC",
    "cet": "Europe/Berlin", "cest": "Europe/Berlin", "central european": "Europe/Berlin", "bst": "Europe/London", "uk": "Europe/London",
    "british": "Europe/London", "german": "Europe/Berlin", "germany": "Europe/Berlin", "french": "Europe/Paris", "france": "Europe/Paris",
    "italian": "Europe/Rome", "italy": "Europe/Rome", "spanish": "Europe/Madrid", "spain": "Europe/Madrid", "swiss": "Europe/Zurich",
    "india": "Asia/Kolkata", "indian": "Asia/Kolkata", "india standard": "Asia/Kolkata", "ist": "Asia/Kolkata", "mumbai": "Asia/Kolkata",
    "delhi": "Asia/Kolkata", "new delhi": "Asia/Kolkata", "bangalore": "Asia/Kolkata", "chennai": "Asia/Kolkata",
    "japan": "Asia/Tokyo", "japanese": "Asia/Tokyo", "jst": "Asia/Tokyo", "china": "Asia/Shanghai", "beijing": "Asia/Shanghai",
    "korea": "Asia/Seoul", "korean": "Asia/Seoul", "san francisco": "America/Los_Angeles", "seattle": "America/Los_Angeles",
    "la": "America/Los_Angeles", "california": "America/Los_Angeles", "boston": "America/New_York", "washington": "America/New_York",
    "miami": "America/New_York", "atlanta": "America/New_York", "nyc": "America/New_York", "dallas": "America/Chicago",
    "houston": "America/Chicago", "austin": "America/Chicago", "texas": "America/Chicago", "munich": "Europe/Berlin",
    "hamburg": "Europe/Berlin", "frankfurt": "Europe/Berlin", "cologne": "Europe/Berlin", "milan": "Europe/Rome",
    "barcelona": "Europe/Madrid", "geneva": "Europe/Zurich", "manchester": "Europe/London", "edinburgh": "Europe/London",
    "kyiv": "Europe/Kyiv", "brazil": "America/Sao_Paulo", "rio": "America/Sao_Paulo", "aest": "Australia/Sydney", "canberra": "Australia/Sydney",
}  # fmt: skip

_WORDS = r"(?P<zone>[A-Za-z][\w'-]*(?:[\s_][A-Za-z][\w'-]*){0,2})"
_SUFFIX = r"(?:(?:standard|daylight|local)\s+)?time(?:\s?zone)?"
ZONE = re.compile(
    rf"(?:in\s+(?:the\s+)?)?(?:{_WORDS}\s+{_SUFFIX}|(?P<abbreviation>UTC|GMT|CET|CEST|EST|EDT|CST|CDT|MST|PST|PDT|BST|IST|JST|AEST|ET|PT))\b"
    r"|in\s+the\s+(?P<path>⟪path:\d+⟫)\s+time\s?zone|(?:in\s+)?(?P<bare>⟪path:\d+⟫)(?:\s+time(?:\s?zone)?)?",
    re.I,
)


def to_zone(name: str) -> str | None:
    """The IANA name, or None when no zone is called that; "in the" before the name is allowed."""
    words = name.lower().replace("_", " ").split()
    for start in range(len(words)):
        said = " ".join(words[start:])
        found = _SAID.get(said) or _cities().get(said)
        if found:
            return found
    return None


@cache
def _cities() -> dict[str, str]:
    """City -> zone, from the list of the IANA data base; the full name is a key too."""
    lines = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    cities = {line.rpartition("/")[2].replace("_", " ").lower(): line for line in lines if "/" in line}
    return cities | {line.lower(): line for line in lines}
