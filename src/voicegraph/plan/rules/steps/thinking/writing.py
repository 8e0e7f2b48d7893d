"""Verbs of writing and making: "write a haiku", "prepare a comparison", "create a report"."""

from __future__ import annotations

from voicegraph.plan.rules.steps.step import PlannedStep
from voicegraph.plan.rules.steps.thinking.expected_results import is_known_text, leading_result, named_result
from voicegraph.plan.rules.steps.thinking.meant import is_anaphor, is_vague
from voicegraph.plan.rules.steps.thinking.request import ThinkingRequest, llm, with_length
from voicegraph.words.patterns import rx

_PRONOUN = rx(r"(?:it|them|that|this)\b")
_KIND_OF_MAIL = rx(r"\ban? (?!single\b|e-?mail\b|short e|separate\b)[\w-]+ e-?mail\b")
""""Write me an encouraging e-mail": the kind says what is to be written."""
_ANEW = rx(
    r"(?:up )?(?:it|them|this|that) (?:up )?(?:(?:for|as|in the style of) \w|(?:sound|read|look|more|less|simpler|funnier|friendlier|easier)\b)"
)
""""Write it up for kids"."""
_FILLED = rx("^(?:with|containing|about|on|of) ")
_NEW = rx(r"(?:an?|some|\d+|two|three|four|five|ten|ideas|tips|facts) ?\w")
_ADDING = frozenset({"add", "submit", "start", "book", "schedule", "set up", "open up", "raise", "file", "put in"})
"""Verbs that make no text of an object that is unknown."""


def written(request: ThinkingRequest) -> list[PlannedStep]:
    """The text that is to be written; [] when the verb only says where something goes ("write it to Notion")."""
    rest = request.phrase.rest()
    result = leading_result(rest, request) if request.sources else None
    if result:
        return result
    if _ANEW.match(rest) and request.has_material:
        return [llm("generate", "Write it anew", request.instruction())]
    if not rest or is_anaphor(rest) or is_vague(rest) or _PRONOUN.match(rest):
        return [] if rest else _mail_of_a_kind(request)
    if request.deliveries and request.phrase.sense == "create":
        return named_result(request) or _filled_with(rest, request)
    return _text(rest, request) if result is None else result


def _mail_of_a_kind(request: ThinkingRequest) -> list[PlannedStep]:
    found = _KIND_OF_MAIL.search(request.phrase.whole)
    sent = any(step.type == "email" for step in request.deliveries)
    return [llm("generate", f"Write {found[0]}", f"Write {found[0]}")] if found and sent else []


def _text(rest: str, request: ThinkingRequest) -> list[PlannedStep]:
    result = leading_result(rest, request)
    if result is not None:
        return result
    if request.phrase.lemma in _ADDING and not is_known_text(rest):
        return []
    what = request.tidy(rest)
    label = f"Write {what}" if len(what) < 60 else f"Write {' '.join(what.split()[:8])}…"
    return [with_length(llm("generate", label, request.instruction()), rest)]


def _filled_with(rest: str, request: ThinkingRequest) -> list[PlannedStep]:
    """“Create a page with three ideas about food”: what is not there yet is written."""
    what = _FILLED.sub("", rest, count=1)
    if request.has_material or not _NEW.match(what):
        return []
    words = request.tidy(what)
    return [llm("generate", f"Write {words}"[:90], f"Write {words}")]
