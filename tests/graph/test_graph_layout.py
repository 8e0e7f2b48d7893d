from __future__ import annotations

import random
import time
from collections.abc import Callable
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.errors import GraphError
from voicegraph.graph.layers import MAX_WAYPOINTS, layers
from voicegraph.graph.layout import GAP_X, GAP_Y, NODE_HEIGHT, NODE_WIDTH, STEP_X, STEP_Y, layout, spread
from voicegraph.graph.model import MAX_COORDINATE, Position, Workflow

Build = Callable[..., Workflow]
any_workflow = st.from_type(Workflow)


def places(workflow: Workflow) -> dict[str, tuple[float, float]]:
    return {node.id: (node.position.x, node.position.y) for node in workflow.nodes if node.position}


def overlap(one: tuple[float, float], other: tuple[float, float], gap_x: float = 0, gap_y: float = 0) -> bool:
    return abs(one[0] - other[0]) < NODE_WIDTH + gap_x and abs(one[1] - other[1]) < NODE_HEIGHT + gap_y


def crossings(workflow: Workflow) -> int:
    """How many pairs of edges between the same two columns cross."""
    at = places(workflow)
    lines = [(*at[edge.source], *at[edge.target]) for edge in workflow.edges]
    return sum(
        (one[0], one[2]) == (other[0], other[2]) and (one[1] - other[1]) * (one[3] - other[3]) < 0
        for one, other in combinations(lines, 2)
    )


def test_a_chain_is_a_straight_line(build: Build) -> None:
    assert places(layout(build("c b a", "a>b b>c"))) == {"a": (0, 0), "b": (STEP_X, 0), "c": (2 * STEP_X, 0)}


def test_parallel_branches_stand_side_by_side(build: Build) -> None:
    diamond = layout(build("a b c d", "a>b a>c b>d c>d"))
    middle = STEP_Y / 2
    assert places(diamond) == {
        "a": (0, middle), "b": (STEP_X, 0), "c": (STEP_X, STEP_Y), "d": (2 * STEP_X, middle)
    }  # fmt: skip


def test_the_yes_branch_is_above_the_no_branch(build: Build) -> None:
    at = places(layout(build("no yes if", "if-no if+yes")))
    assert at["yes"][1] < at["no"][1]


def test_an_edge_that_skips_a_column_does_not_run_behind_its_node(build: Build) -> None:
    at = places(layout(build("a b c", "a>b b>c a>c")))
    assert at["a"][1] == at["c"][1]
    assert abs(at["b"][1] - at["a"][1]) > NODE_HEIGHT / 2


def test_crossings_that_can_be_avoided_are_avoided(build: Build) -> None:
    assert crossings(layout(build("a b c d e f", "a>f b>e c>d"))) == 0
    crossed = build("a b c x y z", "a>z a>y b>x b>z c>x c>y")
    assert crossings(layout(crossed)) <= 3
    tree = build("r a b c d e f", "r>b r>a a>f a>c b>e b>d")
    assert crossings(layout(tree)) == 0


def test_sweeping_finds_what_the_first_order_misses(build: Build) -> None:
    path = build("a b c x y z", "a>x a>z b>y c>x b>z")
    assert crossings(layout(path)) == 0
    assert [[path.nodes[v].id for v in column] for column in layers(path).columns] == [["b", "a", "c"], ["y", "z", "x"]]


@given(any_workflow)
def test_a_drawing_runs_to_the_right_and_nothing_overlaps(workflow: Workflow) -> None:
    drawn = layout(workflow)
    at = places(drawn)
    assert len(at) == len(workflow.nodes)
    for edge in workflow.edges:
        assert at[edge.source][0] + NODE_WIDTH + GAP_X <= at[edge.target][0]
    for one, other in combinations(at.values(), 2):
        assert not overlap(one, other, 0, GAP_Y)
    assert (min(x for x, _ in at.values()), min(y for _, y in at.values())) == (0, 0)
    assert layout(drawn) == drawn
    assert drawn.model_copy(update={"nodes": workflow.nodes}) == workflow


@given(any_workflow)
def test_kept_nodes_stay_and_the_others_find_a_free_place(workflow: Workflow) -> None:
    fitted = layout(workflow, keep=True)
    old, at = places(workflow), places(fitted)
    assert len(at) == len(workflow.nodes)
    if old:
        assert {node_id: at[node_id] for node_id in old} == old
    for one, other in combinations(at, 2):
        if one not in old or other not in old:
            assert not overlap(at[one], at[other])
    assert layout(fitted, keep=True) == fitted


def placed(workflow: Workflow, **at: tuple[float, float]) -> Workflow:
    nodes = [
        node.model_copy(update={"position": Position(x=at[node.id][0], y=at[node.id][1])}) if node.id in at else node
        for node in workflow.nodes
    ]
    return workflow.model_copy(update={"nodes": nodes})


