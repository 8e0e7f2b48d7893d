"""Near-misses of the names of services: "a geo ticket" is one of Jira, "the motion database" is one of Notion.

A word becomes a service's name when what stands beside it belongs to that service, or when it can hardly be anything
else after "to", "in" or "from". Where both could be, the word stays.
"""

from __future__ import annotations

import re
from re import Match

from voicegraph.speech.known_names import NAMES, Name
from voicegraph.speech.repair.similarity import alike
from voicegraph.words.patterns import word_set

_HEARD: dict[str, frozenset[str]] = {
    "Jira": word_set("geo gira gera gra jeera gyra jera georgia gear gyro giro jiro juror zira hira cheera gr jury"),
    "Notion": word_set("motion nation ocean lotion potion no-shin notions noshin nozhin"),
    "Slack": word_set("slag slap slacks flak black slick slat select slide"),
    "Trello": word_set("trailer cello yellow jello trellow trillo trellis"),
    "Asana": word_set("asanas osana sauna hosanna asano"),
    "GitHub": word_set("gethub kithub getup git-up"),
    "Tavily": word_set("tavili tamily tavely"),
    "Zendesk": word_set("zen-desk sendesk"),
    "Discord": word_set("discard this-cord"),
    "Postgres": word_set("postgress postcress postgre post-gres"),
    "Confluence": word_set("confidence influence"),
}
"""What recognisers write for a name, by experience; taken only beside what belongs to the service."""

_COMMON = word_set(
    "motion nation notions option slacks slick black slap discard discords stripes strip trailer base teams "
    "confidence influence mail mails email emails post posts message messages ticket tickets"
)
"""Words that are words: without a neighbour that says otherwise they were meant."""
_TAKEN = frozenset(thing for name in NAMES for thing in name.things)
"""Words that belong to a service themselves."""
_KNOWN = frozenset(name.name.lower() for name in NAMES)
_WITH_THING, _ALONE = 0.6, 0.75
_SHORTEST = 5
"""Fewer letters are too easily like something."""

_WORD = r"[A-Za-z][A-Za-z'-]{1,30}"
_PHRASE = re.compile(rf"(?<![^\s,(])(?P<word>{_WORD})(?=(?P<next> {_WORD})?)(?![\w@/]|\.\w)")
_BEFORE = re.compile(
    r"\b(?:to|in|into|on|from|via|through|using|my|our|check|open)(?: the| a| my| our)? $", re.IGNORECASE
)
_OF = re.compile(r"\b(?P<thing>[a-z]+) (?:on|in|from|of) $", re.IGNORECASE)
_LOOK_BACK = 40


def repair_services(text: str) -> str:
    """The text with the names of services where names were meant."""
    return _PHRASE.sub(_meant, text)


def _meant(found: Match[str]) -> str:
    word = found["word"]
    if word.lower() in _KNOWN:
        return word
    before = found.string[max(0, found.start() - _LOOK_BACK) : found.start()]
    beside = {(found["next"] or "").strip().lower()}
    if thing := _OF.search(before):
        beside.add(thing["thing"].lower())
    score, name = max((_score(word, name, beside, before), name.name) for name in NAMES)
    return name if score else word


def _score(word: str, name: Name, beside: set[str], before: str) -> float:
    """How likely the word is this name; 0 when it is not to be taken for it."""
    similar = alike(word, name.name)
    small = word.lower()
    if beside & name.things:
        if small in _HEARD.get(name.name, ()):
            return 1 + similar
        return similar if len(word) >= _SHORTEST and similar >= _WITH_THING and small not in _TAKEN else 0
    surely = len(word) >= _SHORTEST and similar >= _ALONE and small not in _COMMON
    return similar if surely and _BEFORE.search(before) else 0
