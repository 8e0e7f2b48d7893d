"""The graphs that are measured: nodes that do nothing, so that what is timed is VoiceGraph."""

from __future__ import annotations

from voicegraph.graph.model import Edge, EdgeId, Node, NodeId, Workflow


def linear(count: int = 5) -> Workflow:
    """A chain."""
    return _graph("linear", count, [(i, i + 1) for i in range(count - 1)])


def fan_out(count: int = 10) -> Workflow:
    """One source, `count - 2` branches, one join."""
    last = count - 1
    return _graph("fan-out", count, [(0, i) for i in range(1, last)] + [(i, last) for i in range(1, last)])


def _graph(name: str, count: int, pairs: list[tuple[int, int]]) -> Workflow:
    nodes = [
        Node(id=NodeId(f"step-{i}"), type="prompt", action="seed", label=f"Node {i}", params={"text": "x"})
        for i in range(count)
    ]
    edges = [
        Edge(id=EdgeId(f"edge-{k}"), source=NodeId(f"step-{a}"), target=NodeId(f"step-{b}"))
        for k, (a, b) in enumerate(pairs)
    ]
    return Workflow(name=name, nodes=nodes, edges=edges)


GRAPHS = {"5-node linear": linear(), "10-node fan-out": fan_out()}
