"""Two runs side by side, node by node."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from voicegraph.history.queries import RunDetail, RunSummary
from voicegraph.nodes.output import Output
from voicegraph.run.events import NodeRun

MAX_LINES = 2_000
"""Lines of an output that are compared: the time it takes grows with their square."""
CONTEXT = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a comparison of texts; `gap` stands for lines that are the same in both and left out."""

    kind: Literal["same", "removed", "added", "gap"]
    text: str


@dataclass(frozen=True, slots=True)
class NodePair:
    """One node in both runs. None: the run does not have it, or did not come to it."""

    node_id: str
    label: str
    left: NodeRun | None
    right: NodeRun | None
    params_differ: bool
    output_differs: bool
    lines: list[Line]
    cut: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The nodes in the order of the left run's graph, those that only the right one has at the end."""

    left: RunSummary
    right: RunSummary
    config_differs: bool
    nodes: list[NodePair]


def compare(left: RunDetail, right: RunDetail) -> Comparison:
    """What differs between two runs."""
    sides = (left, right)
    graphs = [{node["id"]: node for node in side.workflow.get("nodes", [])} for side in sides]
    states = [{node.node_id: node for node in side.nodes} for side in sides]
    order = [*dict.fromkeys([*graphs[0], *graphs[1]])]
    pairs = [_pair(node_id, [g.get(node_id) for g in graphs], [s.get(node_id) for s in states]) for node_id in order]
    return Comparison(left.summary, right.summary, left.config != right.config, pairs)


def _pair(node_id: str, nodes: list[Mapping[str, Any] | None], states: list[NodeRun | None]) -> NodePair:
    label = next((str(node["label"]) for node in nodes if node and node.get("label")), node_id)
    texts = [_written(state.output) if state and state.output else "" for state in states]
    parts = [text.splitlines() for text in texts]
    cut = any(len(lines) > MAX_LINES for lines in parts)
    lines = difference(parts[0][:MAX_LINES], parts[1][:MAX_LINES]) if texts[0] != texts[1] else []
    return NodePair(
        node_id, label, states[0], states[1], _meaning(nodes[0]) != _meaning(nodes[1]), texts[0] != texts[1], lines, cut
    )


def difference(left: list[str], right: list[str]) -> list[Line]:
    """Both texts as one list of lines, with three lines around each difference."""
    found: list[Line] = []
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(CONTEXT)):
        if number or group[0][1] > 0:
            found.append(Line("gap", ""))
        for tag, from_left, to_left, from_right, to_right in group:
            if tag == "equal":
                found += [Line("same", text) for text in left[from_left:to_left]]
                continue
            found += [Line("removed", text) for text in left[from_left:to_left]]
            found += [Line("added", text) for text in right[from_right:to_right]]
    return found


def _written(output: Output) -> str:
    """The text; the data where there is no text."""
    return output.text or (json.dumps(output.data, indent=2, ensure_ascii=False) if output.data is not None else "")


def _meaning(node: Mapping[str, Any] | None) -> Any:
    """A node without what only the canvas sees."""
    return None if node is None else {key: value for key, value in node.items() if key not in ("position", "label")}
