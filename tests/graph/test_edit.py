"""What each edit does, on small graphs in the notation of conftest.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from voicegraph.errors import GraphError
from voicegraph.graph import edit
from voicegraph.graph.layout import STEP_X, STEP_Y, layout
from voicegraph.graph.model import MAX_NODES, Node, Position, Schedule, Webhook, Workflow

Build = Callable[..., Workflow]
MakeNode = Callable[..., Node]
Edges = Callable[[Workflow], str]

REMOVALS = Path(__file__).parents[2] / "web" / "src" / "workflow" / "removals.json"
"""Deleting on the canvas follows the same rule: the page's own test reads these cases too."""


def ids(workflow: Workflow) -> str:
    return " ".join(node.id for node in workflow.nodes)


@pytest.mark.parametrize(
    ("nodes", "before", "after", "result"),
    [
        ("a b c", "a>b a>c", None, "a>b a>c b>n c>n"),
        ("a b c", "a>b b>c", "a", "a>b a>n b>c"),
        ("a b c", "a>b", ["b", "c"], "a>b b>n c>n"),
        ("a b", "a>b", [], "a>b"),
        ("a if b", "a>if if+b", None, "a>if b>n if+b"),
        ("a if", "a>if", None, "a>if if+n"),
        ("", "", None, ""),
    ],
)
def test_append(
    build: Build, node: MakeNode, edges: Edges, nodes: str, before: str, after: str | list[str] | None, result: str
) -> None:
    edited = edit.append(build(nodes, before), node("n"), after)
    assert edges(edited) == result
    assert edited.nodes[-1].id == "n"


def test_append_on_the_other_branch(build: Build, node: MakeNode, edges: Edges) -> None:
    assert edges(edit.append(build("if a", "if+a"), node("n"), "if", when=False)) == "if+a if-n"


@pytest.mark.parametrize(
    ("new", "before", "result"),
    [
        ("n", None, "a>c b>c n>a n>b"),
        ("if", None, "a>c b>c if+a if+b"),
        ("n", "c", "a>c b>c n>c"),
        ("n", ["b"], "a>c b>c n>b"),
    ],
)
def test_prepend(
    build: Build, node: MakeNode, edges: Edges, new: str, before: str | list[str] | None, result: str
) -> None:
    edited = edit.prepend(build("a b c", "a>c b>c"), node(new), before)
    assert edges(edited) == result
    assert edited.nodes[0].id == new


@pytest.mark.parametrize(
    ("nodes", "before", "new", "target", "result", "order"),
    [
        ("a b", "a>b", "n", "b", "a>n n>b", "a n b"),
        ("a b", "a>b", "n", "a", "a>b n>a", "n a b"),
        ("a b c", "a>c b>c", "n", "c", "a>n b>n n>c", "a b n c"),
        ("if a", "if-a", "n", "a", "if-n n>a", "if n a"),
        ("a b", "a>b", "if", "b", "a>if if+b", "a if b"),
    ],
)
def test_insert_before(
    build: Build, node: MakeNode, edges: Edges, nodes: str, before: str, new: str, target: str, result: str, order: str
) -> None:
    edited = edit.insert_before(build(nodes, before), node(new), target)
    assert (edges(edited), ids(edited)) == (result, order)


@pytest.mark.parametrize(
    ("nodes", "before", "new", "target", "when", "result", "order"),
    [
        ("a b", "a>b", "n", "a", None, "a>n n>b", "a n b"),
        ("a b", "a>b", "n", "b", None, "a>b b>n", "a b n"),
        ("a b c", "a>b a>c", "n", "a", None, "a>n n>b n>c", "a n b c"),
        ("a b c", "a>b a>c", "if", "a", None, "a>if if+b if+c", "a if b c"),
        ("if a b", "if+a if-b", "n", "if", None, "if+n if-b n>a", "if n a b"),
        ("if a b", "if+a if-b", "n", "if", False, "if+a if-n n>b", "if n a b"),
        ("if a", "if>a", "n", "if", None, "if+n if>a", "if n a"),
    ],
)
def test_insert_after(
    build: Build,
    node: MakeNode,
    edges: Edges,
    nodes: str,
    before: str,
    new: str,
    target: str,
    when: bool | None,
    result: str,
    order: str,
) -> None:
    edited = edit.insert_after(build(nodes, before), node(new), target, when)
    assert (edges(edited), ids(edited)) == (result, order)


