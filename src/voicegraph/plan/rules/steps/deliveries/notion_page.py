"""Notion pages that are made or added to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from re import Match

from voicegraph.plan.rules.steps.phrase import GAP, Phrase
from voicegraph.plan.rules.steps.pieces import DETERMINERS, GIVING, NAME, called
from voicegraph.plan.rules.steps.step import Context, ParamValues, PlannedStep
from voicegraph.plan.rules.steps.thinking.meant import is_anaphor, is_pronoun
from voicegraph.words.patterns import maybe, named, rx, word_set, words

_THING = words(
    "page pages database databases db docs doc documents document notes note journal workspace wiki log "
    "list board account entry table diary inbox"
)
_TITLE = maybe(
    " ",
    called(
        "title", words("titled entitled called named"), "with the (?:title|name|heading)",
        until="with|from|containing|that|using|based|and the body",
    ),
)  # fmt: skip
_LATE_TITLE = rx(
    rf"(?<={GAP}) ",
    called("title", words("titled entitled called named"), until="with|from|containing|that|using|about"),
)
_PREP = words("at_the_end_of at_the_bottom_of to into in inside within on onto at as from of out_of via using")
_NOTION = rx(
    maybe(r"\b", named("prep", _PREP), " "),
    named("det", DETERMINERS),
    r"\bnotion\b(?! (?:meeting|tasks?)\b)",
    maybe(" ", named("thing", _THING), r"\b"),
    _TITLE,
    NAME,
)
_IN_NOTION = rx(
    maybe(r"\b", named("prep", words("to into in onto as")), " "),
    named("det", DETERMINERS),
    named("thing", _THING),
    _TITLE,
    r" (?:in|on|inside|to|into|within) (?:my |our )?notion\b",
    named("name"),
)
_APPEND = rx(
    rf"\b(?:to|onto|at the (?:end|bottom) of) {DETERMINERS}",
    named("what", r"(?:[\w'-]+ ){0,4}?"),
    named("thing", words("page journal document doc log notes note diary wiki")),
    r"\b(?: (?:called|named|titled))?",
    NAME,
)
_TO_IT = rx(r"\b(?:to|onto) (?:it|this|that|the same page)(?= ?(?:$|,))")
_MAKERS = word_set("create make add open start write generate build prepare draft produce put_together set_up compose")
_NEW = re.compile(r"\b(?:an?|one|new|another|separate)\b", re.IGNORECASE)
_OWNED = re.compile(r"\b(?:the|my|our)\b", re.IGNORECASE)
_KEPT_THERE = re.compile(
    rf"\b(?:from|of|out of|using|about|on|with) (?:my|our|the)(?: [\w'-]+){{0,3}} {_THING} ?$", re.IGNORECASE
)
""""A report from my sales database in Notion": where the material is."""
_OF_EACH = re.compile(r"\bfor (?:each|every|all(?: the)?) [\w-]+(?: [\w-]+)? ?$", re.IGNORECASE)
""""An event for every deadline in my Notion page": the deadlines are there."""
_FILLED = re.compile(" ?(?:with|about|containing) ", re.IGNORECASE)
_WORKING = frozenset({"summarize", "translate", "analyze"})
_FOR_ME = re.compile("^(?:me|us) | for (?:me|us)$", re.IGNORECASE)
_ONE_MORE = re.compile(r"\b(?:to|in|into|on)\s.*(?:,|\band)$", re.IGNORECASE)


def read_notion_page(phrase: Phrase, context: Context, _: Sequence[PlannedStep]) -> list[PlannedStep]:
    """“Save it to Notion”, “create a Notion page called …”, “append it to the team page”."""
    for pattern in (_IN_NOTION, _NOTION):
        for found in pattern.finditer(phrase.text):
            if _is_target(phrase, found):
                phrase.cut(found)
                return [_titled(_page(phrase, found, context), phrase, context)]
    found = _TO_IT.search(phrase.text) if phrase.lemma == "append" and context.has("notion") else None
    if found:
        phrase.cut(found)
        return [_appended("", "", context)]
    found = _APPEND.search(phrase.text) if phrase.lemma in {"append", "add"} else None
    if found and (phrase.lemma == "append" or found["thing"].lower() in {"page", "journal"}):
        phrase.cut(found)
        return [_appended(found["name"] or "", found["what"], context)]
    return []


def _is_target(phrase: Phrase, found: Match[str]) -> bool:
    """Whether Notion is where the result goes, and not where the material comes from."""
    prep = (found["prep"] or "").lower()
    if prep in {"from", "of", "out of", "via", "using"}:
        return False
    if prep in {"to", "into", "onto", "as"}:
        return phrase.lemma != "go to"
    before = phrase.text[: found.start()].strip()
    if prep:
        writes = (phrase.sense in GIVING and phrase.sense != "email") or phrase.lemma == "keep"
        plain = _FOR_ME.sub("", before)
        writes = writes or (phrase.lemma == "give" and is_anaphor(plain))
        writes = writes or (phrase.sense in _WORKING and not found["thing"] and is_pronoun(plain))
        return writes and not (_KEPT_THERE.search(before) or _OF_EACH.search(before))
    if found["thing"] and (phrase.lemma.replace(" ", "_") in _MAKERS or _is_wished(phrase, found)):
        new = _NEW.search(found["det"]) or not found["det"].strip()
        return bool(new) and before in {"", "me", "us", f"me {GAP}", GAP}
    # One more of several destinations: "to Slack and Notion".
    return phrase.sense in {"send", "save"} and bool(_ONE_MORE.search(before))


def _is_wished(phrase: Phrase, found: Match[str]) -> bool:
    """“I'd like a Notion page with …” is one that is made; “show me a Notion page” reads one."""
    return phrase.lemma == "give" and bool(_FILLED.match(phrase.text, found.end()))


def _page(phrase: Phrase, found: Match[str], context: Context) -> PlannedStep:
    name = found["name"] or ""
    added = phrase.lemma in {"add", "insert"} and found["prep"] and found["thing"] and _OWNED.search(found["det"])
    added = added or (found["prep"] or "").lower().startswith("at the ")
    if phrase.sense == "append" or added:
        return _appended(name, "", context)
    params: ParamValues = {}
    if found["title"]:
        params["title"] = context.shelter.plain(found["title"])
    elif name:
        params["parentId" if found["prep"] else "title"] = context.shelter.plain(name)
    return PlannedStep("deliver", "notion_create", "create_page", "Create a Notion page", params)


def _titled(step: PlannedStep, phrase: Phrase, context: Context) -> PlannedStep:
    """With the title that stands behind Notion: "a page in Notion called Ideas"."""
    late = phrase.take(_LATE_TITLE) if step.action == "create_page" and "title" not in step.params else None
    return replace(step, params={**step.params, "title": context.shelter.plain(late["title"])}) if late else step


def _appended(name: str, what: str, context: Context) -> PlannedStep:
    name = context.shelter.plain(name)
    what = re.sub(r"\b(?:my|our|the|new|notion)\b", "", what, flags=re.IGNORECASE).strip()
    label = f"Append to {name}" if name else f"Append to the {what} page" if what else "Append to a Notion page"
    note = "" if name else "Choose the Notion page that the text is added to."
    return PlannedStep("deliver", "notion_create", "append_to_page", label, {"pageId": name} if name else {}, note=note)
