"""Put clauses in the order of meaning: "before emailing it, summarize it", "email me once you have summarized it"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from voicegraph.plan.rules.clauses.clause import ParsedClause


def in_order(clauses: Sequence[ParsedClause]) -> list[ParsedClause]:
    """The same clauses; "before" and "after" become "main" clauses in their places."""
    ordered: list[ParsedClause] = []
    for _, sentence in groupby(clauses, key=lambda clause: clause.sentence):
        for clause in _sentence(list(sentence)):
            at = len(ordered) - 1 if "first" in clause.flags and ordered else len(ordered)
            ordered.insert(at, clause)
    return ordered


def _sentence(clauses: list[ParsedClause]) -> list[ParsedClause]:
    ordered: list[ParsedClause] = []
    last: list[ParsedClause] = []
    for index, clause in enumerate(clauses):
        if clause.kind == "before":
            clause.kind = "main"
            if _comes_last(clauses, index):
                last.append(clause)
            else:
                clause.flags.add("gated")
                ordered.append(clause)
        elif clause.kind == "after":
            clause.kind = "main"
            ordered.insert(_place_of_condition(clause, ordered, is_last=index == len(clauses) - 1), clause)
        else:
            if last and "then" in clause.flags and ordered:
                ordered, last = ordered + last, []
            ordered.append(clause)
    return ordered + last


def _place_of_condition(clause: ParsedClause, ordered: Sequence[ParsedClause], *, is_last: bool) -> int:
    """Where "after …" belongs: before the clause it stands behind, else where it is."""
    if ordered and (clause.loose or is_last):
        clause.flags.add("gate")
        return len(ordered) - 1
    return len(ordered)


def _comes_last(clauses: Sequence[ParsedClause], index: int) -> bool:
    """Whether the clauses after this "before …" are the ones that come first: "before emailing it, summarize it"."""
    following = clauses[index + 1 : index + 2]
    return bool(following) and not following[0].flags & {"then", "also"} and not clauses[index].loose
