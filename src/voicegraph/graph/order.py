"""The order of nodes: who waits for whom, levels, ancestors, circles.

Everything is iterative: a workflow at its limits may be one chain of 500 nodes.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voicegraph.errors import GraphError, Problem
from voicegraph.graph.model import Edge, NodeId, Workflow
from voicegraph.words.truncation import short

_SHOWN = 8


def incoming(workflow: Workflow) -> dict[NodeId, list[Edge]]:
    """Node id -> the edges that enter it, in the order of the edges; every node has an entry."""
    found: dict[NodeId, list[Edge]] = {node.id: [] for node in workflow.nodes}
    for edge in workflow.edges:
        found[edge.target].append(edge)
    return found


def outgoing(workflow: Workflow) -> dict[NodeId, list[Edge]]:
    """Node id -> the edges that leave it, in the order of the edges; every node has an entry."""
    found: dict[NodeId, list[Edge]] = {node.id: [] for node in workflow.nodes}
    for edge in workflow.edges:
        found[edge.source].append(edge)
    return found


def roots(workflow: Workflow) -> list[NodeId]:
    """The nodes that wait for nothing, in the order of the nodes."""
    return [node_id for node_id, edges in incoming(workflow).items() if not edges]


def sinks(workflow: Workflow) -> list[NodeId]:
    """The nodes nothing waits for, in the order of the nodes."""
    return [node_id for node_id, edges in outgoing(workflow).items() if not edges]


def topological_order(workflow: Workflow) -> list[NodeId]:
    """Every node after all it waits for; among those free to come next, the order of the nodes (Kahn's algorithm).

    Raises GraphError, naming a circle, when there is no such order.
    """
    rank = {node.id: index for index, node in enumerate(workflow.nodes)}
    leaving = outgoing(workflow)
    waiting = {node_id: len(edges) for node_id, edges in incoming(workflow).items()}
    ready = [rank[node_id] for node_id, count in waiting.items() if count == 0]
    order: list[NodeId] = []
    while ready:
        node_id = workflow.nodes[heapq.heappop(ready)].id
        order.append(node_id)
        for edge in leaving[node_id]:
            waiting[edge.target] -= 1
            if waiting[edge.target] == 0:
                heapq.heappush(ready, rank[edge.target])
    if len(order) < len(workflow.nodes):
        raise GraphError([cycle.problem for cycle in find_cycles([(e.source, e.target) for e in workflow.edges])])
    return order


def levels(workflow: Workflow) -> dict[NodeId, int]:
    """Node id -> the length of the longest way to it from a root (roots are 0). Raises GraphError on a circle."""
    entering = incoming(workflow)
    level: dict[NodeId, int] = {}
    for node_id in topological_order(workflow):
        level[node_id] = max((level[edge.source] + 1 for edge in entering[node_id]), default=0)
    return level


def ancestors(workflow: Workflow, node_id: str) -> set[NodeId]:
    """All nodes that come before this one, directly or not. KeyError when there is no such node."""
    before = {key: [edge.source for edge in edges] for key, edges in incoming(workflow).items()}
    return _reach(before, workflow.node(node_id).id)


def descendants(workflow: Workflow, node_id: str) -> set[NodeId]:
    """All nodes that come after this one, directly or not. KeyError when there is no such node."""
    after = {key: [edge.target for edge in edges] for key, edges in outgoing(workflow).items()}
    return _reach(after, workflow.node(node_id).id)


def _reach(neighbours: Mapping[NodeId, Sequence[NodeId]], start: NodeId) -> set[NodeId]:
    seen: set[NodeId] = set()
    todo = [start]
    while todo:
        fresh = [node_id for node_id in neighbours[todo.pop()] if node_id not in seen]
        seen.update(fresh)
        todo.extend(fresh)
    return seen


@dataclass(frozen=True, slots=True)
class Cycle:
    """Nodes that wait for each other; edge number `edge` leads from the last of them back to the first."""

    edge: int
    nodes: Sequence[str]

    @property
    def problem(self) -> Problem:
        """The breach in words; a long circle is shortened in the middle."""
        names = [short(node_id) for node_id in (*self.nodes, self.nodes[0])]
        if len(names) > _SHOWN:
            names = [*names[: _SHOWN - 3], "…", *names[-2:]]
        text = f"The nodes wait for each other in a circle: {' → '.join(names)}. Remove one of the edges between them."
        return Problem(f"edges[{self.edge}]", text, "cycle")


def find_cycles(pairs: Sequence[tuple[str, str]]) -> list[Cycle]:
    """One circle for each edge, of those given as (source, target), that leads back onto the path that reached it.

    Without exactly these edges the graph is acyclic, so the list is empty only for an acyclic graph.
    """
    leaving: dict[str, list[tuple[int, str]]] = {}
    for index, (source, target) in enumerate(pairs):
        leaving.setdefault(source, []).append((index, target))
    cycles: list[Cycle] = []
    done: set[str] = set()
    for start in leaving:
        if start not in done:
            cycles += _cycles_from(start, leaving, done)
    return cycles


def _cycles_from(start: str, leaving: Mapping[str, Sequence[tuple[int, str]]], done: set[str]) -> list[Cycle]:
    """Depth-first from `start`; every node it leaves for good is put into `done`."""
    cycles: list[Cycle] = []
    path, place = [start], {start: 0}
    branches = [iter(leaving[start])]
    while path:
        branch = next(branches[-1], None)
        if branch is None:
            branches.pop()
            left = path.pop()
            del place[left]
            done.add(left)
            continue
        index, target = branch
        if target in place:
            cycles.append(Cycle(index, path[place[target] :]))
        elif target not in done:
            place[target] = len(path)
            path.append(target)
            branches.append(iter(leaving.get(target, ())))
    return cycles
