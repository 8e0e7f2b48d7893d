"""Layered drawing (Sugiyama, Tagawa and Toda 1981): which node stands in which column, and in which order there.

A node is an `int`, its index in the workflow. Greater numbers are waypoints: an edge that skips columns passes through
one in each of them, so that it gets a lane of its own instead of running behind nodes. All long edges of a node share
their lane.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from voicegraph.graph.model import Workflow
from voicegraph.graph.order import levels

MAX_WAYPOINTS = 2_000
"""With more of them (thousands of edges across a long chain) no lane would be seen, and time would be lost."""
_SWEEPS = 8


@dataclass(frozen=True, slots=True)
class Layers:
    """`columns` from left to right, each from top to bottom; `left[v]` and `right[v]` are neighbours one column off."""

    columns: list[list[int]]
    left: list[list[int]]
    right: list[list[int]]


def layers(workflow: Workflow) -> Layers:
    """Put each node one column right of the last node it waits for, with few crossings. GraphError on a circle."""
    grid = _grid(workflow)
    best, fewest = grid.columns, _crossings(grid)
    for sweep in range(_SWEEPS):
        if fewest == 0:
            break
        grid = _swept(grid, rightward=sweep % 2 == 0, flip=sweep % 4 >= 2)
        found = _crossings(grid)
        if found < fewest:
            best, fewest = grid.columns, found
    return Layers(best, grid.left, grid.right)


def _grid(workflow: Workflow) -> Layers:
    number = {node.id: index for index, node in enumerate(workflow.nodes)}
    level = levels(workflow)
    column = [level[node.id] for node in workflow.nodes]
    left: list[list[int]] = [[] for _ in column]
    right: list[list[int]] = [[] for _ in column]
    lanes: dict[tuple[int, int], int] = {}

    def join(source: int, target: int) -> None:
        if target not in right[source]:
            right[source].append(target)
            left[target].append(source)

    # The yes branch of a condition above the no branch, all else in the order of the edges.
    ends = [
        (number[edge.source], number[edge.target]) for edge in sorted(workflow.edges, key=lambda e: e.when is False)
    ]
    reach = {source: max(column[target] for of, target in ends if of == source) for source, _ in ends}
    lanes_fit = sum(max(0, far - column[source] - 1) for source, far in reach.items()) <= MAX_WAYPOINTS
    for source, target in ends:
        if column[target] - column[source] > 1 and not lanes_fit:
            continue
        before = source
        for between in range(column[source] + 1, column[target]):
            waypoint = lanes.get((source, between))
            if waypoint is None:
                waypoint = lanes[source, between] = len(column)
                column.append(between)
                left.append([])
                right.append([])
            join(before, waypoint)
            before = waypoint
        join(before, target)
    return Layers(_first_order(column, right), left, right)


def _first_order(column: Sequence[int], right: Sequence[Sequence[int]]) -> list[list[int]]:
    """Depth-first from the roots: a tree drawn like this has no crossings at all."""
    columns: list[list[int]] = [[] for _ in range(max(column, default=-1) + 1)]
    seen: set[int] = set()
    todo = [vertex for vertex, place in enumerate(column) if place == 0][::-1]
    while todo:
        vertex = todo.pop()
        if vertex not in seen:
            seen.add(vertex)
            columns[column[vertex]].append(vertex)
            todo += reversed(right[vertex])
    return columns


def _swept(grid: Layers, *, rightward: bool, flip: bool) -> Layers:
    """Sort each column, one after the other, by the mean place of the neighbours in the column before it.

    `flip` turns around those of equal mean, which gets the sweeps out of an order that they would repeat for ever.
    """
    columns = [list(column) for column in grid.columns]
    neighbours = grid.left if rightward else grid.right
    turn = range(1, len(columns)) if rightward else range(len(columns) - 2, -1, -1)
    for index in turn:
        before = columns[index - 1 if rightward else index + 1]
        place = {vertex: float(at) for at, vertex in enumerate(before)}
        own = {vertex: float(at) for at, vertex in enumerate(columns[index])}
        mean = {v: fmean(place[n] for n in neighbours[v]) if neighbours[v] else own[v] for v in columns[index]}
        columns[index].sort(key=lambda v: (mean[v], -own[v] if flip else own[v]))
    return Layers(columns, grid.left, grid.right)


def _crossings(grid: Layers) -> int:
    """How many pairs of edges cross: the inversions among their ends, column by column."""
    count = 0
    for column, following in zip(grid.columns, grid.columns[1:], strict=False):
        place = {vertex: at for at, vertex in enumerate(following)}
        passed: list[int] = []
        for vertex in column:
            ends = sorted(place[target] for target in grid.right[vertex])
            count += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return count
