"""Put clauses in the order of meaning: "before emailing it, summarize" -> summarize, email; "email me once you have …" -> …, email."""

from __future__ import annotations

from collections.abc import Sequence

from voicegraph.plan.rules.clauses import Clause


def in_order(clauses: Sequence[Clause]) -> list[Clause]:
    """The same clauses; "before" and "after" become "main" clauses in their places."""
    sentences: list[list[Clause]] = []
    for clause in clauses:
        if not sentences or sentences[-1][-1].sentence != clause.sentence:
            sentences.append([])
        sentences[-1].append(clause)
    ordered: list[Clause] = []
    for sentence in sentences:
        for clause in _sentence(sentence):
            if "first" in clause.flags and ordered:
                ordered.insert(len(ordered) - 1, clause)
            else:
                ordered.append(clause)
    return ordered


def _sentence(clauses: list[Clause]) -> list[Clause]:
    ordered: list[Clause] = []
    waiting: list[Clause] = []
    for index, clause in enumerate(clauses):
        if clause.kind == "before":
            clause.kind = "main"
            if _goes_last(clauses, index):
                waiting.append(clause)
            else:
                clause.flags.add("gated")
                ordered += [clause]
        elif clause.kind == "after":
            clause.kind = "main"
            if clause.loose and ordered or (index == len(clauses) - 1 and ordered):
                clause.flags.add("gate")
                ordered.insert(len(ordered) - 1, clause)
            else:
                ordered.append(clause)
        else:
            if waiting and "then" in clause.flags and ordered:
                ordered += waiting
                waiting = []
            ordered.append(clause)
    return ordered + waiting


def _goes_last(clauses: Sequence[Clause], index: int) -> bool:
    """Whether the clause after this "before" is the one that comes first: "before emailing it, summarize it"."""
    following = clauses[index + 1] if index + 1 < len(clauses) else None
    if following is None or following.flags & {"then", "also"}:
        return False
    return not clauses[index].loose
