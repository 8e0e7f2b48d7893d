"""Two runs side by side, node by node."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from voicegraph.graph.model import NodeId
from voicegraph.nodes.output import Output
from voicegraph.run.events import NodeRun
from voicegraph.store.views.details import RunDetail
from voicegraph.store.views.summaries import RunSummary
from voicegraph.store.views.text_diff import Difference, DiffLine, difference


@dataclass(frozen=True, slots=True)
class NodePair:
    """One node in both runs. None: the run does not have it, or did not come to it.

    `only` is the one run whose workflow has it; `compared` says whether there are two results.
    """

    node_id: str
    label: str
    left: NodeRun | None
    right: NodeRun | None
    params_differ: bool
    output_differs: bool
    lines: list[DiffLine]
    cut: bool
    only: Literal["left", "right"] | None
    compared: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The nodes in the order of the left run's graph, those that only the right one has at the end."""

    left: RunSummary
    right: RunSummary
    config_differs: bool
    nodes: list[NodePair]


def compare(left: RunDetail, right: RunDetail, same: Collection[NodeId] = ()) -> Comparison:
    """What differs between two runs. `same` are nodes with the same result, also where only its beginning is at hand."""
    sides = (left, right)
    graphs = [_nodes_of(side.workflow) for side in sides]
    states = [{node.node_id: node for node in side.nodes} for side in sides]
    order = [*dict.fromkeys([*graphs[0], *graphs[1]])]
    pairs = [
        _pair(node_id, [g.get(node_id) for g in graphs], [s.get(node_id) for s in states], node_id in same)
        for node_id in order
    ]
    return Comparison(left.summary, right.summary, left.config != right.config, pairs)


def _nodes_of(workflow: Mapping[str, Any]) -> dict[NodeId, Mapping[str, Any]]:
    """By id; what is no node, in a graph that is damaged, is passed over."""
    nodes: Any = workflow.get("nodes")
    found = cast("list[Any]", nodes) if isinstance(nodes, list) else []
    read = [cast("Mapping[str, Any]", node) for node in found if isinstance(node, dict)]
    return {NodeId(node["id"]): node for node in read if isinstance(node.get("id"), str)}


def _pair(node_id: str, nodes: list[Mapping[str, Any] | None], states: list[NodeRun | None], same: bool) -> NodePair:
    label = next((str(node["label"]) for node in nodes if node and node.get("label")), node_id)
    texts = [_written(state.output) if state and state.output else "" for state in states]
    beginnings = any(state.output.truncated for state in states if state and state.output)
    differs = texts[0] != texts[1] or (beginnings and not same)
    found = difference(*(text.splitlines() for text in texts)) if differs else Difference([], cut=False)
    params_differ = _meaning(nodes[0]) != _meaning(nodes[1])
    only = "left" if nodes[1] is None else "right" if nodes[0] is None else None
    compared = all(state and state.output for state in states)
    cut = found.cut or beginnings
    return NodePair(node_id, label, states[0], states[1], params_differ, differs, found.lines, cut, only, compared)


def _written(output: Output) -> str:
    """The text; the data where there is no text."""
    return output.text or (json.dumps(output.data, indent=2, ensure_ascii=False) if output.data is not None else "")


def _meaning(node: Mapping[str, Any] | None) -> Any:
    """A node without what only the canvas sees."""
    return None if node is None else {key: value for key, value in node.items() if key not in ("position", "label")}
