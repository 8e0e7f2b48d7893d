"""One node of an earlier run by itself, for trying until it is right."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from voicegraph.errors import Conflict
from voicegraph.graph.model import Edge, Node, NodeId, Workflow, new_id
from voicegraph.graph.order import incoming
from voicegraph.nodes.registry import Registry
from voicegraph.run.events import Reuse, StoredRun
from voicegraph.run.recovery import outcome_of
from voicegraph.run.reuse import reusable
from voicegraph.run.state import Completed, RunState


def alone(
    origin: StoredRun, workflow: Workflow, config: Mapping[str, JsonValue], node: Node, registry: Registry
) -> tuple[Workflow, Reuse]:
    """The part of the workflow that leads to the node, and what the earlier run has of the nodes before it.

    Only results of nodes that are what they were: the check judges a result by the node that stands there now, and
    behind another one it would pass for what it is not. A node with a pinned output has that. Conflict otherwise.
    """
    rows = reusable(origin, workflow, config, {node.id}, registry)
    edges = incoming(workflow)
    known: dict[NodeId, Node] = {}
    stack = [edge.source for edge in edges[node.id]]
    while stack:
        source = stack.pop()
        if source in known or not _has_result(origin, workflow.node(source)):
            continue
        known[source] = workflow.node(source)
        if source in rows.rows:
            stack.extend(edge.source for edge in edges[source])
        elif known[source].pin is None:
            raise _changed_since(known[source], rows.reasons.get(source))
    if edges[node.id] and not any(edge.source in known for edge in edges[node.id]):
        raise _no_inputs(workflow, edges[node.id])
    part = _part(workflow, node, {*known, node.id})
    taken = {node_id: row for node_id, row in rows.rows.items() if node_id in known}
    reachable = RunState(part).restore(
        {one.id: Completed(_branch(origin, one, one.id in taken)) for one in known.values()}, ()
    )
    if node.id not in reachable.ready:
        raise not_reached(node)
    return part, Reuse(taken)


def not_reached(node: Node) -> Conflict:
    """The node has nothing to run on: its branch was not taken."""
    message = (
        f"“{node.label or node.id}” was skipped in that run: the branch that leads to it was not taken. "
        "Replay from the condition before it."
    )
    return Conflict("not_reached", message)


def _has_result(origin: StoredRun, node: Node) -> bool:
    row = origin.nodes.get(node.id)
    return node.pin is not None or (row is not None and isinstance(outcome_of(row), Completed))


def _part(workflow: Workflow, node: Node, kept: set[NodeId]) -> Workflow:
    return workflow.model_copy(
        update={
            "workflow_id": new_id("wf"),
            "name": f"{node.label or node.id} (alone)"[:200],
            "nodes": [one for one in workflow.nodes if one.id in kept],
            "edges": [edge for edge in workflow.edges if edge.source in kept and edge.target in kept],
            "triggers": [],
        }
    )


def _branch(origin: StoredRun, node: Node, taken: bool) -> bool | None:
    given = origin.nodes[node.id].output if taken else node.pin
    return given.branch if given else None


def _no_inputs(workflow: Workflow, edges: list[Edge]) -> Conflict:
    names = ", ".join(f"“{workflow.node(edge.source).label or edge.source}”" for edge in edges)
    return Conflict("no_inputs", f"That run has no result of {names}. Replay from there instead.")


def _changed_since(node: Node, reason: str | None) -> Conflict:
    message = (
        f"The result of “{node.label or node.id}” in that run does not hold any more. "
        f"{reason or 'What leads to it has changed.'} Replay from there instead."
    )
    return Conflict("changed_since", message)
