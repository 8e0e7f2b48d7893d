"""The places of nodes on the canvas, in CSS pixels; x grows to the right, y downwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from voicegraph.graph.layers import Layers, layers
from voicegraph.graph.model import MAX_COORDINATE, Node, NodeId, Position, Workflow
from voicegraph.graph.order import incoming, outgoing, topological_order

NODE_WIDTH, NODE_HEIGHT = 260, 96
GAP_X, GAP_Y = 80, 56
"""A card with a button, as one that waits for an answer, is up to 40 pixels higher than the others."""
STEP_X, STEP_Y = NODE_WIDTH + GAP_X, NODE_HEIGHT + GAP_Y
_ROUNDS = 4


def layout(workflow: Workflow, keep: bool = False) -> Workflow:
    """Give every node a position: left to right by dependency, parallel branches side by side, nothing overlapping.

    `keep` leaves the nodes that have a position where they are and finds free places near their neighbours for the
    others. The upper left corner of a new drawing is (0, 0). Raises GraphError when the nodes wait in a circle.
    """
    if keep and any(node.position for node in workflow.nodes):
        places = _fitted(workflow)
    else:
        places = _drawn(workflow)
    nodes = [node.model_copy(update={"position": places[node.id]}) for node in workflow.nodes]
    return workflow.model_copy(update={"nodes": nodes})


def _drawn(workflow: Workflow) -> dict[NodeId, Position]:
    grid = layers(workflow)
    heights = _heights(grid)
    top = min(heights[: len(workflow.nodes)], default=0)
    return {
        workflow.nodes[vertex].id: Position(x=x * STEP_X, y=heights[vertex] - top)
        for x, column in enumerate(grid.columns)
        for vertex in column
        if vertex < len(workflow.nodes)
    }


def _heights(grid: Layers) -> list[float]:
    """The y of each vertex: close to that of its neighbours, apart from those in its column."""
    heights = [0.0] * len(grid.left)
    both = [before + after for before, after in zip(grid.left, grid.right, strict=True)]
    for neighbours in [grid.left, grid.right] * _ROUNDS + [both]:
        for column in grid.columns if neighbours is grid.left else reversed(grid.columns):
            wanted = [fmean(heights[n] for n in neighbours[v]) if neighbours[v] else heights[v] for v in column]
            for vertex, y in zip(column, spread(wanted), strict=True):
                heights[vertex] = y
    return heights


def spread(wanted: Sequence[float]) -> list[float]:
    """The places closest to those wanted (least squares) that are `STEP_Y` apart at least, in the order given.

    This is isotonic regression by pooling adjacent violators, after taking the least distances away.
    """
    pools: list[tuple[float, int]] = []
    for index, want in enumerate(wanted):
        total, count = want - index * STEP_Y, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            before, members = pools.pop()
            total, count = total + before, count + members
        pools.append((total, count))
    shifts = [round(total / count) for total, count in pools for _ in range(count)]
    return [float(shift + index * STEP_Y) for index, shift in enumerate(shifts)]


def _fitted(workflow: Workflow) -> dict[NodeId, Position]:
    nodes: dict[NodeId, Node] = {node.id: node for node in workflow.nodes}
    places = {node.id: node.position for node in workflow.nodes if node.position}
    before, after = incoming(workflow), outgoing(workflow)
    for node_id in topological_order(workflow):
        if nodes[node_id].position is None:
            sources = [places[edge.source] for edge in before[node_id] if edge.source in places]
            targets = [places[edge.target] for edge in after[node_id] if edge.target in places]
            places[node_id] = _free(_wish(sources, targets, places), places)
    return places


def _wish(sources: Sequence[Position], targets: Sequence[Position], places: Mapping[NodeId, Position]) -> Position:
    """Right of what comes before, left of what comes after, else below everything."""
    if not sources and not targets:
        return Position(x=min(p.x for p in places.values()), y=_inside(max(p.y for p in places.values()) + STEP_Y))
    y = fmean(place.y for place in sources or targets)
    if not sources:
        return Position(x=_inside(min(place.x for place in targets) - STEP_X), y=y)
    last = max(place.x for place in sources)
    next_x = min((place.x for place in targets), default=last + 2 * STEP_X)
    # Too narrow for a whole node between the two: halfway, so that both edges still run to the right.
    x = (last + next_x) / 2 if last < next_x < last + 2 * STEP_X else last + STEP_X
    return Position(x=_inside(x), y=y)


def _free(wish: Position, places: Mapping[NodeId, Position]) -> Position:
    """The free place closest above or below, below on a tie."""
    blocked = sorted(place.y for place in places.values() if abs(place.x - wish.x) < NODE_WIDTH + GAP_Y)
    down = up = wish.y
    for y in blocked:
        down = y + STEP_Y if abs(down - y) < STEP_Y else down
    for y in reversed(blocked):
        up = y - STEP_Y if abs(up - y) < STEP_Y else up
    upward = wish.y - up < down - wish.y or down > MAX_COORDINATE
    return Position(x=wish.x, y=up if upward and up >= -MAX_COORDINATE else down)


def _inside(value: float) -> float:
    return max(-MAX_COORDINATE, min(MAX_COORDINATE, value))