def test_insert_between_takes_the_edges_between_two_nodes_alone(build: Build, node: MakeNode, edges: Edges) -> None:
    workflow = build("a b c", "a>b a>c b>c")
    edited = edit.insert_between(workflow, node("n"), "a", "c")
    assert edges(edited) == "a>b a>n b>c n>c"
    assert edges(edit.insert_between(build("if a", "if+a if-a"), node("n"), "if", "a")) == "if+n if-n n>a"
    with pytest.raises(GraphError, match="“b” does not lead straight to “a”"):
        edit.insert_between(workflow, node("n"), "b", "a")


def asking(build: Build, edges: str) -> Workflow:
    """As `build("ask a b", …)`, where `ask` is an approval."""
    made = build("ask a b", edges)
    nodes = [one.model_copy(update={"type": "approval", "action": "request"}) for one in made.nodes[:1]]
    return made.model_copy(update={"nodes": [*nodes, *made.nodes[1:]]})


@pytest.mark.parametrize("sign", [">", "+"])
def test_what_waits_for_an_approval_stands_on_its_branch_whether_the_edge_names_it_or_not(
    build: Build, node: MakeNode, edges: Edges, sign: str
) -> None:
    before = asking(build, f"ask{sign}a ask-b")
    beside = edit.add_parallel(before, node("n"), "ask")
    assert edges(beside) == " ".join(sorted([f"ask{sign}a", "ask-b"]))  # behind the node beside it nothing waits
    after = edit.insert_after(before, node("n"), "ask")
    assert edges(after) == "ask-b ask>n n>a"
    with pytest.raises(GraphError, match="already"):
        edit.connect(before, "ask", "a")


@pytest.mark.parametrize(
    ("nodes", "before", "new", "beside", "result"),
    [
        ("a b c", "a>b b>c", "n", "b", "a>b a>n b>c n>c"),
        ("a b c", "a>b b>c", "n", "c", "a>b b>c b>n"),
        ("a b c", "a>b b>c", "n", "a", "a>b b>c n>b"),
        ("a b c", "a>b b>c", "if", "b", "a>b a>if b>c if+c"),
        ("if a b", "if-a a>b", "n", "a", "a>b if-a if-n n>b"),
        ("a if b c", "a>if if+b if>c", "n", "if", "a>if a>n if+b if>c n>c"),
    ],
)
def test_add_parallel(
    build: Build, node: MakeNode, edges: Edges, nodes: str, before: str, new: str, beside: str, result: str
) -> None:
    assert edges(edit.add_parallel(build(nodes, before), node(new), beside)) == result


@pytest.mark.parametrize("case", json.loads(REMOVALS.read_text("utf-8")), ids=lambda case: case["why"])
def test_remove(build: Build, edges: Edges, case: dict[str, str]) -> None:
    assert edges(edit.remove(build(case["nodes"], case["before"]), case["gone"])) == case["result"]


def test_a_hub_whose_removal_needs_too_many_edges_stays(build: Build) -> None:
    names = [f"{side}{index}" for side in "ab" for index in range(46)]
    ways = " ".join(f"{name}>hub" if name[0] == "a" else f"hub>{name}" for name in names)
    with pytest.raises(GraphError, match="would need 2,116 edges"):
        edit.remove(build("hub " + " ".join(names), ways), "hub")


