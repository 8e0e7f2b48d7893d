"""Origins of the words that each node may give, known before its run (SECURITY row 8, docs/decisions/0020).

What is followed is the data, not the order: `{{ nodes["page"].text }}` behind an approval is not what was approved. What
cannot be told before the run, such as a name that a template computes, counts as everything the node is given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from voicegraph.graph.branches import APPROVAL, branch_of
from voicegraph.graph.model import Node, NodeId, Workflow
from voicegraph.graph.order import ancestors, descendants, incoming, outgoing, topological_order
from voicegraph.nodes.action import Action
from voicegraph.nodes.params.fields import fields_of, texts_of
from voicegraph.nodes.registry import Registry
from voicegraph.nodes.templates.template import is_template, mentions_nodes, names_in

HANDED = "the workflow that runs this one"

OF_INPUT = frozenset({"input", "data", "item"})
"""Names in a template for what comes in over the edges."""
OF_ANY_OBJECT = frozenset({"first", "last", "size"})
"""Liquid's words for a part of whatever object: `nodes.first` is the first node, unless one is called so."""


class Origins:
    """The name of a source outside for each node, or None for the user's own words.

    `handed`: what the run is given comes from another run. `made`: the ids of files that runs made.
    """

    def __init__(self, workflow: Workflow, registry: Registry, handed: bool, made: Collection[str]) -> None:
        self._workflow = workflow
        self._edges = incoming(workflow)
        self._types = {node.id: node.type for node in workflow.nodes}
        self._handed = HANDED if handed else None
        self._made = made
        self._given: dict[NodeId, str | None] = {}
        self._unapproved: dict[NodeId, str | None] = {}
        self._rejected = {node.id: _reached_by_rejection(workflow, node) for node in workflow.nodes}
        nodes = {node.id: node for node in workflow.nodes}
        for node_id in topological_order(workflow):
            node = nodes[node_id]
            action = registry.find(node.type, node.action)
            source = self._content(node, action)
            self._unapproved[node_id] = source
            self._given[node_id] = None if _is_approved(node, action) else source

    def source_of(self, node: Node, text: str) -> str | None:
        """Where what fills this template of the node comes from."""
        return next(filter(None, (self._read(node, path) for path in sorted(names_in(text)))), None)

    def _content(self, node: Node, action: Action | None) -> str | None:
        if action is None or action.content == "outside" or self._is_file_of_a_run(node, action):
            return f"“{node.label or node.id}”"
        comes_in = self._input(node.id) if action.content == "passed" else None
        return comes_in or next(filter(None, self._named(node, action)), None)

    def _is_file_of_a_run(self, node: Node, action: Action) -> bool:
        """Whether it reads a file that is not known to be its user's: one that a run made, or one named in the run."""
        params = fields_of(action.params).taken(node.params)
        return any(
            is_template(text) or text.strip() in self._made
            for field in fields_of(action.params).files
            for _, text in texts_of(params.get(field.name))
        )

    def _named(self, node: Node, action: Action) -> Iterator[str | None]:
        """What its params name. A script is no template: it sees every node before it once it says `nodes`."""
        verbatim = fields_of(action.params).verbatim
        for name, value in node.params.items():
            for _, text in texts_of(value):
                if name not in verbatim:
                    yield self.source_of(node, text)
                elif mentions_nodes(text):
                    yield self._read(node, ("nodes",))

    def _read(self, node: Node, path: tuple[str, ...]) -> str | None:
        match path:
            case ():
                names = ("trigger", "input", "nodes")
                return next(filter(None, (self._read(node, (name,)) for name in names)), None)
            case ("nodes", node_id, *_) if node_id in self._given and node_id not in OF_ANY_OBJECT:
                return self._of(NodeId(node_id), node.id)
            case ("nodes", *_):
                before = sorted(ancestors(self._workflow, node.id))
                return next(filter(None, (self._of(one, node.id) for one in before)), None)
            case ("trigger", *_):
                return self._handed
            case (name, *_) if name in OF_INPUT:
                return self._input(node.id)
            case _:
                return None

    def _of(self, source: NodeId, reader: NodeId) -> str | None:
        """What the reader finds of a node; approved is only what is read where no rejection leads to."""
        rejected = reader in self._rejected[source]
        return (self._unapproved if rejected else self._given).get(source)

    def _input(self, node_id: NodeId) -> str | None:
        edges = self._edges[node_id]
        if not edges:
            return self._handed
        return next(filter(None, (self._along(edge.source, edge.when) for edge in edges)), None)

    def _along(self, source: NodeId, when: bool | None) -> str | None:
        kind = self._types[source]
        rejected = kind == APPROVAL and branch_of(kind, when) is False
        return (self._unapproved if rejected else self._given)[source]


def _reached_by_rejection(workflow: Workflow, node: Node) -> frozenset[NodeId]:
    """The nodes that may run when this one, an approval, was rejected, because of that."""
    if node.type != APPROVAL:
        return frozenset()
    first = {edge.target for edge in outgoing(workflow)[node.id] if branch_of(node.type, edge.when) is False}
    return frozenset(first.union(*(descendants(workflow, one) for one in first)))


def _is_approved(node: Node, action: Action | None) -> bool:
    """Whether what leaves the node was approved by a person, and not by the time that passed."""
    if node.type != APPROVAL or action is None:
        return False
    return fields_of(action.params).taken(node.params).get("onExpiry", "reject") in ("reject", "fail")
