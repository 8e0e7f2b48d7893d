"""Work on the material: summaries, analyses, translations, texts, and whatever else a model can do."""

from __future__ import annotations

from voicegraph.plan.rules.steps.step import PlannedStep
from voicegraph.plan.rules.steps.thinking.coding import coded
from voicegraph.plan.rules.steps.thinking.expected_results import named_result, several_results
from voicegraph.plan.rules.steps.thinking.finding import (
    answered,
    found_in_material,
    new_text_later,
    new_text_to_send,
    part_of_source,
    picked,
)
from voicegraph.plan.rules.steps.thinking.request import ThinkingRequest
from voicegraph.plan.rules.steps.thinking.thinking_verbs import THINKING_VERBS
from voicegraph.plan.rules.steps.thinking.writing import written


def read_thinking(request: ThinkingRequest) -> list[PlannedStep]:
    """The llm steps of a clause; a search comes first where nothing says what they are to work on."""
    sense = request.phrase.sense
    dropped = request.phrase.lemma == "drop" and request.has_material and not request.deliveries
    reader = THINKING_VERBS.get("think" if dropped else sense)  # "drop everything about sports"
    if reader:
        return reader(request)
    if sense in {"generate", "create"}:
        return several_results(request) or part_of_source(request) or written(request)
    if sense == "run":
        return coded(request)
    result = (
        answered(request)
        or picked(request)
        or new_text_later(request)
        or several_results(request)
        or named_result(request)
    )
    if result is not None:
        return result
    if sense in {"fetch", "find", "search"}:
        return found_in_material(request)
    return part_of_source(request) or new_text_to_send(request)
