"""One clause -> the steps it asks for."""

from __future__ import annotations

import re
from dataclasses import replace

from voicegraph.plan.rules.clauses import Clause
from voicegraph.plan.rules.deliveries import read_deliveries
from voicegraph.plan.rules.pauses import read_approval, read_later, read_wait
from voicegraph.plan.rules.phrase import Phrase
from voicegraph.plan.rules.search import search_step
from voicegraph.plan.rules.sources import read_sources
from voicegraph.plan.rules.steps import Context, Meaning, Step
from voicegraph.plan.rules.thinking import is_anaphor, is_vague, read_thinking

_EACH = re.compile(r"\b(?:each|every)\b(?!\s+other\b)|\bone\s+by\s+one\b|\bone\s+at\s+a\s+time\b|\bindividually\b|\bseparately\b", re.I)
_EACH_TARGET = re.compile(r"\b(?:to|for)\s+(?:each|every)\b|\b(?:each|every\s+one)\s+of\s+(?:them|these|those|the)\b", re.I)
_EACH_END = re.compile(r"[\s,]*\b(?:one\s+by\s+one|one\s+at\s+a\s+time|individually|separately)\b", re.I)
_AGAIN = re.compile(r"^(?:search|look|check|fetch|get|read|call|do|repeat|try|run)\b(?:\s+(?:it|that|them|the\s+(?:same\s+)?(?:search|request|page|site|call|web)))?(?:\s+(?:again|once\s+more|one\s+more\s+time|a\s+second\s+time))+$|^repeat\s+(?:it|that|the\s+search)$", re.I)
_NOTHING = re.compile(r"^(?:just\s+)?(?:do\s+(?:nothing|not\s+do\s+anything)|don't\s+do\s+anything|stop|ignore\s+it|skip(?:\s+it)?|nothing|end|finish|that's\s+(?:it|all)|do\s+it(?:\s+all)?)$", re.I)
_LOOKED_AT = frozenset("get fetch check monitor track watch look_at collect gather retrieve keep_an_eye_on pull show see query poll read find".split())
_WISH = re.compile(r"^(?:i|we)(?:'d|\s+would)\s+(?:also\s+)?(?:like|love|want)\s+(?!to\b|you\b)|^(?:i|we)\s+(?:also\s+)?(?:want|need)\s+(?!to\b|you\b)", re.I)
_QUESTION = re.compile(r"^(?:what(?:'s|\s+is|\s+are)|which(?:\s+are)?|who\s+are|tell\s+me(?:\s+about)?)\s+", re.I)
_ABOUT_US = re.compile(r"\b(?:you|your|yours|yourself)\b(?!\s+(?:find|found|get|got|fetch\w*|extract\w*|read))", re.I)
_PASSIVE = re.compile(r"^(?:(?:it|that|this|they|them|the\s+[\w-]+)(?:'s)?\s+)?(?:(?:is|are|gets?|be|been|being|has\s+been|have\s+been|will\s+be|goes)\s+)(?=\w+)", re.I)
_PASSIVE_OF = re.compile(r"^(?P<what>(?:the|my|a|an|this)\s+[^,]{1,60}?)\s+(?:is|are|has\s+been|have\s+been|was|gets)\s+(?P<done>\w+)$", re.I)


def interpret(clause: Clause, context: Context, *, apart: bool = False) -> Meaning:
    """Read a clause and note in the context what it brings up. `apart`: its parts run side by side."""
    meaning = _read(clause, context, apart)
    steps = meaning.steps
    context.steps += steps
    context.has_input = context.has_input or bool(steps)
    return meaning


def _read(clause: Clause, context: Context, apart: bool) -> Meaning:
    text = clause.text
    pause = read_approval(text) or read_wait(text)
    if pause:
        return Meaning(pauses=[pause])
    if clause.kind in {"if", "unless"}:
        return _condition_sources(text, context)
    if clause.kind == "each":
        return Meaning(sources=read_sources(Phrase(text), context, apart=False), each_next=True)
    if not text or _NOTHING.match(text):
        return Meaning()
    if _AGAIN.match(text) and (source := _last_source(context)):
        return Meaning(sources=[replace(source, follows=False)])
    later = read_later(text)
    if later:
        meaning = _clause(later[1], context, apart)
        return replace(meaning, pauses=[later[0], *meaning.pauses], wait_first=True)
    return _clause(text, context, apart)


def _clause(text: str, context: Context, apart: bool) -> Meaning:
    question = _QUESTION.match(text)
    if question and _ABOUT_US.search(text):
        return Meaning(understood=False)
    text = _active(_QUESTION.sub("get ", _WISH.sub("give me ", text)))
    each = _EACH.search(text)
    to_each = _EACH_TARGET.search(text)
    phrase = Phrase(_EACH_END.sub("", text))
    deliveries = read_deliveries(phrase, context)
    told = phrase.text
    sources = read_sources(phrase, context, apart=apart or bool(re.match(r"\W*(?:for\s+)?both\b", told, re.I)))
    thinks = read_thinking(phrase, context, sources, deliveries, told)
    found = [step for step in thinks if step.role == "source"]
    sources, thinks = [*sources, *found], [step for step in thinks if step.role == "think"]
    if not (sources or thinks or deliveries or question) and (guess := _guess(phrase, context)):
        sources = [guess]
    if each and thinks:
        thinks = [replace(step, each=True) for step in thinks]
    elif to_each and deliveries and (context.has_input or sources):
        deliveries = [replace(step, each=True) for step in deliveries]
    understood = bool(sources or thinks or deliveries) or is_anaphor(phrase.rest())
    return Meaning(sources, (), thinks, deliveries, understood=understood)


def _active(text: str) -> str:
    """"it is emailed to Bob" -> "emailed to Bob"; "the PDF is uploaded" -> "uploaded the PDF"."""
    passive = _PASSIVE_OF.match(text)
    if passive and Phrase(passive["done"]).verb:
        return f"{passive['done']} {passive['what']}"
    stripped = _PASSIVE.sub("", text)
    return stripped if Phrase(stripped).verb else text


def _condition_sources(text: str, context: Context) -> Meaning:
    """A condition may name what it looks at: "if my Notion page mentions a blocker"."""
    phrase = Phrase(text)
    phrase.verb, phrase.text = None, text
    if not re.search(r"⟪url|\bnotion\b|⟪path|\bnews\b|\bpull\s+requests?\b|\bcommits\b", text, re.I):
        return Meaning()
    return Meaning(sources=read_sources(phrase, context, apart=False))


def _last_source(context: Context) -> Step | None:
    return next((step for step in reversed(context.steps) if step.role == "source"), None)


def _guess(phrase: Phrase, context: Context) -> Step | None:
    """What is to be looked at, but is no known source, is searched for on the web."""
    rest = re.sub(r"^(?:me|us|for|on|at|what)\s+", "", phrase.rest(), flags=re.I)
    if context.has_input or phrase.lemma.replace(" ", "_") not in _LOOKED_AT or is_vague(rest) or is_anaphor(rest):
        return None
    step = search_step(rest)
    if step is None:
        return None
    note = f'"{context.shelter.restore(rest)}" names no service, so the web is searched for it.'
    return replace(step, note=note, doubt=True)