def test_replace_keeps_edges_id_and_position(build: Build, node: MakeNode, edges: Edges) -> None:
    before = layout(build("a b c", "a>b b>c"))
    after = edit.replace(before, "b", Node(id="b", type="slack", action="post_message", params={"text": "hi"}))
    assert edges(after) == "a>b b>c"
    assert (after.node("b").type, after.node("b").params) == ("slack", {"text": "hi"})
    assert after.node("b").position == before.node("b").position


def test_replace_keeps_the_label_for_the_same_action_only(build: Build, node: MakeNode) -> None:
    before = build("a").model_copy(update={"nodes": [node("a", label="Sum it up")]})
    assert edit.replace(before, "a", node("n")).node("a").label == "Sum it up"
    assert edit.replace(before, "a", node("n", label="New")).node("a").label == "New"
    assert edit.replace(before, "a", node("if")).node("a").label == ""


@pytest.mark.parametrize(
    ("nodes", "before", "target", "new", "result"),
    [
        ("if a b", "if+a if-b", "if", "n", "if>a if>b"),
        ("if a b", "if+a if-a if>b", "if", "n", "if>a if>b"),
        ("if a b", "if+a if-b", "if", "if9", "if+a if-b"),
        ("a b c", "a>b b>c", "a", "if", "a+b b>c"),
    ],
)
def test_replace_mends_the_branches(
    build: Build, node: MakeNode, edges: Edges, nodes: str, before: str, target: str, new: str, result: str
) -> None:
    assert edges(edit.replace(build(nodes, before), target, node(new))) == result


@pytest.mark.parametrize(
    ("nodes", "before", "moved", "result", "order"),
    [
        ("a b c", "a>b b>c", "b", "a>c c>b", "a c b"),
        ("a b c d", "a>b a>c a>d", "b", "a>c a>d c>b d>b", "a c d b"),
        ("if a", "if-a", "a", "if-a", "if a"),
        ("a if b", "a>if if+b", "if", "a>b b>if", "a b if"),
        ("a", "", "a", "", "a"),
    ],
)
def test_move_to_end(build: Build, edges: Edges, nodes: str, before: str, moved: str, result: str, order: str) -> None:
    edited = edit.move_to_end(build(nodes, before), moved)
    assert (edges(edited), ids(edited)) == (result, order)


def test_move_before_and_after(build: Build, edges: Edges) -> None:
    workflow = build("a b c d", "a>b b>c c>d")
    assert edges(edit.move_before(workflow, "c", "b")) == "a>c b>d c>b"
    assert edges(edit.move_before(workflow, "d", "a")) == "a>b b>c d>a"
    assert edges(edit.move_after(workflow, "b", "c")) == "a>c b>d c>b"
    assert edges(edit.move_after(workflow, "a", "d")) == "b>c c>d d>a"
    assert edges(edit.move_after(build("if a b", "if+a a>b"), "b", "if", when=False)) == "if+a if-b"


def test_no_new_edge_takes_the_id_of_one_that_was_there(build: Build) -> None:
    workflow = build("a b c", "a>b a>c")
    before = {(edge.source, edge.target): edge.id for edge in workflow.edges}
    after = {(edge.source, edge.target): edge.id for edge in edit.move_before(workflow, "c", "b").edges}
    assert after["c", "b"] not in before.values()


@pytest.mark.parametrize("move", [edit.move_before, edit.move_after])
def test_a_node_is_not_moved_next_to_itself(build: Build, move: Callable[..., Workflow]) -> None:
    with pytest.raises(GraphError, match="next to itself"):
        move(build("a b", "a>b"), "a", "a")


def test_connect(build: Build, edges: Edges) -> None:
    workflow = build("a if b", "a>if if+b")
    assert edges(edit.connect(workflow, "a", "b")) == "a>b a>if if+b"
    assert edges(edit.connect(workflow, "if", "b", when=False)) == "a>if if+b if-b"
    for source, target, when, message in [
        ("if", "b", None, "leads to “b” already"),
        ("b", "a", None, "circle: a → if → b → a"),
        ("b", "b", None, "cannot wait for itself"),
        ("a", "b", True, "Only edges that leave a condition"),
    ]:
        with pytest.raises(GraphError, match=message):
            edit.connect(workflow, source, target, when)


