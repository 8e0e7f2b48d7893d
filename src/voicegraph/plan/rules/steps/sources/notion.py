"""Notion pages and databases that are read."""

from __future__ import annotations

import re
from re import Match

from voicegraph.plan.rules.steps.phrase import GAP, Phrase
from voicegraph.plan.rules.steps.pieces import PROPER_NAME
from voicegraph.plan.rules.steps.sources.search import WEB
from voicegraph.plan.rules.steps.step import Context, ParamValues, PlannedStep
from voicegraph.plan.rules.text.shelter import QUOTE
from voicegraph.words.patterns import either, maybe, named, rx, words

_DET = "(?:(?:the|my|our|a|an|this|that|your|some|its|of) ){0,4}"
_THING = either(
    "(?:meeting )?(?:notes?|minutes)", "tasks?(?: (?:list|database|board|tracker))?", "to-?dos?(?: list)?",
    words("pages page databases database db tables table documents document docs doc journal wiki entries "
        "entry rows row records"),
    "(?<!action )items?",
    words("record board tracker list contents content workspace log diary crm roadmap backlog calendar"),
)  # fmt: skip
_CALLED = "(?:(?:called|named|titled) )?"
_LINK = words("page database and to in into onto as by about for with from of at on")
_STOP = words("of about for with from in into and to on onto by as at via that contains mentions says is has")
_LATER_NAME = rf"(?<=page )(?!{_STOP}\b)[\w'-]+(?: (?!{_STOP}\b)[\w'-]+){{0,3}}(?= ?(?:{GAP}|$))"
"""A name in small letters, as it comes from speech: "the notion page weekly planning"."""
_NOTION = rx(
    maybe(r"\b(?:from|of|in|out of|on|using|with|through|inside) "),
    maybe(
        f"{_DET}(?:(?:contents?|text|rows|entries|items|records) (?:of|from|in) )?{_DET}",
        named("own", r"(?:[\w'-]+ ){0,3}?"),
        named("thing_before", _THING),
        maybe(f" {_CALLED}", named("name_before", QUOTE, PROPER_NAME, r"(?<=page )[\w'-]+(?: [\w'-]+){0,2}?")),
        f" (?:out of|from|in|on|inside|of|stored in|that are in) {_DET}",
    ),
    rf"{_DET}(?:(?:contents?|rows|entries) (?:of|from|in) )?{_DET}\bnotion\b(?:'s)?",
    maybe(
        " ",
        named("kind", rf"(?!{_LINK}\b)[\w'-]+(?: (?!{_LINK}\b)[\w'-]+)??"),
        "? ?",
        named("thing", _THING, words("plan plans agenda budget goals goal ideas recipes okrs habits inbox")),
        r"\b",
    ),
    maybe(" ", named("thing_after", words("database page list board tracker")), r"\b"),
    maybe(f" {_CALLED}", named("name", QUOTE, PROPER_NAME, _LATER_NAME)),
    named(
        "topic",
        maybe(
            " (?!(?:with|and) (?:the|my|our) notion)(?:of|about|for|on|with|where|whose|that (?:are|is|have|has)) ",
            rf"[^{GAP},;]+",
        ),
    ),
)
_ON_WEB = rx(rf"^(?:the )?{WEB}\b|\b(?:on|over|across) the {WEB}\b|\bonline\b")
_NAMED_PAGE = rx(f"^the page {_CALLED}(?:{QUOTE}|{PROPER_NAME})")
_MEETING_NOTES = rx(
    either(
        f"{_DET}(?:(?:latest|last|team) ){{0,2}}meeting (?:notes|minutes)",
        r"\b(?:of |from |in )?(?:my|our) (?:\w+ )?notes",
    ),
    r"\b",
)
_DATABASE = rx(r"database|\bdb\b|table|task|to-?do|row|record|entr|items?\b|tracker|board|crm|backlog")


def read_notion(phrase: Phrase, context: Context) -> list[PlannedStep]:
    """“My Notion notes”, “the page Team Handbook from Notion”, “my Notion database of open tasks”."""
    if phrase.sense == "search" and _ON_WEB.search(phrase.text):
        return []  # "search the web for competitors of Notion"
    found = phrase.take(_NOTION)
    if found is None and context.has("notion") and phrase.sense == "fetch" and phrase.take(_NAMED_PAGE):
        return []  # "I keep recipes in Notion: fetch the page Lasagna"
    if found is None:
        return _meeting_notes(phrase, context)
    steps = _thing(found, phrase, context)
    while (further := _NOTION.search(phrase.text)) and (further["name"] or further["name_before"]):
        phrase.cut(further)
        steps += _thing(further, phrase, context)
    return steps


def _thing(found: Match[str], phrase: Phrase, context: Context) -> list[PlannedStep]:
    name = context.shelter.plain(found["name_before"] or found["name"] or "")
    parts = [found["kind"], found["thing_before"], found["thing"], found["thing_after"]]
    things = " ".join(filter(None, parts)).lower()
    if _DATABASE.search(things) and "page" not in things:
        return [_database(phrase, things, name, found["topic"].strip())]
    if not name and phrase.sense not in {"fetch", "find"} and context.has("notion", "fetch_page"):
        return []
    return [_page(found, things, name)]


def _page(found: Match[str], things: str, name: str) -> PlannedStep:
    own = re.sub(r"\b(?:my|our|the|all|of)\b", "", found["own"] or "", flags=re.IGNORECASE).strip()
    what = name or " ".join(filter(None, (own, things))) or "the Notion page"
    return PlannedStep("source", "notion", "fetch_page", f"Fetch {what}", {"pageId": name} if name else {})


def _database(phrase: Phrase, things: str, name: str, topic: str) -> PlannedStep:
    params: ParamValues = {"databaseId": name} if name else {}
    if phrase.lemma in {"query", "filter"}:
        note = f'Set the filter of the query to match "{topic}".' if topic else ""
        return PlannedStep(
            "source", "notion", "query_database", f"Query {name or 'the Notion database'}", params, note=note
        )
    return PlannedStep("source", "notion", "fetch_database", f"Fetch {name or f'the Notion {things}'}", params)


def _meeting_notes(phrase: Phrase, context: Context) -> list[PlannedStep]:
    """“The meeting notes”, of which nobody says where they are."""
    if context.has("notion") or phrase.sense == "generate" or not phrase.take(_MEETING_NOTES):
        return []
    note = "The meeting notes are taken to be a Notion page."
    return [PlannedStep("source", "notion", "fetch_page", "Fetch meeting notes", note=note, doubt=True)]
