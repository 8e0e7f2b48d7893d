from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.graph import edit
from voicegraph.graph.diff import diff
from voicegraph.graph.layout import layout
from voicegraph.graph.model import Node, Webhook, Workflow

Build = Callable[..., Workflow]
any_workflow = st.from_type(Workflow)


@given(any_workflow)
def test_a_workflow_does_not_differ_from_itself(workflow: Workflow) -> None:
    for same in (workflow, workflow.model_copy(deep=True), layout(workflow)):
        found = diff(workflow, same)
        assert found.summary == "no change"
        assert not any(value for name, value in found if name != "summary")


@given(any_workflow, any_workflow)
def test_the_way_back_is_the_reverse(one: Workflow, other: Workflow) -> None:
    there, back = diff(one, other), diff(other, one)
    assert (there.added_nodes, there.removed_nodes) == (back.removed_nodes, back.added_nodes)
    assert (there.added_edges, there.removed_edges) == (back.removed_edges, back.added_edges)
    assert set(there.changed_nodes) == set(back.changed_nodes)
    assert there.triggers_changed == back.triggers_changed
    assert {node.id for node in other.nodes} >= {*there.added_nodes, *there.changed_nodes}
    assert {edge.id for edge in one.edges} >= set(there.removed_edges)


@pytest.mark.parametrize(
    ("before", "after", "summary"),
    [
        (("a b", "a>b"), ("a n b", "a>n n>b"), "+1 node, 2 edges changed"),
        (("a b c", "a>b b>c"), ("a c", "a>c"), "-1 node, 2 edges changed"),
        (("a", ""), ("a b c", "a>b a>c"), "+2 nodes, +2 edges"),
        (("a b", "a>b"), ("a", ""), "-1 node, -1 edge"),
        (("if a", "if+a"), ("if a", "if-a"), "1 edge changed"),
        (("a b", ""), ("b a", ""), "no change"),
    ],
)
def test_the_summary_counts(build: Build, before: tuple[str, str], after: tuple[str, str], summary: str) -> None:
    assert diff(build(*before), build(*after)).summary == summary


def test_an_edge_for_what_was_approved_is_the_same_with_and_without_its_name(build: Build) -> None:
    def asking(edges: str) -> Workflow:
        made = build("ask b", edges)
        ask = made.nodes[0].model_copy(update={"type": "approval", "action": "request"})
        return made.model_copy(update={"nodes": [ask, *made.nodes[1:]]})

    assert diff(asking("ask>b"), asking("ask+b")).summary == "no change"
    assert diff(asking("ask>b"), asking("ask-b")).summary == "1 edge changed"
    assert diff(asking("ask>b"), build("ask b", "ask>b")).summary == "1 node changed, 1 edge changed"


def test_the_summary_names_all_else_that_changed(build: Build, node: Callable[..., Node]) -> None:
    before = build("a b", "a>b")
    after = edit.rename(edit.set_triggers(edit.set_params(before, "a", {"to": "x"}), [Webhook()]), "Digest")
    found = diff(before, after)
    assert found.summary == "1 node changed, triggers changed, renamed"
    assert found.changed_nodes == ["a"]


def test_the_wire_form_is_camel_case(build: Build) -> None:
    assert diff(build("a"), build("a b")).model_dump() == {
        "addedNodes": ["b"],
        "removedNodes": [],
        "changedNodes": [],
        "addedEdges": [],
        "removedEdges": [],
        "triggersChanged": False,
        "renamed": False,
        "summary": "+1 node",
    }
