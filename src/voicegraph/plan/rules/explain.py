"""Say in plain English how a command was understood."""

from __future__ import annotations

from collections.abc import Sequence

from voicegraph.graph.model import Node, Schedule, Trigger
from voicegraph.plan.planner import Clause


def explain(clauses: Sequence[Clause], nodes: Sequence[Node], start: str, assumptions: Sequence[str]) -> str:
    """One line a clause, then what was assumed."""
    labels = {node.id: node.label + (" (once for each item)" if node.each else "") for node in nodes}
    lines = [start] if start else []
    for clause in clauses:
        steps = ", then ".join(labels[node_id] for node_id in clause.node_ids)
        meaning = steps or "no step of its own"
        lines.append(f"“{clause.text}”: {meaning}{' (a guess)' if clause.doubtful else ''}.")
    if assumptions:
        lines.append("Assumed: " + " ".join(assumptions))
    return "\n".join(lines)


def explain_start(triggers: Sequence[Trigger], words: str) -> str:
    """How the workflow starts, "" when by hand."""
    if not triggers:
        return ""
    crons = [f"{t.cron}{f' ({t.timezone})' if t.timezone else ''}" for t in triggers if isinstance(t, Schedule)]
    if crons:
        return f"“{words}”: it runs on the schedule {' and '.join(crons)}."
    return f"“{words}”: a call of its webhook starts it."
