"""The differences between two workflows, for the canvas to mark and for a sentence to say."""

from __future__ import annotations

from voicegraph.graph.branches import branch_of
from voicegraph.graph.model import EdgeId, Node, NodeId, Wire, Workflow


class Diff(Wire):
    """Ids of what differs. Nodes are the same when their ids are; edges when they join the same nodes on one branch.

    A node that was only moved on the canvas has not changed. `summary` reads like "+1 node, 2 edges changed".
    """

    added_nodes: list[NodeId]
    removed_nodes: list[NodeId]
    changed_nodes: list[NodeId]
    added_edges: list[EdgeId]
    removed_edges: list[EdgeId]
    triggers_changed: bool
    renamed: bool
    summary: str


def diff(before: Workflow, after: Workflow) -> Diff:
    """How to come from `before` to `after`; ids in the order of the workflow they are from."""
    old, new = _nodes(before), _nodes(after)
    old_edges, new_edges = _edges(before), _edges(after)
    found = Diff(
        added_nodes=[node_id for node_id in new if node_id not in old],
        removed_nodes=[node_id for node_id in old if node_id not in new],
        changed_nodes=[node_id for node_id in new if node_id in old and new[node_id] != old[node_id]],
        added_edges=[edge_id for key, edge_id in new_edges.items() if key not in old_edges],
        removed_edges=[edge_id for key, edge_id in old_edges.items() if key not in new_edges],
        triggers_changed=before.triggers != after.triggers,
        renamed=before.name != after.name,
        summary="",
    )
    return found.model_copy(update={"summary": _summary(found)})


def _nodes(workflow: Workflow) -> dict[NodeId, Node]:
    """The nodes by id, without their positions."""
    return {node.id: node.model_copy(update={"position": None}) for node in workflow.nodes}


def _edges(workflow: Workflow) -> dict[tuple[NodeId, NodeId, bool | None], EdgeId]:
    kinds = {node.id: node.type for node in workflow.nodes}
    return {
        (edge.source, edge.target, branch_of(kinds.get(edge.source), edge.when)): edge.id for edge in workflow.edges
    }


def _summary(found: Diff) -> str:
    parts = [
        f"+{_count(found.added_nodes, 'node')}" if found.added_nodes else "",
        f"-{_count(found.removed_nodes, 'node')}" if found.removed_nodes else "",
        f"{_count(found.changed_nodes, 'node')} changed" if found.changed_nodes else "",
        _edge_summary(found.added_edges, found.removed_edges),
        "triggers changed" if found.triggers_changed else "",
        "renamed" if found.renamed else "",
    ]
    return ", ".join(filter(None, parts)) or "no change"


def _edge_summary(added: list[EdgeId], removed: list[EdgeId]) -> str:
    if added and removed:
        # An edge that was led elsewhere is one gone and one new; a person sees it as one that changed.
        return f"{_count(max(added, removed, key=len), 'edge')} changed"
    return f"+{_count(added, 'edge')}" if added else f"-{_count(removed, 'edge')}" if removed else ""


def _count(items: list[NodeId] | list[EdgeId], noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"
