"""Parallel steps: "at the same time", "in parallel", "both … and"."""

from __future__ import annotations

from collections.abc import Sequence

from voicegraph.plan.rules.flow.blocks import Block, NumberedClause, Parallel
from voicegraph.words.patterns import rx

_ALL = rx(
    r"\b(?:both(?! (?:to|in|on)\b)|everything|all (?:of (?:it|them|this|that)|two|three|four|results)|the (?:two|three|four) \w+|them all|it all)\b"
)


def side_by_side(items: Sequence[NumberedClause]) -> list[Block]:
    """The blocks of clauses that nothing parts but commas and "and".

    "In parallel, search for X and Y, …": the parts of that clause run side by side, and nothing else does.
    """
    for at, item in enumerate(items):
        if "both" in item.flags and len(items) > at + 1:
            return [*items[:at], Parallel(_branches(items[at:], alone=True))]
        if "parallel" in item.flags and not (at == 0 and len(item.meaning.sources) > 1) and not _joins(item):
            end = _joint_after(items, at)
            return [*_beside(items[:end], at), *side_by_side(items[end:])]
        if item.clause.parallel_tail:
            start = _start_of_group(items, at)
            group = [Parallel(_branches(items[start : at + 1], alone=True))] if start < at else [item]
            return [*items[:start], *group, *side_by_side(items[at + 1 :])]
    return list(items)


def _joins(item: NumberedClause) -> bool:
    """“Get A and B at the same time put them together”: what brings them together does not run beside them."""
    return any(step.action in {"combine", "compare"} for step in item.meaning.thinks) and not item.meaning.sources


def _joint_after(items: Sequence[NumberedClause], at: int) -> int:
    """Where what runs side by side is brought together again: "…, and email me both"."""
    later = range(at + 1, len(items))
    return next(
        (n for n in later if items[n].meaning.kind == "deliver" and _ALL.search(items[n].clause.text)), len(items)
    )


def _beside(items: Sequence[NumberedClause], at: int) -> list[Block]:
    """“At the same time” stands before item `at`."""
    left, right = items[:at], items[at:]
    if not left or (left[-1].meaning.kind == "source" and not right[0].meaning.sources):
        branches = _branches(right, alone=True)
        return [*left, Parallel(branches)] if len(branches) > 1 else list(items)
    told = [index for index, item in enumerate(left) if "branch" in item.flags]
    start = told[-1] if told else _start_of_left(left, right)
    return [*left[:start], Parallel([left[start:], *_branches(right, alone=False)])]


def _start_of_left(left: Sequence[NumberedClause], right: Sequence[NumberedClause]) -> int:
    """Where the branch that ends before "at the same time" begins."""
    start = len(left) - 1
    if right[0].meaning.sources:
        while start > 0 and not left[start].meaning.sources:
            start -= 1
    elif any(item.meaning.kind != "deliver" for item in right):
        while start > 0 and left[start].meaning.kind == "deliver":
            start -= 1
    return start


def _start_of_group(items: Sequence[NumberedClause], at: int) -> int:
    """The first of the items up to `at` that run beside it: "summarize it, translate it and … at the same time"."""
    kind = items[at].meaning.kind
    start = at
    if items[at].meaning.thinks_apart:
        return at  # "translate it into Finnish and Swedish in parallel": its own parts
    while start > 0 and items[start - 1].meaning.kind == kind:
        start -= 1
    return start


def _branches(items: Sequence[NumberedClause], *, alone: bool) -> list[list[NumberedClause]]:
    """A delivery, and the first thinking about a source, belong to the branch before them.

    `alone`: there is no other branch, so a row that would be a single one is cut at every clause.
    """
    branches: list[list[NumberedClause]] = []
    for item in items:
        if branches and _continues(item, branches[-1][-1]):
            branches[-1].append(item)
        else:
            branches.append([item])
    return branches if len(branches) > 1 or not alone else [[item] for item in items]


def _continues(item: NumberedClause, previous: NumberedClause) -> bool:
    if item.meaning.sources:
        return False
    if item.meaning.kind == "deliver":
        return previous.meaning.kind in {"think", "source"}
    return previous.meaning.kind == "source" or item.meaning.kind is None
