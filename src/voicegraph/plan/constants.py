"""Constants that a plan writes into the data of a target: `to: {{ input }}` behind a start text is that text.

The data is followed backwards from the template. Config and trigger are the user's. A step that makes text must have it
from the user, too; one that computes (a script, a filter that puts pieces together) could make anything, and is taken for
named only where a workflow of the user's does the very same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from voicegraph.graph.model import Node, NodeId, Workflow
from voicegraph.graph.order import ancestors, incoming
from voicegraph.nodes.action import Action
from voicegraph.nodes.params.fields import fields_of, texts_of
from voicegraph.nodes.params.text_origins import OF_ANY_OBJECT, OF_INPUT
from voicegraph.nodes.registry import Registry
from voicegraph.nodes.selections.selection import literals_of
from voicegraph.nodes.templates.template import names_in
from voicegraph.plan.named import Named

_HANDED_ON: dict[str, frozenset[str]] = {
    "condition": frozenset(),
    "wait": frozenset(),
    "approval": frozenset({"content"}),
}
"""Of nodes that hand on what comes in: the params that change it. Elsewhere all do."""


class Constants:
    """Follows the data of one workflow."""

    def __init__(self, workflow: Workflow, named: Named, registry: Registry) -> None:
        self._workflow = workflow
        self._named = named
        self._registry = registry
        self._nodes = {node.id: node for node in workflow.nodes}
        self._edges = incoming(workflow)

    def unnamed_in(self, node: Node, template: str) -> Node | None:
        """The first step that may fill this template of the node with words that nobody named."""
        return next((one for one in self.sources(node, template) if not self._is_named(one)), None)

    def sources(self, node: Node, template: str) -> list[Node]:
        """Every step whose words may fill this template of the node."""
        found: dict[NodeId, Node] = {}
        waiting = [*self._read(node, template)]
        while waiting:
            node_id = waiting.pop()
            if node_id in found or node_id not in self._nodes:
                continue
            found[node_id] = source = self._nodes[node_id]
            waiting += self._before(source)
        return [*found.values()]

    def _before(self, node: Node) -> Iterator[NodeId]:
        action = self._registry.find(node.type, node.action)
        if action is None or action.content == "outside":  # what a page says, or a model: judged before the run
            return
        if action.content == "passed":
            yield from (edge.source for edge in self._edges[node.id])
        for text in texts_that_flow(node, action):
            yield from self._read(node, text)

    def _read(self, node: Node, template: str) -> Iterator[NodeId]:
        for path in names_in(template):
            match path:
                case ("nodes", node_id, *_) if node_id in self._nodes and node_id not in OF_ANY_OBJECT:
                    yield NodeId(node_id)
                case () | ("nodes", *_):
                    yield from ancestors(self._workflow, node.id)
                case (name, *_) if name in OF_INPUT:
                    yield from (edge.source for edge in self._edges[node.id])
                case _:
                    pass

    def _is_named(self, node: Node) -> bool:
        action = self._registry.find(node.type, node.action)
        if action is None:
            return False
        outside = action.content == "outside"
        return all(
            self._named.is_own(node, text)
            or (self._named.has_addresses(text) if outside else self._makes_named(node, text))
            for text in texts_that_flow(node, action)
        )

    def _makes_named(self, node: Node, text: str) -> bool:
        if node.type == "code":
            return False
        if (node.type, node.action) != ("transform", "select"):
            return self._named.has_words(text, "values")
        literals = literals_of(text)
        return literals is not None and all(self._named.has(one, "values") for one in literals)


def texts_that_flow(node: Node, action: Action) -> Iterator[str]:
    """The texts in a node's params that may become a part of what it gives."""
    targets = {name for field in fields_of(action.params).targets for name in (field.name, field.attribute)}
    only = _HANDED_ON.get(node.type)
    params: dict[str, Any] = {
        name: value for name, value in node.params.items() if name not in targets and (only is None or name in only)
    }
    yield from (text for _, text in texts_of(params))
