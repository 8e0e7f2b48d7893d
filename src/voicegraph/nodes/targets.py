"""Where nodes reach to, and whether somebody else's words say it (SECURITY row 8, docs/decisions/0020).

A workflow is fixed before it reads a stranger's text, but a param may be filled from that text: `to: {{ item.email }}`.
Whoever writes the page then says who gets the mail. Such a workflow is refused before its run, unless a person approves
the content on its way, or the owner of the workflow allowed it on that node.

What is followed is the data, not the order: `{{ nodes["page"].text }}` behind an approval is not what was approved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from voicegraph.errors import Problem
from voicegraph.graph.branches import APPROVAL, branch_of
from voicegraph.graph.model import Node, NodeId, Workflow
from voicegraph.graph.order import ancestors, incoming, topological_order
from voicegraph.nodes.action import Action
from voicegraph.nodes.fields import ParamField, fields_of, texts_of
from voicegraph.nodes.registry import Registry
from voicegraph.nodes.template import is_template, names_in

OUTSIDE_TARGET = "outside_target"
HANDED = "the workflow that runs this one"
FREE = frozenset({"link"})
"""Reading a page that another one links to is what feeds and searches are for: no key goes along, nothing is changed."""

_FIXED_ORIGIN = re.compile(r"https?://[^\s/?#@\\{}]+[/?#]", re.IGNORECASE)
_OF_INPUT = frozenset({"input", "data", "item"})


def outside_targets(workflow: Workflow, registry: Registry, *, handed: bool = False) -> list[Problem]:
    """The params that say where a node reaches to, and are filled with what comes from outside.

    `handed`: the run is a step of another one, or its error workflow; what it is given may come from outside, too.
    """
    places = [place for index, node in enumerate(workflow.nodes) for place in _filled_targets(index, node, registry)]
    if not places:
        return []
    flow = _Flow(workflow, registry, handed)
    return [
        Problem(where, _words(field, source), OUTSIDE_TARGET)
        for where, node, field, text in places
        if (source := flow.source_of(node, text))
    ]


def _words(field: ParamField, source: str) -> str:
    return (
        f"“{field.title}” is filled with what {source} gives: whoever writes that text could say where this goes. "
        "Fill it in yourself, let somebody approve the content before, or allow it in the settings of this node."
    )


def _filled_targets(index: int, node: Node, registry: Registry) -> Iterator[tuple[str, Node, ParamField, str]]:
    action = registry.find(node.type, node.action)
    if action is None or node.allow_outside_target:
        return
    for field in fields_of(action.params).targets:
        if field.target in FREE:
            continue
        for name in dict.fromkeys((field.name, field.attribute)):
            for place, text in texts_of(node.params.get(name)):
                if is_template(text) and not (field.target == "url" and _FIXED_ORIGIN.match(text)):
                    yield f"nodes[{index}].params.{name}{place}", node, field, text


class _Flow:
    """Whose words each node may give: the name of a source outside, or None for the user's own."""

    def __init__(self, workflow: Workflow, registry: Registry, handed: bool) -> None:
        self._workflow = workflow
        self._edges = incoming(workflow)
        self._types = {node.id: node.type for node in workflow.nodes}
        self._handed = HANDED if handed else None
        self._given: dict[NodeId, str | None] = {}
        self._unapproved: dict[NodeId, str | None] = {}
        nodes = {node.id: node for node in workflow.nodes}
        for node_id in topological_order(workflow):
            node = nodes[node_id]
            source = self._content(node, registry.find(node.type, node.action))
            self._unapproved[node_id] = source
            self._given[node_id] = None if _is_approved(node) else source

    def source_of(self, node: Node, text: str) -> str | None:
        """Where what fills this template of the node comes from."""
        return next(filter(None, (self._read(node, path) for path in sorted(names_in(text)))), None)

    def _content(self, node: Node, action: Action | None) -> str | None:
        if action is None or action.content == "outside":
            return f"“{node.label or node.id}”"
        comes_in = self._input(node.id) if action.content == "passed" else None
        return comes_in or next(filter(None, self._named(node, action)), None)

    def _named(self, node: Node, action: Action) -> Iterator[str | None]:
        """What its params name. A script is no template: it sees every node before it once it says `nodes`."""
        verbatim = fields_of(action.params).verbatim
        for name, value in node.params.items():
            for _, text in texts_of(value):
                if name not in verbatim:
                    yield self.source_of(node, text)
                elif "nodes" in text:
                    yield self._read(node, ("nodes",))

    def _read(self, node: Node, path: tuple[str, ...]) -> str | None:
        match path:
            case ("nodes", node_id, *_) if node_id in self._given:
                return self._given[NodeId(node_id)]
            case ("nodes", *_):
                before = ancestors(self._workflow, node.id)
                return next(filter(None, (self._given.get(one) for one in before)), None)
            case ("trigger", *_):
                return self._handed
            case (name, *_) if name in _OF_INPUT:
                return self._input(node.id)
            case _:
                return None

    def _input(self, node_id: NodeId) -> str | None:
        edges = self._edges[node_id]
        if not edges:
            return self._handed
        return next(filter(None, (self._along(edge.source, edge.when) for edge in edges)), None)

    def _along(self, source: NodeId, when: bool | None) -> str | None:
        kind = self._types[source]
        rejected = kind == APPROVAL and branch_of(kind, when) is False
        return (self._unapproved if rejected else self._given)[source]


def _is_approved(node: Node) -> bool:
    """Whether what leaves the node was approved by a person, and not by the time that passed."""
    expiry = node.params.get("onExpiry", node.params.get("on_expiry"))
    return node.type == APPROVAL and expiry in (None, "", "reject", "fail")
