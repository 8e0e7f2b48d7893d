"""Say in plain English how a command was understood."""

from __future__ import annotations

from collections.abc import Sequence

from voicegraph.graph.model import Node, Schedule
from voicegraph.plan.planner import Clause
from voicegraph.plan.rules.start.trigger_phrases import Start


def explain(clauses: Sequence[Clause], nodes: Sequence[Node], start: str, assumptions: Sequence[str]) -> str:
    """How it starts, one line a clause, then what was assumed."""
    labels = {node.id: f"{node.label}{' (once for each item)' if node.each else ''}" for node in nodes}
    lines = [start] if start else []
    for clause in clauses:
        steps = ", then ".join(labels[node_id] for node_id in clause.node_ids) or "no step of its own"
        lines.append(f"“{clause.text}”: {steps}{' (a guess)' if clause.doubtful else ''}.")
    if assumptions:
        lines.append(f"Assumed: {' '.join(assumptions)}")
    return "\n".join(lines)


def explain_start(start: Start) -> str:
    """How the workflow starts, "" when by hand."""
    if not start.triggers:
        return ""
    zones = [(trigger.cron, trigger.timezone) for trigger in start.triggers if isinstance(trigger, Schedule)]
    if not zones:
        return f"“{start.words}”: a call of its webhook starts it."
    crons = " and ".join(f"{cron} ({zone})" if zone else cron for cron, zone in zones)
    return f"“{start.words}”: it runs on the schedule {crons}."
