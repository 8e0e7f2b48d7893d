"""What holds for every edit of every workflow."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import assume, given
from hypothesis import strategies as st

from voicegraph.errors import GraphError
from voicegraph.graph import edit
from voicegraph.graph.diff import diff
from voicegraph.graph.model import Node, Workflow
from voicegraph.graph.order import descendants
from voicegraph.graph.rules import check
from voicegraph.graph.validate import parse_workflow

any_workflow = st.from_type(Workflow)
any_node = st.from_type(Node)
Edit = Callable[[Workflow, Node, str, str], Workflow]

ADDING: dict[str, Edit] = {
    "append": lambda w, n, _a, _b: edit.append(w, n),
    "append after one": lambda w, n, a, _b: edit.append(w, n, a),
    "append after two": lambda w, n, a, b: edit.append(w, n, sorted({a, b})),
    "prepend": lambda w, n, _a, _b: edit.prepend(w, n),
    "prepend before one": lambda w, n, a, _b: edit.prepend(w, n, a),
    "insert_before": lambda w, n, a, _b: edit.insert_before(w, n, a),
    "insert_after": lambda w, n, a, _b: edit.insert_after(w, n, a),
    "insert_between": edit.insert_between,
    "add_parallel": lambda w, n, a, _b: edit.add_parallel(w, n, a),
}
OTHER: dict[str, Edit] = {
    "remove": lambda w, _n, a, _b: edit.remove(w, a),
    "replace": lambda w, n, a, _b: edit.replace(w, a, n),
    "move_to_end": lambda w, _n, a, _b: edit.move_to_end(w, a),
    "move_before": lambda w, _n, a, b: edit.move_before(w, a, b),
    "move_after": lambda w, _n, a, b: edit.move_after(w, a, b),
    "connect": lambda w, _n, a, b: edit.connect(w, a, b),
    "set_params": lambda w, n, a, _b: edit.set_params(w, a, n.params),
    "set_label": lambda w, n, a, _b: edit.set_label(w, a, n.label),
    "set_triggers": lambda w, _n, _a, _b: edit.set_triggers(w, []),
    "rename": lambda w, n, _a, _b: edit.rename(w, n.action),
}


def unconditional(workflow: Workflow) -> Workflow:
    """The same graph without conditions."""
    nodes = [node.model_copy(update={"type": "llm"}) for node in workflow.nodes]
    edges = {(edge.source, edge.target): edge.model_copy(update={"when": None}) for edge in workflow.edges}
    return workflow.model_copy(update={"nodes": nodes, "edges": list(edges.values())})


@st.composite
def asked(draw: st.DrawFn, edits: dict[str, Edit], plain: bool = False) -> tuple[Workflow, Workflow, str]:
    """(before, after, the node named) of an edit that makes sense; `plain` means without conditions."""
    before, node = draw(any_workflow), draw(any_node)
    if plain:
        before, node = unconditional(before), node.model_copy(update={"type": "llm"})
    ids = st.sampled_from([node.id for node in before.nodes])
    copy = before.model_copy(deep=True)
    name, first, second = draw(st.sampled_from(sorted(edits))), draw(ids), draw(ids)
    try:
        after = edits[name](before, node, first, second)
    except GraphError:
        assume(False)
        raise
    assert before == copy, "the original is not touched"
    return before, after, first


def reach(workflow: Workflow, among: Sequence[str]) -> set[tuple[str, str]]:
    return {(one, other) for one in among for other in descendants(workflow, one) if other in among}


@given(asked(ADDING | OTHER))
def test_an_edited_workflow_is_valid(edited: tuple[Workflow, Workflow, str]) -> None:
    _, after, _ = edited
    assert check(after) == []
    assert parse_workflow(after.to_wire()) == after


@given(asked(ADDING | OTHER))
def test_nodes_that_are_not_named_stay_as_they_are(edited: tuple[Workflow, Workflow, str]) -> None:
    before, after, named = edited
    assert after.workflow_id == before.workflow_id
    placed = any(node.position for node in before.nodes)
    for node in before.nodes:
        if node.id != named:
            kept = after.node(node.id)
            assert kept.model_copy(update={"position": node.position}) == node
            assert kept.position == node.position or node.position is None
            assert placed or kept.position is None


@given(asked(ADDING | OTHER))
def test_edges_that_stay_keep_their_ids(edited: tuple[Workflow, Workflow, str]) -> None:
    before, after, _ = edited
    ids = {(edge.source, edge.target, edge.when): edge.id for edge in after.edges}
    for edge in before.edges:
        stays = ids.get((edge.source, edge.target, edge.when))
        if stays is not None and edge.id in ids.values():
            assert stays == edge.id


@given(asked(ADDING))
def test_adding_adds_one_node_and_loses_no_way(edited: tuple[Workflow, Workflow, str]) -> None:
    before, after, _ = edited
    (new,) = diff(before, after).added_nodes
    old = [node.id for node in before.nodes]
    assert {node.id for node in after.nodes} == {*old, new}
    assert reach(before, old) <= reach(after, old)


@given(asked({"remove": OTHER["remove"]}))
def test_removing_keeps_who_comes_after_whom(edited: tuple[Workflow, Workflow, str]) -> None:
    before, after, gone = edited
    rest = [node.id for node in after.nodes]
    assert gone not in rest
    assert len(rest) == len(before.nodes) - 1
    assert reach(after, rest) == reach(before, rest)


@given(asked({name: ADDING[name] for name in ("append", "prepend", "insert_before", "insert_after")}, plain=True))
def test_removing_undoes_inserting(edited: tuple[Workflow, Workflow, str]) -> None:
    before, after, _ = edited
    (new,) = diff(before, after).added_nodes
    back = edit.remove(after, new)
    assert back.nodes == [after.node(node.id) for node in before.nodes]
    assert reach(back, [n.id for n in back.nodes]) == reach(before, [n.id for n in before.nodes])
    assert {(e.source, e.target) for e in back.edges} <= {(e.source, e.target) for e in before.edges}


@given(asked({name: OTHER[name] for name in ("move_to_end", "move_before", "move_after")}))
def test_moving_keeps_all_nodes(edited: tuple[Workflow, Workflow, str]) -> None:
    before, after, moved = edited
    assert {node.id for node in before.nodes} == {node.id for node in after.nodes}
    assert after.node(moved).params == before.node(moved).params
    rest = [node.id for node in before.nodes if node.id != moved]
    assert reach(before, rest) <= reach(after, rest)
