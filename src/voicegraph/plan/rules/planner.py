"""The rules planner. This file tells how a command becomes a workflow; each step has a module of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from voicegraph.graph.layout import layout
from voicegraph.graph.model import Edge, EdgeId, Node, NodeId, Webhook, Workflow
from voicegraph.plan.planner import Clause, Edit, Plan
from voicegraph.plan.rules import clauses as clause_reader
from voicegraph.plan.rules.assemble import Assembly, Flow
from voicegraph.plan.rules.explain import explain, explain_start
from voicegraph.plan.rules.interpret import interpret
from voicegraph.plan.rules.normalize import Spoken, normalize
from voicegraph.plan.rules.order import in_order
from voicegraph.plan.rules.refuse import refuse
from voicegraph.plan.rules.steps import Context, Meaning, Step
from voicegraph.plan.rules.structure import Item, structure
from voicegraph.plan.rules.triggers import Start, read_start
from voicegraph.plan.rules.verbs import leading_verb

_NAME_LENGTH = 70
_DOUBT, _PUZZLE = 0.15, 0.25
"""What a guess, and a clause that was not understood, take off the confidence."""
_NEEDS_CONTENT = frozenset({"email", "slack", "notify", "notion_create", "file"})


class RulesPlanner:
    """A `Planner` without a model: a grammar of English commands. It takes a few milliseconds and needs no key."""

    async def plan(self, text: str) -> Plan:
        """See `Planner.plan`."""
        return plan(text)

    async def edit(self, text: str, workflow: Workflow) -> Edit:
        """See `Planner.edit`."""
        from voicegraph.plan.rules.edits import edit

        return edit(text, workflow)


def plan(text: str) -> Plan:
    """As `Planner.plan`, without waiting for anything."""
    spoken = normalize(text)
    rest, start = read_start(spoken.text, spoken.shelter)
    items = read_items(rest, spoken, start)
    assembly = Assembly(spoken.shelter)
    assembly.run(structure(items), Flow())
    commanded = any(leading_verb(item.clause.text) for item in items)
    if not _is_task(assembly.steps, start, commanded=commanded):
        raise refuse(rest or spoken.text, text)
    return _finished(spoken, start, items, assembly)


def read_items(text: str, spoken: Spoken, start: Start) -> list[Item]:
    """The clauses of the text in the order of meaning, each with its steps."""
    ordered = in_order(clause_reader.split_clauses(text))
    context = Context(spoken.shelter, has_input=any(isinstance(trigger, Webhook) for trigger in start.triggers))
    items: list[Item] = []
    before_branch = 0
    for number, clause in enumerate(ordered):
        if clause.kind in {"if", "unless"} and "else" not in clause.flags:
            before_branch = len(context.steps)
        if clause.kind == "else" or "else" in clause.flags:
            context.steps = context.steps[:before_branch]
        first = number == 0 or "then" in clause.flags or ordered[number - 1].sentence != clause.sentence
        apart = first and (clause.parallel_tail or "parallel" in clause.flags)
        items.append(Item(number, clause, interpret(clause, context, apart=apart)))
    return _gated(items)


def _gated(items: Sequence[Item]) -> list[Item]:
    """An approval "before posting a summary of X" stands right before the posting, not before the fetching of X."""
    kept: list[Item] = []
    held: list[Step] = []
    for index in range(len(items)):
        item = items[index]
        following = items[index + 1] if index + 1 < len(items) else None
        late = "gate" in item.flags and following and following.meaning.sources and not item.meaning.sources
        if late and following and item.meaning.kind != "pause":
            kept += [following.only(sources=True), item]
            items = [*items[: index + 1], following.only(sources=False), *items[index + 2 :]]
            continue
        alone = item.meaning.kind == "pause" and following is not None
        if alone and following and ("gated" in following.flags or "gate" in item.flags) and following.meaning.deliveries:
            held += item.meaning.pauses
            continue
        if held:
            meaning = replace(item.meaning, pauses=[*item.meaning.pauses, *held])
            item, held = replace(item, meaning=meaning), []
        kept.append(item)
    return kept


def _is_task(steps: Sequence[Step], start: Start, *, commanded: bool) -> bool:
    """Whether the steps do anything: something is fetched or made, or words are given to send."""
    if len(steps) == 1 and steps[0].role == "source" and not steps[0].params and not commanded:
        return False
    if any(step.role == "source" or (step.role == "think" and step.type != "condition") for step in steps):
        return True
    delivered = [step for step in steps if step.role == "deliver"]
    if any(step.type not in _NEEDS_CONTENT or {"text", "body", "content", "title"} & step.params.keys() for step in delivered):
        return True
    return bool(delivered) and bool(start.triggers)


def _finished(spoken: Spoken, start: Start, items: Sequence[Item], assembly: Assembly) -> Plan:
    nodes = to_nodes(assembly.steps)
    edges = [
        Edge(id=EdgeId(f"edge-{number}"), source=NodeId(f"step-{port.step}"), target=NodeId(f"step-{target}"), when=port.when)
        for number, (port, target) in enumerate(assembly.links)
    ]
    words = spoken.shelter.restore(spoken.text).strip(" ,.")
    name = words if len(words) <= _NAME_LENGTH else f"{words[:_NAME_LENGTH].rsplit(' ', 1)[0]}…"
    workflow = layout(Workflow(name=f"{name[:1].upper()}{name[1:]}", nodes=nodes, edges=edges, triggers=list(start.triggers)))
    clauses = told_clauses(items, assembly, spoken)
    assumptions = [*start.notes, *dict.fromkeys(step.note for step in assembly.steps if step.note)]
    puzzles = [item for item in items if not item.meaning.understood]
    assumptions += [f'"{spoken.shelter.restore(item.clause.words)}" was not understood and left out.' for item in puzzles]
    doubts = sum(step.doubt for step in assembly.steps)
    confidence = max(0.1, round(1 - _DOUBT * doubts - _PUZZLE * len(puzzles), 2))
    text = explain(clauses, nodes, explain_start(start.triggers, spoken.shelter.restore(start.words)), assumptions)
    return Plan(workflow, text, clauses, assumptions, confidence)


def to_nodes(steps: Sequence[Step]) -> list[Node]:
    """The nodes of the steps, `step-0` on."""
    return [
        Node(id=NodeId(f"step-{number}"), type=step.type, action=step.action, label=_label(step), params=step.params, each=step.each)
        for number, step in enumerate(steps)
    ]


def _label(step: Step) -> str:
    label = step.label if len(step.label) <= 90 else f"{step.label[:89].rstrip()}…"
    return f"{label[:1].upper()}{label[1:]}"


def told_clauses(items: Sequence[Item], assembly: Assembly, spoken: Spoken) -> list[Clause]:
    """The clauses in the order of meaning, with the nodes they became."""
    told: list[Clause] = []
    for item in items:
        made = assembly.made_by.get(item.number, [])
        doubtful = not item.meaning.understood or any(assembly.steps[index].doubt for index in made)
        words = spoken.shelter.restore(item.clause.words)
        told.append(Clause(words, [NodeId(f"step-{index}") for index in made], doubtful))
    return told


__all__ = ["Meaning", "RulesPlanner", "plan"]
