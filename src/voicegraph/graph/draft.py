"""A working copy of a workflow, from which the operations of `edit.py` are made. The original is never touched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import ValidationError

from voicegraph.errors import GraphError, Problem
from voicegraph.graph.branches import CONDITION, branch_of
from voicegraph.graph.layout import layout
from voicegraph.graph.model import MAX_EDGES, Edge, EdgeId, Node, NodeId, Wire, Workflow, free_id
from voicegraph.graph.rules import check
from voicegraph.graph.schema_errors import explain
from voicegraph.words.truncation import quoted

W = TypeVar("W", bound=Wire)


def refuse(message: str, code: str = "invalid_edit") -> GraphError:
    """The error of an edit that makes no sense here."""
    return GraphError([Problem("", message, code)])


def revised(model: W, **changes: Any) -> W:
    """A checked copy with other values. Raises GraphError when a value does not fit its field."""
    try:
        return type(model).model_validate({**dict(model), **changes})
    except ValidationError as error:
        raise GraphError(explain(error)) from error


class Draft:
    """Nodes and edges in lists of its own. `finish` checks the rules and gives new nodes a place."""

    def __init__(self, workflow: Workflow) -> None:
        self._original = workflow
        self.nodes: list[Node] = list(workflow.nodes)
        self.edges: list[Edge] = list(workflow.edges)
        kinds = {node.id: node.type for node in self.nodes}
        self._ids = {(one.source, one.target, branch_of(kinds.get(one.source), one.when)): one.id for one in self.edges}

    def node(self, node_id: str) -> Node:
        """The node with this id; GraphError when there is none."""
        return self.nodes[self.index(node_id)]

    def index(self, node_id: str) -> int:
        """Where the node stands in the list; GraphError when there is none."""
        for index, node in enumerate(self.nodes):
            if node.id == node_id:
                return index
        raise refuse(f"There is no node with the id {quoted(node_id)} in this workflow.", "unknown_id")

    def entering(self, node_id: str) -> list[Edge]:
        """The edges that lead to a node."""
        return [edge for edge in self.edges if edge.target == node_id]

    def leaving(self, node_id: str) -> list[Edge]:
        """The edges that lead away from a node."""
        return [edge for edge in self.edges if edge.source == node_id]

    def add(self, node: Node, index: int | None = None) -> NodeId:
        """Put a node into the list, under its own id when that is free, else under a new one. Returns the id."""
        taken = {other.id for other in self.nodes}
        if node.id in taken:
            node = node.model_copy(update={"id": NodeId(free_id("step", taken))})
        self.nodes.insert(len(self.nodes) if index is None else index, node)
        return node.id

    def branch(self, source: str, when: bool | None) -> bool | None:
        """The `when` of an edge that leaves `source`: on a condition "nothing said" means yes."""
        return True if when is None and self.node(source).type == CONDITION else when

    def stands_on(self, source: str, when: bool | None) -> bool | None:
        """The branch of an edge that leaves `source`; None: it is taken in any case."""
        return branch_of(self.node(source).type, when)

    def link(self, source: NodeId, target: NodeId, when: bool | None = None) -> None:
        """Let `target` wait for `source`, unless it does on this branch already. Where it did before, by the old id."""
        branch = self.stands_on(source, when)
        if any(edge.target == target and self.stands_on(source, edge.when) is branch for edge in self.leaving(source)):
            return
        taken = {edge.id for edge in self.edges}
        known = self._ids.get((source, target, branch))
        new = known if known and known not in taken else EdgeId(free_id("edge", {*taken, *self._ids.values()}))
        self.edges.append(Edge(id=new, source=source, target=target, when=when))

    def redirect(self, edges: Iterable[Edge], **ends: NodeId | bool | None) -> None:
        """Change `source`, `target` or `when` of edges in place; they keep their ids."""
        ids = {edge.id for edge in edges}
        self.edges = [edge.model_copy(update=ends) if edge.id in ids else edge for edge in self.edges]

    def drop_doubles(self) -> None:
        """Of several edges that say the same, keep the first."""
        first: dict[tuple[NodeId, NodeId, bool | None], Edge] = {}
        for edge in self.edges:
            first.setdefault((edge.source, edge.target, self.stands_on(edge.source, edge.when)), edge)
        self.edges = list(first.values())

    def take_out(self, node_id: str) -> Node:
        """Remove a node and join what came before it to what came after it.

        The new edges keep the branch on which the node was reached; branches the node itself chose between are lost.
        No edge is made where the later node runs after the earlier one anyway.
        """
        node = self.nodes.pop(self.index(node_id))
        before, after = self.entering(node_id), self.leaving(node_id)
        self.edges = [edge for edge in self.edges if node_id not in (edge.source, edge.target)]
        bridges: list[tuple[NodeId, NodeId, bool | None]] = []
        for entry in before:
            implied = self._implied(entry.source, entry.when)
            bridges += [(entry.source, way.target, entry.when) for way in after if way.target not in implied]
        if len(bridges) > MAX_EDGES:
            raise refuse(
                f"Without {quoted(node_id)} the nodes around it would need {len(bridges):,} edges; a workflow has at "
                f"most {MAX_EDGES:,}. Remove some of its edges first.",
                "too_large",
            )
        for bridge in bridges:
            self.link(*bridge)
        return node

    def _implied(self, source: NodeId, when: bool | None) -> set[NodeId]:
        """The nodes that come after `source` and run whenever it ends on the branch `when`."""
        kinds = {node.id: node.type for node in self.nodes}
        always: dict[NodeId, list[NodeId]] = {}
        for edge in self.edges:
            if branch_of(kinds.get(edge.source), edge.when) is None:
                always.setdefault(edge.source, []).append(edge.target)
        kind = self.node(source).type
        branch = branch_of(kind, when)
        todo = [edge.target for edge in self.leaving(source) if branch_of(kind, edge.when) in (None, branch)]
        seen = set(todo)
        while todo:
            onward = set(always.get(todo.pop(), ())) - seen
            seen |= onward
            todo += onward
        return seen

    def finish(self) -> Workflow:
        """The edited workflow. GraphError when it breaks a rule; new nodes get a place when the others have one."""
        edited = self._original.model_copy(update={"nodes": self.nodes, "edges": self.edges})
        problems = check(edited)
        if problems:
            raise GraphError(problems)
        placed = any(node.position for node in self._original.nodes)
        return layout(edited, keep=True) if placed else edited