@pytest.mark.parametrize(
    ("edges", "at", "wanted"),
    [
        ("a>n", {"a": (0, 0)}, (STEP_X, 0)),
        ("n>a", {"a": (0, 50)}, (-STEP_X, 50)),
        ("a>n b>n", {"a": (0, 0), "b": (0, 200)}, (STEP_X, 100)),
        ("a>n n>b", {"a": (0, 0), "b": (2 * STEP_X, 0)}, (STEP_X, 0)),
        ("a>n n>b", {"a": (0, 0), "b": (STEP_X, 0)}, (STEP_X / 2, STEP_Y)),
        ("a>n n>b", {"a": (500, 0), "b": (0, 0)}, (500 + STEP_X, 0)),
        ("a>b", {"a": (0, 0), "b": (STEP_X, 70)}, (0, 70 + STEP_Y)),
        ("a>n a>b", {"a": (0, 0), "b": (STEP_X, 0)}, (STEP_X, STEP_Y)),
        ("a>n a>b", {"a": (0, 0), "b": (STEP_X, 30)}, (STEP_X, 30 - STEP_Y)),
        ("a>n", {"a": (MAX_COORDINATE, 0)}, (MAX_COORDINATE, STEP_Y)),
        ("a>n", {"a": (MAX_COORDINATE, MAX_COORDINATE)}, (MAX_COORDINATE, MAX_COORDINATE - STEP_Y)),
        ("a>n", {"a": (MAX_COORDINATE, -MAX_COORDINATE)}, (MAX_COORDINATE, STEP_Y - MAX_COORDINATE)),
        ("n>a", {"a": (-MAX_COORDINATE, -MAX_COORDINATE + 9)}, (-MAX_COORDINATE, -MAX_COORDINATE + 9 + STEP_Y)),
    ],
)
def test_a_new_node_stands_near_its_neighbours(
    build: Build, edges: str, at: dict[str, tuple[float, float]], wanted: tuple[float, float]
) -> None:
    nodes = " ".join([*at, "n"])
    assert places(layout(placed(build(nodes, edges), **at), keep=True))["n"] == wanted


def test_without_any_position_there_is_nothing_to_keep(build: Build) -> None:
    workflow = build("a b", "a>b")
    assert layout(workflow, keep=True) == layout(workflow)


def test_an_empty_canvas_stays_empty(build: Build) -> None:
    assert layout(build("")).nodes == []


@pytest.mark.parametrize("keep", [True, False])
def test_a_circle_cannot_be_drawn(build: Build, keep: bool) -> None:
    with pytest.raises(GraphError, match="circle"):
        layout(placed(build("a b", "a>b b>a"), a=(0, 0)), keep=keep)


@given(st.lists(st.integers(-500, 500), max_size=10))
def test_what_is_spread_keeps_its_order_and_distances(wanted: list[int]) -> None:
    found = spread(wanted)
    assert len(found) == len(wanted)
    assert all(below - above >= STEP_Y for above, below in pairwise(found))


def test_what_has_room_stays_where_it_wants_to_be() -> None:
    assert spread([0, 500, 900]) == [0, 500, 900]
    assert spread([100, 100]) == [100 - STEP_Y / 2, 100 + STEP_Y / 2]


def wide(count: int, seed: int) -> list[tuple[int, int]]:
    draw = random.Random(seed)
    return sorted({tuple(sorted(draw.sample(range(count), 2))) for _ in range(4 * count)})  # type: ignore[misc]


@pytest.mark.parametrize(
    "pairs",
    [
        wide(500, 1),
        [(0, index) for index in range(1, 500)],
        [(index, index + 1) for index in range(499)],
        [(index, index + step) for step in (1, 3, 4, 5) for index in range(500 - step)],
        [(start, index) for start in range(4) for index in range(start + 1, 500)],
    ],
    ids=["random", "fan", "chain", "ladder", "combs"],
)
def test_the_largest_workflows_are_drawn_in_a_moment(build: Build, pairs: list[tuple[int, int]]) -> None:
    names = " ".join(f"n{index}" for index in range(500))
    workflow = build(names, " ".join(f"n{a}>n{b}" for a, b in pairs))
    start = time.process_time()
    at = places(layout(workflow))
    assert time.process_time() - start < 5
    assert len(set(at.values())) == 500
    assert len(layers(workflow).left) - 500 <= MAX_WAYPOINTS


def test_long_edges_share_a_lane_until_there_are_too_many(build: Build) -> None:
    assert len(layers(build("a b c d", "a>b b>c c>d a>c a>d")).left) == 4 + 2
