"""What starts a workflow: a schedule, a webhook, or an event that has to come in by webhook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voicegraph.graph.model import Schedule, Trigger, Webhook
from voicegraph.plan.rules.schedule import read_schedule
from voicegraph.plan.rules.shelter import Shelter

_WHEN = r"(?:when|whenever|once|as\s+soon\s+as|(?:every|each|any)\s+time(?:\s+that)?)"
_WEBHOOK = re.compile(
    rf"(?:\b(?:{_WHEN}|if|upon|on|after|start(?:ed|s)?(?:\s+it)?\s+(?:by|on|with|from)|trigger(?:ed)?(?:\s+it)?\s+(?:by|on|from)|from|for)\s+)"
    r"(?:(?:an?|the|my|our|each|every|any|this|some)\s+)?(?:(?:new|incoming|inbound)\s+)?web\s?-?hooks?\b"
    r"(?:\s+(?:call|request|event|payload))?"
    r"(?:\s+(?:(?:is|gets|has\s+been|was)\s+)?(?:called|received|triggered|hit|invoked|posted|sent|arriv\w+|com(?:es|ing)\s+in|comes|fir(?:es|ed)"
    r"|land(?:s|ed)|goes\s+off|happens|delivers\s+data))?\b(?:\s+(?:start|run)\s+(?:it|this|the\s+workflow))?",
    re.I,
)
_CALLED = re.compile(
    r"\b(?:when|whenever|as\s+soon\s+as|(?:every|each|any)\s+time|if)\s+(?:someone|somebody|anyone|something|(?:an?|the|my|our)\s+[\w-]+(?:\s+[\w-]+)?)\s+(?:calls|hits|posts\s+to|triggers|fires|invokes|uses|reaches|sends\s+(?:something|data|\w+)\s+to)\s+(?:an?|the|my|our|this)\s+web\s?-?hook\b",
    re.I,
)
_HAPPENS = (
    r"(?:arrives?|comes?\s+in|appears?|signs?\s+up|happens?|fails?|breaks?|is\s+down|goes\s+down|finish(?:es)?|opens?|submits?|pushes|publishes|"
    r"(?:is|are|gets?|was|has\s+been)\s+(?:newly\s+)?(?:opened|created|added|received|merged|pushed|closed|published|uploaded|submitted|updated|"
    r"posted|placed|filed|made|changed|reported|released|deployed|assigned))"
)
_STRIKES = r"(?:arrives?|comes?\s+in|fails?|breaks?|goes\s+down|crashes)"
_EVENT = re.compile(
    r"\b(?:when|whenever|as\s+soon\s+as|(?:every|each|any)\s+time(?:\s+that)?)\s+"
    rf"(?P<what>(?:(?:an?|any|new|someone|somebody|anyone|there\s+is\s+an?)\b[^,.;⟪⟫]{{0,60}}?\b{_HAPPENS}|(?:the|my|our)\b[^,.;⟪⟫]{{0,60}}?\b{_STRIKES}))\b"
    r"(?P<where>(?:\s+(?:an?|new|issues?|a\s+form))*\s+(?:in|on|to|from|for|of|at)\s+(?:the\s+)?(?:[\w-]+\s+){0,3}?(?:⟪\w+:\d+⟫|[\w-]+(?=\s*,)))?\s*(?=,|$|\b)",
    re.I,
)
_FEED = re.compile(r"\b(?:feed|rss)\b|⟪url:", re.I)
_HOURLY = "0 * * * *"


@dataclass(frozen=True, slots=True)
class Start:
    """How the workflow starts: `words` are the user's, `notes` what was assumed."""

    triggers: Sequence[Trigger] = ()
    notes: Sequence[str] = ()
    words: str = ""


def read_start(text: str, shelter: Shelter) -> tuple[str, Start]:
    """The text without what it says about the start, and that."""
    found = _WEBHOOK.search(text) or _CALLED.search(text)
    if found:
        return _cut(text, found), Start([Webhook()], (), found[0].strip())
    text, timing = read_schedule(text, shelter)
    if timing:
        notes = [f"{note[0].upper()}{note[1:]}." for note in timing.notes]
        return text, Start(timing.schedules, notes, timing.words)
    found = _EVENT.search(text)
    if found is None:
        return text, Start()
    words = shelter.restore(found[0].strip())
    if found["where"] and _FEED.search(found[0]):
        note = f'"{words}" is looked for every hour, since feeds and pages do not announce their news.'
        where = re.sub(r"^\s*(?:in|on|to|from|for|of|at)\s+", "", found["where"], flags=re.I)
        rest = f"{text[: found.start()]}fetch {where}, {text[found.end() :].lstrip(' ,')}"
        return rest, Start([Schedule(cron=_HOURLY)], [note], words)
    note = f'"{words}" starts the workflow through its webhook; let the service it happens in call the webhook\'s address.'
    return _cut(text, found), Start([Webhook()], [note], words)


def _cut(text: str, found: re.Match[str]) -> str:
    rest = f"{text[: found.start()].rstrip(' ,')} {text[found.end() :].lstrip(' ,:')}".strip()
    return re.sub(r"^(?:then|and)\s+", "", rest, flags=re.I)
