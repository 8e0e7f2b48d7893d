"""Workflows in short notation, and strategies that draw them at random.

`build("a if b c", "a>if if+b if-c")` has four nodes and three edges, `+` and `-` being the branches of a condition;
a node whose id starts with "if" is a condition. `edges(workflow)` gives the edges back in the same notation.
Hypothesis finds the strategies by type: `st.from_type(Workflow)`, `st.from_type(Node)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from voicegraph.graph.model import Edge, Node, Position, Retry, Schedule, Webhook, Workflow

_SIGNS = {">": None, "+": True, "-": False}


def _node(node_id: str, **more: Any) -> Node:
    kind = ("condition", "if") if node_id.startswith("if") else ("llm", "summarize")
    return Node(**{"id": node_id, "type": kind[0], "action": kind[1], **more})


def _build(nodes: str, edges: str = "") -> Workflow:
    return Workflow(
        workflow_id="wf_test",
        nodes=[_node(node_id) for node_id in nodes.split()],
        edges=[
            Edge(id=f"edge-{index}", source=source, target=target, when=_SIGNS[sign])
            for index, (source, sign, target) in enumerate(re.findall(r"(\w+)([>+-])(\w+)", edges))
        ],
    )


def _edges(workflow: Workflow) -> str:
    signs = {when: sign for sign, when in _SIGNS.items()}
    return " ".join(sorted(f"{e.source}{signs[e.when]}{e.target}" for e in workflow.edges))


@pytest.fixture
def build() -> Callable[..., Workflow]:
    return _build


@pytest.fixture
def node() -> Callable[..., Node]:
    return _node


@pytest.fixture
def edges() -> Callable[[Workflow], str]:
    return _edges


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(-1e9, 1e9)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcä .", max_size=4), inner, max_size=3),
    max_leaves=5,
)
positions = st.builds(Position, x=st.integers(-2000, 2000), y=st.integers(-2000, 2000))
nodes = st.builds(
    Node,
    id=st.sampled_from(["step-0", "step-1", "new", "x_1"]),
    type=st.sampled_from(["llm", "http", "email", "condition"]),
    action=st.sampled_from(["summarize", "send", "fetch_page"]),
    label=st.sampled_from(["", "Summarize", "Übersicht"]),
    params=st.dictionaries(st.sampled_from(["text", "to", "url"]), json_values, max_size=2),
    position=st.none(),
    each=st.booleans(),
    retry=st.none() | st.builds(Retry, attempts=st.integers(1, 100)),
    timeout=st.none() | st.floats(0.1, 86_400),
    on_error=st.sampled_from(["fail", "continue"]),
)
triggers = st.one_of(
    st.just(Webhook()),
    st.builds(
        Schedule,
        kind=st.just("schedule"),
        cron=st.sampled_from(["0 9 * * 1", "*/5 * * * MON-FRI"]),
        timezone=st.sampled_from([None, "Europe/Berlin"]),
    ),
)


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    """A valid workflow of 1 to 8 nodes: any acyclic graph, any order of the list, all, some or no positions."""
    count = draw(st.integers(1, 8))
    ids = draw(st.permutations([f"step-{number}" for number in range(count)]))
    placed = draw(st.sampled_from([st.none(), positions, st.none() | positions]))
    drawn = [draw(nodes).model_copy(update={"id": node_id, "position": draw(placed)}) for node_id in ids]
    rank = draw(st.permutations(drawn))
    edges: list[Edge] = []
    for place, source in enumerate(rank):
        branches = [[], [None], [True], [False], [True, False]] if source.type == "condition" else [[], [None]]
        for target in rank[place + 1 :]:
            for when in draw(st.sampled_from(branches)):
                edges.append(Edge(id=f"edge-{len(edges)}", source=source.id, target=target.id, when=when))
    return Workflow(
        workflow_id="wf_drawn",
        name=draw(st.sampled_from(["Untitled workflow", "Täglicher Bericht"])),
        nodes=drawn,
        edges=draw(st.permutations(edges)),
        triggers=draw(st.lists(triggers, max_size=2)),
    )


st.register_type_strategy(Node, nodes)
st.register_type_strategy(Workflow, workflows())
