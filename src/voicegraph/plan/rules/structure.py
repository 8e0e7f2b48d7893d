"""Which clauses follow one another, which run side by side, and which depend on a condition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from voicegraph.plan.rules.clauses import Clause
from voicegraph.plan.rules.steps import Meaning


@dataclass(frozen=True, slots=True)
class Item:
    """A clause and what it means; `number` is its place in the order of meaning."""

    number: int
    clause: Clause
    meaning: Meaning

    @property
    def flags(self) -> set[str]:
        """The linking words of the clause."""
        return self.clause.flags

    def only(self, *, sources: bool) -> Item:
        """The item with its sources alone, or without them."""
        kept = Meaning(sources=self.meaning.sources) if sources else replace(self.meaning, sources=())
        return replace(self, meaning=kept)


@dataclass(frozen=True, slots=True)
class Parallel:
    """Branches that start from the same place; what follows waits for all of them."""

    branches: Sequence[Sequence[Block]]


@dataclass(frozen=True, slots=True)
class Branching:
    """A condition, with what happens when it holds and when it does not."""

    condition: Item
    then: Sequence[Block]
    otherwise: Sequence[Block] = field(default_factory=list)


Block = Item | Parallel | Branching


def structure(items: Sequence[Item]) -> list[Block]:
    """The items as blocks, in order."""
    blocks: list[Block] = []
    run: list[Item] = []
    at = 0
    while at < len(items):
        item = items[at]
        if item.clause.kind not in {"if", "unless"}:
            run.append(item)
            at += 1
            continue
        then: list[Item] = []
        if _comes_after(items, at, run):
            last = run.pop()
            if last.meaning.sources:
                run.append(last.only(sources=True))
            then, at = [last.only(sources=False)], at + 1
        else:
            end = _end_of_branch(items, at + 1)
            then, at = list(items[at + 1 : end]), end
        otherwise, at = _otherwise(items, at)
        blocks += _runs(run)
        run = []
        blocks.append(Branching(item, structure(then), otherwise))
    return blocks + _runs(run)


def _comes_after(items: Sequence[Item], at: int, run: Sequence[Item]) -> bool:
    """Whether the condition stands behind what depends on it: "email me if there are more than ten"."""
    item = items[at]
    if not item.clause.loose or not run or run[-1].clause.sentence != item.clause.sentence:
        return False
    following = items[at + 1] if at + 1 < len(items) else None
    if following is None or following.clause.sentence != item.clause.sentence or following.clause.kind == "else":
        return True
    return not following.clause.loose and run[-1].meaning.kind != "source"


def _end_of_branch(items: Sequence[Item], start: int) -> int:
    """Where the clauses that depend on a condition end: at the full stop, or at the next turn."""
    if start >= len(items):
        return start
    sentence = items[start].clause.sentence
    for at in range(start, len(items)):
        clause = items[at].clause
        new_turn = clause.kind in {"else", "if", "unless"} or "rejoin" in clause.flags
        if clause.sentence != sentence or new_turn:
            return at
    return len(items)


def _otherwise(items: Sequence[Item], at: int) -> tuple[list[Block], int]:
    if at >= len(items):
        return [], at
    item = items[at]
    if "else" in item.flags and item.clause.kind in {"if", "unless"}:
        end = _end_of_branch(items, at + 1)
        nested, after = _otherwise(items, end)
        return [Branching(item, structure(items[at + 1 : end]), nested)], after
    if item.clause.kind != "else":
        return [], at
    end = _end_of_branch(items, at + 1) if at + 1 < len(items) and items[at + 1].clause.sentence == item.clause.sentence else at + 1
    return structure([replace(item, clause=replace(item.clause, kind="main")), *items[at + 1 : end]]), end


def _runs(items: Sequence[Item]) -> list[Block]:
    """Cut at "then" and full stops, and find what runs side by side between them."""
    blocks: list[Block] = []
    segment: list[Item] = []
    for item in items:
        new = bool(item.flags & {"then", "rejoin"}) or (segment and item.clause.sentence != segment[-1].clause.sentence)
        if segment and new and not ("parallel" in item.flags and "then" not in item.flags):
            blocks += _segment(segment)
            segment = []
        segment.append(item)
    return blocks + _segment(segment)


def _segment(items: list[Item]) -> list[Block]:
    for at, item in enumerate(items):
        if "both" in item.flags and len(items) > at + 1:
            return [*items[:at], _parallel(_chunks(items[at:], alone=True))]
        if "parallel" in item.flags:
            return _beside(items, at)
        if item.clause.parallel_tail:
            start = _start_of_group(items, at)
            group = items[start : at + 1]
            rest = _segment(items[at + 1 :])
            if len(group) == 1:
                return [*items[: at + 1], *rest]
            return [*items[:start], _parallel(_chunks(group, alone=True)), *rest]
    return list(items)


def _beside(items: list[Item], at: int) -> list[Block]:
    """"At the same time" stands before item `at`."""
    left, right = items[:at], items[at:]
    if not left or (left[-1].meaning.kind == "source" and not right[0].meaning.sources):
        chunks = _chunks(right, alone=True)
        return [*left, _parallel(chunks)] if len(chunks) > 1 else [*items]
    start = len(left) - 1
    if right[0].meaning.sources:
        while start > 0 and not left[start].meaning.sources:
            start -= 1
    elif left[-1].meaning.kind == "deliver" and any(item.meaning.kind != "deliver" for item in right):
        while start > 0 and left[start].meaning.kind == "deliver":
            start -= 1
    return [*left[:start], _parallel([left[start:], *_chunks(right, alone=False)])]


def _start_of_group(items: list[Item], at: int) -> int:
    """The first of the items before `at` that run beside it: "summarize it, translate it and … at the same time"."""
    kind = items[at].meaning.kind
    start = at
    while start > 0 and items[start - 1].meaning.kind == kind:
        start -= 1
    if kind == "think" and start > 0 and start == at and items[at - 1].meaning.thinks:
        start -= 1
    return start


def _chunks(items: Sequence[Item], *, alone: bool) -> list[list[Item]]:
    """Branches out of a row of clauses: a delivery, and the first thinking about a source, belong to what is before them.

    `alone`: there is no other branch, so a row that would be a single one is cut at every clause.
    """
    chunks: list[list[Item]] = []
    for item in items:
        previous = chunks[-1][-1] if chunks else None
        if previous and _continues(item, previous):
            chunks[-1].append(item)
        else:
            chunks.append([item])
    return chunks if len(chunks) > 1 or not alone else [[item] for item in items]


def _continues(item: Item, previous: Item) -> bool:
    if item.meaning.sources:
        return False
    if item.meaning.kind == "deliver":
        return previous.meaning.kind == "think" or (previous.meaning.kind == "source")
    return previous.meaning.kind == "source" or item.meaning.kind is None


def _parallel(branches: Sequence[Sequence[Item]]) -> Block:
    return Parallel([list(branch) for branch in branches])
