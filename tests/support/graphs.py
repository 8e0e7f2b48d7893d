"""Workflows for tests: written as `workflow("a>b", "if-yes>c")`, or drawn by hypothesis."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from voicegraph.graph.model import Edge, EdgeId, Node, NodeId, Workflow

_BRANCH = {"": None, "+": True, "-": False}


def node(node_id: str, action: str = "echo", *, type: str = "test", **fields: Any) -> Node:
    """A node of the tests' own actions (`support.actions`); what is no field of a node is a param."""
    own = {name: fields.pop(name) for name in list(fields) if name in Node.model_fields}
    params = own.pop("params", {}) | fields
    return Node(id=NodeId(node_id), type=type, action=action, params=params, **own)


def choice(node_id: str, branch: bool) -> Node:
    """A condition that takes this branch."""
    return node(node_id, "choose", type="condition", branch=branch)


def workflow(*edges: str, nodes: list[Node] | None = None, name: str = "Test") -> Workflow:
    """`"a>b"` is an edge, `"a+>b"` one for the branch true, `"a->b"` for false. Nodes not given only echo."""
    given = {one.id: one for one in nodes or []}
    drawn: list[Edge] = []
    for index, text in enumerate(edges):
        source, target = text.split(">")
        branch = source[len(source.rstrip("+-")) :]
        source = source.rstrip("+-")
        drawn.append(Edge(id=EdgeId(f"e{index}"), source=NodeId(source), target=NodeId(target), when=_BRANCH[branch]))
        for one in (source, target):
            given.setdefault(NodeId(one), node(one))
    return Workflow(name=name, nodes=list(given.values()), edges=drawn)


@st.composite
def workflows(draw: st.DrawFn, max_nodes: int = 9) -> Workflow:
    """Acyclic graphs with conditions; the order of nodes and edges says nothing about who comes first."""
    size = draw(st.integers(1, max_nodes))
    conditions = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    ids = [f"{'if' if branches else 'n'}{index}" for index, branches in enumerate(conditions)]
    pairs = [(source, target) for target in range(size) for source in range(target)]
    edges: list[str] = []
    for source, target in draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []:
        branches = draw(st.sampled_from([("",), ("+",), ("-",), ("+", "-")])) if conditions[source] else ("",)
        edges += [f"{ids[source]}{branch}>{ids[target]}" for branch in branches]
    order = draw(st.permutations(ids))
    return workflow(*edges, nodes=[choice(one, True) if one.startswith("if") else node(one) for one in order])
