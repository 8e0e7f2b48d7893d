"""The rules planner. This file tells how a command becomes a workflow; each step has a module of its own."""

from __future__ import annotations

from collections.abc import Sequence

from voicegraph.graph.layout import layout
from voicegraph.graph.model import Edge, EdgeId, Node, NodeId, Schedule, Webhook, Workflow
from voicegraph.nodes.data.large_json import beside
from voicegraph.plan.planner import Clause, Edit, Plan
from voicegraph.plan.rules.flow.assemble import Assembly, Flow
from voicegraph.plan.rules.flow.blocks import NumberedClause
from voicegraph.plan.rules.flow.for_each import read_items
from voicegraph.plan.rules.flow.structure import structure
from voicegraph.plan.rules.refuse import refuse
from voicegraph.plan.rules.start.trigger_phrases import Start, read_start
from voicegraph.plan.rules.steps.step import Context, PlannedStep
from voicegraph.plan.rules.text.normalize import Spoken, normalize
from voicegraph.plan.rules.text.verbs import leading_verb

_NAME_LENGTH = 70
_LABEL_LENGTH = 90
_DOUBT, _PUZZLE, _LEAST = 0.15, 0.25, 0.1
"""What a guess, and a clause that was not understood, take off the confidence; and how low it gets."""
_NEEDS_CONTENT = frozenset({"email", "slack", "notify", "notion_create", "file"})
_CONTENT = frozenset({"text", "body", "content", "title"})


class RulesPlanner:
    """A `Planner` without a model: a grammar of English commands. It takes a few milliseconds and needs no key.

    A long command, or a change of a workflow of hundreds of nodes, takes up to a second: so it works on a thread.
    """

    async def plan(self, text: str) -> Plan:
        """See `Planner.plan`."""
        return await beside(False, plan, text)

    async def edit(self, text: str, workflow: Workflow) -> Edit:
        """See `Planner.edit`."""
        from voicegraph.plan.rules.edits.edit_commands import edit

        return await beside(False, edit, text, workflow)


def plan(text: str) -> Plan:
    """As `Planner.plan`, without waiting for anything."""
    spoken = normalize(text)
    rest, start = read_start(spoken.text, spoken)
    items = read_items(rest, Context(spoken.shelter, has_input=start.called))
    assembly = Assembly(spoken.shelter)
    assembly.run(structure(items), Flow())
    start = _event_of_condition(start, assembly)
    if not _is_task(assembly.steps, items, start):
        raise refuse(rest or spoken.text, text)
    return _told(spoken, start, items, assembly)


def _event_of_condition(start: Start, assembly: Assembly) -> Start:
    """Where nothing is fetched (“if the build fails, …”), the condition looks at what a call brings."""
    first = assembly.steps[0] if assembly.steps else None
    if start.triggers or first is None or first.type != "condition":
        return start
    note = f'"{first.label}" looks at what the webhook is called with; let the service that knows it call the webhook.'
    return Start([Webhook()], [note], first.label)


def _is_task(steps: Sequence[PlannedStep], items: Sequence[NumberedClause], start: Start) -> bool:
    """Whether the steps do anything: something is fetched or made, or there are words to send."""
    if len(steps) == 1 and steps[0].role == "source" and not steps[0].params:
        return any(leading_verb(item.clause.text) for item in items)
    if any(step.role == "source" or (step.role == "think" and step.type != "condition") for step in steps):
        return True
    sent = [step for step in steps if step.role == "deliver"]
    if any(step.type not in _NEEDS_CONTENT or _CONTENT & step.params.keys() for step in sent):
        return True
    return bool(sent and start.triggers)


def _told(spoken: Spoken, start: Start, items: Sequence[NumberedClause], assembly: Assembly) -> Plan:
    """The plan, with everything that is said about it."""
    workflow = _workflow(spoken, start, assembly)
    clauses = _clauses(spoken, items, assembly)
    puzzles = [spoken.written(item.clause.words) for item in items if not item.meaning.understood]
    notes = [*start.notes, *(step.note for step in assembly.steps if step.note)]
    assumptions = [*dict.fromkeys(notes), *(f'"{words}" was not understood and left out.' for words in puzzles)]
    doubts = sum(step.doubt for step in assembly.steps)
    confidence = max(_LEAST, round(1 - _DOUBT * doubts - _PUZZLE * (len(puzzles) + len(start.puzzles)), 2))
    text = explain(clauses, workflow.nodes, explain_start(start), assumptions)
    return Plan(workflow, text, clauses, assumptions, confidence)


def _workflow(spoken: Spoken, start: Start, assembly: Assembly) -> Workflow:
    words = spoken.written(spoken.text).strip(" ,.")
    name = words if len(words) <= _NAME_LENGTH else f"{words[:_NAME_LENGTH].rsplit(' ', 1)[0]}…"
    edges = [
        Edge(id=EdgeId(f"edge-{number}"), source=_id(port.step), target=_id(target), when=port.when)
        for number, (port, target) in enumerate(assembly.links)
    ]
    nodes = [to_node(step, _id(number)) for number, step in enumerate(assembly.steps)]
    return layout(Workflow(name=_capital(name), nodes=nodes, edges=edges, triggers=list(start.triggers)))


def to_node(step: PlannedStep, node_id: NodeId) -> Node:
    """The node of a step."""
    label = step.label if len(step.label) <= _LABEL_LENGTH else f"{step.label[: _LABEL_LENGTH - 1].rstrip()}…"
    return Node(
        id=node_id, type=step.type, action=step.action, label=_capital(label), params=step.params, each=step.each
    )


def _clauses(spoken: Spoken, items: Sequence[NumberedClause], assembly: Assembly) -> list[Clause]:
    """The clauses in the order of meaning, with the nodes they became."""
    told: dict[int, Clause] = {}
    for item in items:
        made = assembly.made_by.get(item.number, [])
        doubtful = not item.meaning.understood or any(assembly.steps[index].doubt for index in made)
        told[item.number] = Clause(spoken.written(item.clause.words), [_id(index) for index in made], doubtful)
    return list(told.values())


def _id(number: int) -> NodeId:
    return NodeId(f"step-{number}")


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


# -- how a command was understood, in plain English


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
