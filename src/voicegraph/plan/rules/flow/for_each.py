"""Text -> items: clauses in the order of meaning, each with its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voicegraph.plan.rules.clauses.clause import ParsedClause
from voicegraph.plan.rules.clauses.clause_order import in_order
from voicegraph.plan.rules.clauses.split import split_clauses
from voicegraph.plan.rules.flow.blocks import NumberedClause
from voicegraph.plan.rules.steps.interpret import interpret
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.words.patterns import rx

_BARE = 3
"""Words of an order like "email me", "slack the team"."""
_CONTENT = frozenset({"text", "body", "content"})
_SAME = rx("(?:it|that|they|this|there|so|yes|true)(?: (?:does|do|is|are|has|have|did|was|were|says so))?")
""""Check whether it says sold out, and tell me if it does": the condition is said already."""


def read_items(text: str, context: Context) -> list[NumberedClause]:
    """The items of a tidy text."""
    ordered = in_order(split_clauses(text))
    items: list[NumberedClause] = []
    at_branch = context.steps
    called = context.has_input
    for number, clause in enumerate(ordered):
        if (
            clause.kind == "if"
            and (not clause.text or _SAME.fullmatch(clause.text))
            and _has_condition(ordered[:number])
        ):
            continue
        if clause.kind == "else" or "else" in clause.flags:
            context.steps = at_branch  # what the other branch made is not there on this one
        elif clause.kind in {"if", "unless"}:
            at_branch = context.steps
        meaning = interpret(clause, context, apart=_is_apart(ordered, number))
        items.append(NumberedClause(number, clause, meaning))
    return _gated(_with_late_sources(items if called else _with_shared_object(items)))


def _with_shared_object(items: Sequence[NumberedClause]) -> list[NumberedClause]:
    """“Email me and slack the team a quote”: the first of two deliveries names nothing, the second says what is sent."""
    kept = list(items)
    if len(kept) < 2:
        return kept
    first, second = kept[0].meaning, kept[1].meaning
    bare = first.deliveries and not (first.sources or first.thinks or first.pauses)
    bare = (
        bare
        and len(kept[0].clause.text.split()) <= _BARE
        and not any(_CONTENT & step.params.keys() for step in first.deliveries)
    )
    told = second.deliveries and (second.sources or second.thinks) and not second.pauses
    same = kept[0].clause.sentence == kept[1].clause.sentence and kept[1].clause.kind == "main"
    if bare and told and same and not kept[1].flags & {"then", "parallel"}:
        deliveries = [*first.deliveries, *second.deliveries]
        kept[:2] = [replace(kept[1], meaning=replace(second, deliveries=deliveries))]
    return kept


def _has_condition(clauses: Sequence[ParsedClause]) -> bool:
    return any(clause.kind in {"if", "unless"} for clause in clauses)


def _is_apart(clauses: Sequence[ParsedClause], number: int) -> bool:
    """Whether "at the same time" speaks of the parts of this clause, as no other clause stands beside it."""
    clause = clauses[number]
    first = number == 0 or "then" in clause.flags or clauses[number - 1].sentence != clause.sentence
    return first and (clause.parallel_tail or "parallel" in clause.flags)


def _with_late_sources(items: Sequence[NumberedClause]) -> list[NumberedClause]:
    """“Save the news to Notion after translating it”: the news come before the translation."""
    kept = list(items)
    for at in range(len(kept) - 1):
        item, following = kept[at], kept[at + 1]
        late = "gate" in item.flags and item.meaning.kind != "pause" and not item.meaning.sources
        if late and following.meaning.sources:
            kept[at : at + 2] = [following.sources_only(), item, following.without_sources()]
    return kept


def _gated(items: Sequence[NumberedClause]) -> list[NumberedClause]:
    """An approval "before posting a summary of X" stands right before the posting, not before the fetching of X."""
    kept: list[NumberedClause] = []
    held: list[PlannedStep] = []
    for item, following in zip(items, [*items[1:], None], strict=False):
        gates = following and ("gated" in following.flags or "gate" in item.flags) and following.meaning.deliveries
        if item.meaning.kind == "pause" and gates:
            held += item.meaning.pauses
            continue
        meaning = replace(item.meaning, pauses=[*item.meaning.pauses, *held]) if held else item.meaning
        kept.append(replace(item, meaning=meaning))
        held = []
    return kept
