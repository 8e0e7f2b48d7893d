"""Conditions: "only email it if it contains …", "if there are more than ten, post to Slack", "otherwise save it"."""

from __future__ import annotations

from dataclasses import replace

from voicegraph.graph import edit as graph_edit
from voicegraph.graph.model import Node, NodeId
from voicegraph.plan.rules.edits.described import describe, new_node
from voicegraph.plan.rules.edits.orders import Order
from voicegraph.plan.rules.edits.placing import is_delivery, place
from voicegraph.plan.rules.edits.work import EditWork, title
from voicegraph.plan.rules.steps.conditions import Condition, to_condition
from voicegraph.plan.rules.steps.step import PlannedStep
from voicegraph.words.patterns import rx

_ONLY = rx("^(?:only|just) ")
_LEFT_OUT = rx("^(?:skip|leave out|omit|drop|don't (?:do|run|send)|do not (?:do|run|send)|(?:don't|do not)(?= \\w)) ?")
""""Skip the email if …": the condition says when it does not run."""


def put_on_condition(order: Order, work: EditWork) -> bool:
    """Let a step that is there depend on a condition, or add one that does."""
    if order.otherwise:
        return _otherwise(order, work)
    if not order.condition:
        return False
    left_out = _LEFT_OUT.match(order.text)
    text = order.text[left_out.end() :] if left_out else _ONLY.sub("", order.text)
    steps = describe(text, work)
    target = None if order.also else _existing(text, steps, work)
    if target is None and not steps:
        return False
    request = next((node for node in reversed(work.nodes) if node.type == "http" and not is_delivery(node)), None)
    condition = to_condition(
        order.condition,
        work.spoken.shelter,
        negate=order.unless != bool(left_out),
        called=request.id if request else None,
    )
    if condition.of_status and request:
        work.workflow = graph_edit.set_params(work.workflow, request.id, {"failOnError": False})
    condition_step = _step(condition, order, work, negate=order.unless != bool(left_out))
    if target:
        work.add(condition_step, graph_edit.insert_before(work.workflow, new_node(condition_step), target.id))
        return True
    # Beside the deliveries that are there: it must not hold them up.
    placed = place(work.workflow, new_node(condition_step), replace(condition_step, role="deliver"))
    start = work.add(condition_step, placed)
    _append(steps, start, True, work)
    return True


def _existing(text: str, steps: list[PlannedStep], work: EditWork) -> Node | None:
    """The step that is there already: the one that does what is described, or that is named."""
    keys = {step.key for step in steps}
    if steps:
        return next((node for node in reversed(work.nodes) if (node.type, node.action) in keys), None)
    return work.find(text)


def _step(condition: Condition, order: Order, work: EditWork, *, negate: bool) -> PlannedStep:
    label = f"{'Unless' if negate else 'If'} {work.spoken.written(order.condition)}"
    params = {"expression": condition.expression}
    return PlannedStep("think", "condition", "if", label, dict(params), note=condition.note, doubt=bool(condition.note))


def _otherwise(order: Order, work: EditWork) -> bool:
    condition = next((node for node in reversed(work.nodes) if node.type == "condition"), None)
    steps = describe(order.text, work)
    if condition is None or not steps:
        return False
    there = None if order.also else _existing(order.text, steps, work)
    if there and not _comes_after(there, condition, work):
        # "If nothing is found tell me, otherwise send the e-mail": the one that was sent in any case so far.
        work.workflow = graph_edit.move_after(work.workflow, there.id, condition.id, when=False)
        work.tell(f"{title(there)} now runs when the condition does not hold.", there.id)
        return True
    _append(steps, condition.id, False, work)
    return True


def _comes_after(node: Node, condition: Node, work: EditWork) -> bool:
    order = [one.id for one in work.nodes]
    reached = {condition.id}
    for _ in order:
        reached |= {edge.target for edge in work.workflow.edges if edge.source in reached}
    return node.id in reached


def _append(steps: list[PlannedStep], start: NodeId, when: bool | None, work: EditWork) -> None:
    """Add the steps in a row, the first on a branch of the condition."""
    for step in steps:
        start = work.add(step, graph_edit.append(work.workflow, new_node(step), after=start, when=when))
        when = None
