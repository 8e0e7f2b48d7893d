from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.errors import GraphError
from voicegraph.graph.model import Workflow
from voicegraph.graph.order import (
    ancestors,
    descendants,
    find_cycles,
    incoming,
    levels,
    outgoing,
    roots,
    sinks,
    topological_order,
)

Build = Callable[..., Workflow]
any_workflow = st.from_type(Workflow)


def test_nodes_free_to_come_next_keep_the_order_of_the_list(build: Build) -> None:
    assert topological_order(build("d c b a", "a>c")) == ["d", "b", "a", "c"]


def test_a_level_is_the_longest_way_from_a_root(build: Build) -> None:
    assert levels(build("a b c d", "a>b b>c a>c d>c")) == {"a": 0, "d": 0, "b": 1, "c": 2}


def test_roots_and_sinks_are_the_ends(build: Build) -> None:
    workflow = build("a b c d", "a>b a>c")
    assert roots(workflow) == ["a", "d"]
    assert sinks(workflow) == ["b", "c", "d"]


def test_ancestors_and_descendants_reach_through_the_graph(build: Build) -> None:
    workflow = build("a b c d e", "a>b b>d a>c c>d")
    assert ancestors(workflow, "d") == {"a", "b", "c"}
    assert descendants(workflow, "a") == {"b", "c", "d"}
    assert ancestors(workflow, "e") == descendants(workflow, "e") == set()
    for look in (ancestors, descendants):
        with pytest.raises(KeyError):
            look(workflow, "nowhere")


def test_there_is_no_order_in_a_circle(build: Build) -> None:
    with pytest.raises(GraphError, match="a → b → a") as caught:
        topological_order(build("r a b", "r>a a>b b>a"))
    assert caught.value.problems[0].where == "edges[2]"


def test_each_circle_is_named_by_its_nodes() -> None:
    cycles = find_cycles([("r", "a"), ("a", "b"), ("b", "a"), ("c", "d"), ("d", "e"), ("e", "c"), ("a", "d")])
    assert [(cycle.edge, list(cycle.nodes)) for cycle in cycles] == [(2, ["a", "b"]), (3, ["d", "e", "c"])]


def test_a_long_circle_is_shortened_in_words() -> None:
    ring = [(f"n{index}", f"n{(index + 1) % 500}") for index in range(500)]
    (cycle,) = find_cycles(ring)
    assert len(cycle.nodes) == 500
    assert "n0 → n1 → n2 → n3 → n4 → … → n499 → n0" in cycle.problem.message


def test_the_longest_chain_is_no_trouble(build: Build) -> None:
    names = [f"n{index}" for index in range(500)]
    chain = build(" ".join(names), " ".join(f"{a}>{b}" for a, b in pairwise(names)))
    assert topological_order(chain) == names
    assert levels(chain)["n499"] == 499
    assert len(ancestors(chain, "n499")) == 499


@given(any_workflow)
def test_every_node_comes_after_all_it_waits_for(workflow: Workflow) -> None:
    order = topological_order(workflow)
    assert sorted(order) == sorted(node.id for node in workflow.nodes)
    level = levels(workflow)
    for edge in workflow.edges:
        assert order.index(edge.source) < order.index(edge.target)
        assert level[edge.source] < level[edge.target]


@given(any_workflow)
def test_what_comes_before_and_after_agree(workflow: Workflow) -> None:
    entering, leaving = incoming(workflow), outgoing(workflow)
    assert sum(map(len, entering.values())) == sum(map(len, leaving.values())) == len(workflow.edges)
    for node in workflow.nodes:
        for other in descendants(workflow, node.id):
            assert node.id in ancestors(workflow, other)


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")), max_size=15))
def test_without_the_edges_that_close_circles_there_are_none(pairs: list[tuple[str, str]]) -> None:
    cycles = find_cycles(pairs)
    closing = {cycle.edge for cycle in cycles}
    for cycle in cycles:
        ring = [*cycle.nodes, cycle.nodes[0]]
        assert pairs[cycle.edge] == (ring[-2], ring[-1])
        assert all(step in pairs for step in pairwise(ring))
    assert find_cycles([pair for index, pair in enumerate(pairs) if index not in closing]) == []
