"""Verbs of thinking: summarize, analyze, compare, combine, translate, extract, and any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from voicegraph.plan.rules.steps.step import PlannedStep
from voicegraph.plan.rules.steps.thinking.expected_results import part_named_in, result_named_in
from voicegraph.plan.rules.steps.thinking.meant import is_anaphor, is_pronoun
from voicegraph.plan.rules.steps.thinking.request import (
    ThinkingRequest,
    extraction,
    llm,
    slug,
    translations,
    with_length,
)
from voicegraph.words.patterns import named, rx

_INTO = rx(r"\binto ", named("what", ".+$"))
_FROM = rx(" (?:from|out of|in|of) ")
_IN_PARTS = rx(r" (?:in|into|to|for) (?:one|two|three|four|five|an?|\d+)\b.*$")
_BARE = frozenset({"together", "it together", "them together", "results", ""})
_AMERICAN = {"categorise": "categorize", "prioritise": "prioritize", "anonymise": "anonymize"}
_PARTS_OF_DATA = rx(
    r"\b(?:duplicates?|doubles|empty|blank|missing|rows?|columns?|lines?|typos|html|tags|spaces|outliers|entries|words?|sentences?|"
    r"paragraphs?|(?:personal|sensitive|private) (?:data|information|details)|names|signatures?|stop ?words)\b"
)
_CHANGING = frozenset({"turn", "convert", "transform", "change", "format", "reformat"})
_REPLYING = frozenset({"reply to", "respond to"})


def _standard(action: str) -> Callable[[ThinkingRequest], list[PlannedStep]]:
    """A verb with an action of its own; it has an instruction where more is said than "it"."""

    def read(request: ThinkingRequest) -> list[PlannedStep]:
        rest = request.phrase.rest()
        plain = rest.lower() in _BARE or is_anaphor(rest.removesuffix(" together"))
        step = llm(action, action.capitalize(), "" if plain else request.instruction())
        return [*request.search_for(_IN_PARTS.sub("", rest)), with_length(step, request.told)]

    return read


def _combined(request: ThinkingRequest) -> list[PlannedStep]:
    """“Merge them into one summary” is a summary of all of them, “combine them” just that."""
    into = _INTO.search(request.phrase.text)
    result = result_named_in(into["what"], request, texts=True) if into else None
    if result is None:
        return [llm("combine", "Combine", request.instruction())]
    return [replace(result, params={**result.params, "instruction": request.instruction()})]


def _translated(request: ThinkingRequest) -> list[PlannedStep]:
    steps = translations(request.told)
    if request.has_material or len(steps) > 1:
        return steps
    # What is to be translated stands in the command itself.
    return [replace(steps[0], params={"instruction": request.instruction()})]


def _extracted(request: ThinkingRequest) -> list[PlannedStep]:
    rest = request.phrase.rest()
    what = "information" if not rest or is_pronoun(rest) else _FROM.split(rest, maxsplit=1)[0]
    return [extraction("insights" if "insight" in rest.lower() else request.tidy(what))]


def _other(request: ThinkingRequest) -> list[PlannedStep]:
    lemma = _AMERICAN.get(request.phrase.lemma, request.phrase.lemma)
    if lemma in _CHANGING:
        return _changed(request)
    if lemma in _REPLYING:
        return [llm("generate", "Write a reply", request.instruction())]
    rest = request.phrase.rest()
    if lemma == "keep" and request.deliveries and is_anaphor(rest):
        return []  # "keep it in Notion"
    what = "" if is_anaphor(rest) or len(rest.split()) > 4 else request.tidy(rest)
    label = f"{lemma.capitalize()} {what}".strip()
    return [llm(slug(f"{lemma} {what}"), label, request.instruction())]


def _changed(request: ThinkingRequest) -> list[PlannedStep]:
    """“Turn it into a short summary”, “convert it into a table”."""
    into = _INTO.search(request.phrase.text)
    if into is None:
        rest = request.phrase.rest()
        if part := part_named_in(rest, request):
            return [part]  # "turn the action items into Jira tickets"
        return [] if not rest or is_anaphor(rest) else [llm("transform", "Change the text", request.instruction())]
    result = result_named_in(into["what"], request)
    return [result or llm("transform", f"Turn into {request.tidy(into['what'])}", request.instruction())]


def _cleaned(request: ThinkingRequest) -> list[PlannedStep]:
    """“Remove the duplicates” is done to the material, “remove the e-mail” to a workflow."""
    return _other(request) if request.has_material and _PARTS_OF_DATA.search(request.phrase.text) else []


THINKING_VERBS: dict[str, Callable[[ThinkingRequest], list[PlannedStep]]] = {
    "summarize": _standard("summarize"),
    "analyze": _standard("analyze"),
    "compare": _standard("compare"),
    "combine": _combined,
    "translate": _translated,
    "extract": _extracted,
    "think": _other,
    "edit": _cleaned,
}
"""Sense of a verb -> its reader."""