def test_set_params_changes_what_is_named(build: Build) -> None:
    workflow = build("a b", "a>b")
    first = edit.set_params(workflow, "a", {"to": "dana@example.com", "cc": "x", "subject": None})
    assert first.node("a").params == {"to": "dana@example.com", "cc": "x"}
    assert edit.set_params(first, "a", {"cc": None, "to": "bo@example.com"}).node("a").params == {
        "to": "bo@example.com"
    }
    assert workflow.node("a").params == {}


def test_set_label_and_rename(build: Build) -> None:
    assert edit.set_label(build("a"), "a", "Fetch").node("a").label == "Fetch"
    assert edit.rename(build("a"), "Digest").name == "Digest"
    for too_long in (lambda: edit.set_label(build("a"), "a", "x" * 201), lambda: edit.rename(build("a"), "x" * 201)):
        with pytest.raises(GraphError, match="at most 200 characters"):
            too_long()


def test_set_triggers(build: Build) -> None:
    monday = Schedule(cron="0 9 * * 1")
    workflow = edit.set_triggers(build("a"), [monday, Webhook()])
    assert workflow.triggers == [monday, Webhook()]
    assert edit.set_triggers(workflow, []).triggers == []
    with pytest.raises(GraphError, match="five fields"):
        edit.set_triggers(workflow, [Schedule(cron="every monday")])


def test_a_taken_id_gives_way_to_a_new_one(build: Build, node: MakeNode) -> None:
    edited = edit.append(build("step-0 step-2"), node("step-0"))
    assert ids(edited) == "step-0 step-2 step-3"


def test_unknown_nodes_are_named(build: Build, node: MakeNode) -> None:
    workflow = build("a b", "a>b")
    for ask in (
        lambda: edit.append(workflow, node("n"), "gone"),
        lambda: edit.prepend(workflow, node("n"), ["gone"]),
        lambda: edit.insert_before(workflow, node("n"), "gone"),
        lambda: edit.insert_after(workflow, node("n"), "gone"),
        lambda: edit.insert_between(workflow, node("n"), "gone", "b"),
        lambda: edit.insert_between(workflow, node("n"), "a", "gone"),
        lambda: edit.add_parallel(workflow, node("n"), "gone"),
        lambda: edit.remove(workflow, "gone"),
        lambda: edit.replace(workflow, "gone", node("n")),
        lambda: edit.move_to_end(workflow, "gone"),
        lambda: edit.move_before(workflow, "gone", "a"),
        lambda: edit.move_after(workflow, "a", "gone"),
        lambda: edit.connect(workflow, "a", "gone"),
        lambda: edit.set_params(workflow, "gone", {}),
        lambda: edit.set_label(workflow, "gone", ""),
    ):
        with pytest.raises(GraphError, match="no node with the id “gone”"):
            ask()


def test_a_full_workflow_takes_no_more(build: Build, node: MakeNode) -> None:
    full = build(" ".join(f"n{index}" for index in range(MAX_NODES)))
    with pytest.raises(GraphError, match="at most 500 nodes"):
        edit.append(full, node("n"), [])


def test_new_nodes_get_a_place_only_among_placed_ones(build: Build, node: MakeNode) -> None:
    bare = build("a b", "a>b")
    assert edit.insert_before(bare, node("n"), "b").node("n").position is None
    placed = layout(bare)
    edited = edit.insert_before(placed, node("n"), "b")
    assert [edited.node(i).position for i in "ab"] == [placed.node(i).position for i in "ab"]
    assert edited.node("n").position == Position(x=STEP_X / 2, y=STEP_Y)


def test_a_moved_node_gets_a_new_place(build: Build) -> None:
    placed = layout(build("a b c", "a>b b>c"))
    moved = edit.move_to_end(placed, "b")
    assert moved.node("b").position == Position(x=3 * STEP_X, y=0)
    assert moved.node("c").position == placed.node("c").position
