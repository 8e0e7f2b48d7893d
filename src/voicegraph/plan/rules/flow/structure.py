"""The structure of clauses: which depend on a condition, and which follow one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voicegraph.plan.rules.flow.blocks import Block, Branching, NumberedClause
from voicegraph.plan.rules.flow.parallel import side_by_side
from voicegraph.plan.rules.steps.step import Meaning
from voicegraph.words.patterns import rx

_CONDITIONS = frozenset({"if", "unless"})
_OF_RESULT = rx(r"\b(?:finds?|detects?|reveals?|turns? up|uncovers?|concludes?|comes? (?:out|back))\b")
"""What only an analysis does, so that a condition on it looks at the analysis: "if it finds anomalies"."""


def structure(items: Sequence[NumberedClause]) -> list[Block]:
    """The items as blocks, in order."""
    blocks: list[Block] = []
    run: list[NumberedClause] = []
    at = 0
    while at < len(items):
        item = items[at]
        if item.clause.kind not in _CONDITIONS:
            run.append(item)
            at += 1
            continue
        if _stands_behind(items, at, run):
            then, at = _taken_from(run, item), at + 1
        else:
            end = _end_of_branch(items, at + 1)
            then, at = list(items[at + 1 : end]), end
        otherwise, at = _otherwise(items, at)
        blocks += [*_runs(run), Branching(item, structure(then), otherwise)]
        run = []
    return blocks + _runs(run)


def _stands_behind(items: Sequence[NumberedClause], at: int, run: Sequence[NumberedClause]) -> bool:
    """Whether the condition comes after what depends on it: "email me if there are more than ten"."""
    clause = items[at].clause
    if not clause.loose or not run or run[-1].clause.sentence != clause.sentence:
        return False
    following = items[at + 1].clause if at + 1 < len(items) else None
    if following is None or following.sentence != clause.sentence or following.kind == "else":
        return True
    return not following.loose and run[-1].meaning.kind != "source"


def _taken_from(run: list[NumberedClause], condition: NumberedClause) -> list[NumberedClause]:
    """The last item of the run, which depends on the condition; what the condition looks at stays."""
    last = run.pop()
    thinks = last.meaning.thinks if _OF_RESULT.search(condition.clause.text) and last.meaning.deliveries else ()
    if last.meaning.sources or thinks:
        run.append(replace(last, meaning=Meaning(sources=last.meaning.sources, thinks=thinks)))
    left = replace(last.meaning, sources=(), thinks=()) if thinks else replace(last.meaning, sources=())
    return [replace(last, meaning=left)]


def _end_of_branch(items: Sequence[NumberedClause], start: int) -> int:
    """Where the clauses that depend on a condition end: at the full stop, or at the next turn."""
    for at in range(start, len(items)):
        clause = items[at].clause
        turns = clause.kind in {"else", *_CONDITIONS} or "rejoin" in clause.flags
        if turns or clause.sentence != items[start].clause.sentence:
            return at
    return len(items)


def _otherwise(items: Sequence[NumberedClause], at: int) -> tuple[list[Block], int]:
    """The blocks of the other branch, and the index of the item after them."""
    if at >= len(items):
        return [], at
    item = items[at]
    end = _end_of_branch(items, at + 1)
    if "else" in item.flags and item.clause.kind in _CONDITIONS:
        nested, after = _otherwise(items, end)
        return [Branching(item, structure(items[at + 1 : end]), nested)], after
    if item.clause.kind != "else":
        return [], at
    if end > at + 1 and items[at + 1].clause.sentence != item.clause.sentence:
        end = at + 1
    first = replace(item, clause=replace(item.clause, kind="main"))
    return structure([first, *items[at + 1 : end]]), end


def _runs(items: Sequence[NumberedClause]) -> list[Block]:
    """Cut at "then" and full stops, and find what runs side by side between them."""
    blocks: list[Block] = []
    segment: list[NumberedClause] = []
    for item in items:
        if segment and _starts_anew(item, segment[-1]):
            blocks += side_by_side(segment)
            segment = []
        segment.append(item)
    return blocks + side_by_side(segment)


def _starts_anew(item: NumberedClause, previous: NumberedClause) -> bool:
    if item.flags & {"then", "rejoin"}:
        return True
    return item.clause.sentence != previous.clause.sentence and "parallel" not in item.flags
