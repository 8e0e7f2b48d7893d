"""Phrases that start a workflow: a schedule, a webhook, or an event that has to come in by webhook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from re import Match

from voicegraph.graph.model import Schedule, Trigger, Webhook
from voicegraph.plan.rules.start.schedule import read_schedule
from voicegraph.plan.rules.text.normalize import Spoken
from voicegraph.plan.rules.text.shelter import TOKEN
from voicegraph.words.patterns import either, maybe, named, rx, words

_WHEN = "(?:when|whenever|as soon as|(?:every|each|any) time(?: that)?)"
_HOOK = r"web ?-?hooks?\b"
_WEBHOOK = rx(
    r"\b",
    either(
        rf"(?:{_WHEN}|once|if|upon|on|after|from|for)",
        "(?:start(?:ed|s)?|trigger(?:ed)?)(?: it)? (?:by|on|with|from)",
    ),
    " (?:(?:an?|the|my|our|each|every|any|this|some) )?(?:(?:new|incoming|inbound) )?",
    _HOOK,
    maybe(" ", words("call request event payload")),
    maybe(
        " (?:(?:is|gets|has been|was) )?",
        either(
            r"arriv\w+", "com(?:es|ing) in", "fir(?:es|ed)", "land(?:s|ed)",
            words("called received triggered hit invoked posted sent happens comes goes_off delivers_data"),
            "(?:gets|receives|sees) (?:an?|the|any|new)(?: new)? (?:call|request|event|message|payload|post|hit)",
        ),
    ),
    r"\b",
)  # fmt: skip
_STARTS = rx(
    rf"\b(?:an?|the|my|our|this) {_HOOK} (?:(?:should|will|must|can|shall|has to) )?(?:start|trigger|kick off|run|launch)s? "
    r"(?:this|it|the (?:work)?flow|everything)\b ?[:,]?"
)
_INCOMING = rx(rf"^(?:(?:an?|the|on) )?(?:incoming|inbound|new) {_HOOK} ?[:,]")
_CALLED = rx(
    rf"\b(?:{_WHEN}|if) ",
    either(words("someone somebody anyone something i we you"), r"(?:an?|the|my|our) [\w-]+(?: [\w-]+)?"),
    " ",
    either(words("calls? hits? posts?_to triggers? fires? invokes? uses? reaches"), r"sends \w+ to"),
    rf" (?:an?|the|my|our|this) {_HOOK}",
)
_COMES_IN = rx(
    r"\b(?:what(?:ever)?|everything|anything|the (?:data|payload|message|body)) "
    "(?:that )?(?:comes in|arrives|is (?:sent|posted|delivered))? ?(?:through|via|at|to|on|by|from|over) "
    rf"(?:an?|the|my|our) {_HOOK}"
)
""""Take whatever comes in through the webhook": what is taken is the input."""
_DONE = words(
    "opened created added received merged pushed closed published uploaded submitted updated posted "
    "placed filed made changed "
    "reported released deployed assigned"
)
_HAPPENS = either(
    "arrives?", "comes? in", "appears?", "signs? up", "happens?", "fails?", "breaks?", "is down", "goes down",
    "finish(?:es)?", "opens?", "submits?", "pushes", "publishes", rf"(?:is|are|gets?|was|has been) (?:newly )?{_DONE}",
)  # fmt: skip
_STRIKES = either("arrives?", "comes? in", "fails?", "breaks?", "goes down", "crashes")
_EVENT = rx(
    rf"\b{_WHEN} ",
    named(
        "what",
        rf"(?:an?|any|new|someone|somebody|anyone|there is an?)\b[^,.;⟪⟫]{{0,60}}?\b{_HAPPENS}",
        rf"(?:the|my|our)\b[^,.;⟪⟫]{{0,60}}?\b{_STRIKES}",
    ),
    r"\b",
    named(
        "where",
        rf"(?: (?:an?|new|issues?|a form)){{0,3}} (?:in|on|to|from|for|of|at) (?:the )?(?:[\w-]+ "
        rf"){{0,3}}?(?:{TOKEN}|[\w-]+(?= ?,))",
    ),
    "?",
)
_FEED = rx(r"\b(?:feed|rss)\b|⟪url:")
_PREPOSITION = rx("^ ?(?:in|on|to|from|for|of|at) ")
_HOURLY = "0 * * * *"


@dataclass(frozen=True, slots=True)
class Start:
    """The start of a workflow: `words` are the user's, `notes` what was assumed, `timed`: a time of day was said.

    `puzzles` are those of the notes that tell of words that were not made out.
    """

    triggers: Sequence[Trigger] = ()
    notes: Sequence[str] = ()
    words: str = ""
    timed: bool = True
    puzzles: Sequence[str] = ()

    @property
    def called(self) -> bool:
        """Whether a call starts it and brings something to work on."""
        return any(isinstance(trigger, Webhook) for trigger in self.triggers)


def read_start(text: str, spoken: Spoken) -> tuple[str, Start]:
    """The text without what it says about the start, and that."""
    found = _WEBHOOK.search(text) or _CALLED.search(text) or _INCOMING.match(text) or _STARTS.search(text)
    if found:
        return _without(text, found), Start([Webhook()], words=found[0])
    found = _COMES_IN.search(text)
    if found:
        return f"{text[: found.start()]}it{text[found.end() :]}", Start([Webhook()], words=found[0])
    text, timing = read_schedule(text, spoken.shelter)
    if timing:
        notes = [*timing.notes, *timing.puzzles]
        return text, Start(timing.schedules, notes, spoken.written(timing.words), timing.timed, timing.puzzles)
    found = _EVENT.search(text)
    return _event(text, found, spoken) if found else (text, Start())


def _event(text: str, found: Match[str], spoken: Spoken) -> tuple[str, Start]:
    words = spoken.written(found[0])
    if found["where"] and _FEED.search(found[0]):
        note = f'"{words}" is looked for every hour, since feeds and pages do not announce their news.'
        where = _PREPOSITION.sub("", found["where"])
        rest = f"{text[: found.start()]}fetch {where}, {text[found.end() :].lstrip(' ,')}"
        return rest, Start([Schedule(cron=_HOURLY)], [note], words)
    note = f'"{words}" starts the workflow through its webhook; let the service where it happens call the webhook.'
    return _without(text, found), Start([Webhook()], [note], words)


def _without(text: str, found: Match[str]) -> str:
    rest = f"{text[: found.start()].rstrip(' ,')} {text[found.end() :].lstrip(' ,:')}".strip()
    return re.sub("^(?:then|and) ", "", rest, flags=re.IGNORECASE)
