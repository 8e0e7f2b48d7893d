from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.errors import GraphError, Problem
from voicegraph.graph.model import MAX_NODES, Workflow
from voicegraph.graph.validate import check_nodes, parse_workflow

STEP: dict[str, Any] = {"type": "http", "action": "request"}
KEYS = [
    "workflowId",
    "name",
    "nodes",
    "edges",
    "triggers",
    "id",
    "type",
    "action",
    "label",
    "params",
    "position",
    "x",
    "each",
    "retry",
    "attempts",
    "timeout",
    "onError",
    "source",
    "target",
    "when",
    "kind",
    "cron",
    "timezone",
]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.sampled_from(["a", "schedule"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=2), inner),
    max_leaves=30,
)


def breaches(raw: object) -> dict[str, str]:
    with pytest.raises(GraphError) as caught:
        parse_workflow(raw)
    assert caught.value.status == 422
    return {problem.where: problem.code for problem in caught.value.problems}


@given(st.from_type(Workflow))
def test_the_wire_form_comes_back_as_it_was(workflow: Workflow) -> None:
    wire = workflow.to_wire()
    assert parse_workflow(wire) == workflow
    assert parse_workflow(json.dumps(wire)) == workflow
    assert parse_workflow(json.dumps(wire, ensure_ascii=False).encode()) == workflow


@given(anything)
def test_any_json_is_a_workflow_or_a_graph_error(raw: Any) -> None:
    before = copy.deepcopy(raw)
    for value in (raw, {"nodes": raw, "edges": raw, "triggers": raw}, json.dumps(raw)):
        try:
            workflow = parse_workflow(value)
        except GraphError as error:
            json.dumps(error.details, allow_nan=False).encode()
        else:
            assert parse_workflow(workflow.to_wire()) == workflow
    assert repr(raw) == repr(before), "the input is not changed"


@given(st.text() | st.binary())
def test_any_text_is_a_workflow_or_a_graph_error(raw: str | bytes) -> None:
    with pytest.raises(GraphError):
        parse_workflow(raw)


@given(st.from_type(Workflow), st.data())
def test_a_wrong_value_anywhere_is_located(workflow: Workflow, data: st.DataObject) -> None:
    wire: dict[str, Any] = copy.deepcopy(dict(workflow.to_wire()))
    index = data.draw(st.integers(0, len(wire["nodes"]) - 1))
    key = data.draw(st.sampled_from(["type", "action", "label", "params", "position", "each", "retry", "timeout"]))
    wire["nodes"][index][key] = data.draw(st.sampled_from([["?"], {"attempts": []} if key == "retry" else ["!"]]))
    assert any(where.startswith(f"nodes[{index}].{key}") for where in breaches(wire))


def test_every_breach_is_reported_at_once() -> None:
    raw = {
        "nodes": [{**STEP, "id": "a"}, {**STEP, "id": "a", "timeout": -1}, {"id": "b"}, 5],
        "edges": [{"source": "a", "target": "gone"}, {"source": "a", "target": "b", "when": True}, {"source": "b"}],
        "triggers": [{"kind": "schedule", "cron": "61 * * * *"}],
        "name": ["x"],
    }
    assert breaches(raw) == {
        "name": "wrong_type",
        "nodes[1].timeout": "out_of_range",
        "nodes[2].type": "missing",
        "nodes[2].action": "missing",
        "nodes[3]": "wrong_type",
        "edges[2].target": "missing",
        "nodes[1].id": "duplicate_id",
        "edges[0].target": "unknown_id",
        "edges[1].when": "when_without_condition",
        "triggers[0].cron": "bad_cron",
    }


@pytest.mark.parametrize("raw", [None, [], 5, "[]", '"x"', b"null", object()])
def test_a_workflow_is_an_object(raw: object) -> None:
    assert breaches(raw) == {"": "wrong_type"}


@pytest.mark.parametrize("raw", [{}, {"nodes": None}, {"workflow": {"nodes": []}}])
def test_a_workflow_has_nodes(raw: object) -> None:
    assert breaches(raw) == {"nodes": "missing"}


def test_an_empty_canvas_is_a_workflow() -> None:
    assert parse_workflow({"nodes": []}).nodes == []


def test_flaws_inside_params_are_located() -> None:
    assert breaches({"nodes": [STEP, {**STEP, "params": {"a": [1, float("nan")]}}]}) == {
        "nodes[1].params.a[1]": "not_json"
    }


def timed(raw: object) -> tuple[dict[str, str], float]:
    start = time.process_time()
    found = breaches(raw)
    return found, time.process_time() - start


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ({"nodes": [STEP] * 10_000}, {"nodes": "too_large"}),
        ('{"nodes": [' + ",".join(['{"type":"a","action":"b"}'] * 10_000) + "]}", {"nodes": "too_large"}),
        ({"nodes": [STEP] * (MAX_NODES + 1), "edges": [{}] * 10_000}, {"nodes": "too_large", "edges": "too_large"}),
        ('{"nodes": ' + "[" * 500_000, {"": "too_deep"}),
        ('{"nodes": [' + '{"params":{"a":' * 60_000, {"": "too_deep"}),
        ('{"nodes": [{"params": ' + "[" * 500 + "]" * 500 + "}]}",
         {"nodes[0].params" + "[0]" * (61): "too_deep"}),
        ({"nodes": [{**STEP, "params": {"text": "x" * 1_100_000}}]}, {"": "too_large"}),
    ],
    ids=["nodes", "text of nodes", "nodes and edges", "lists", "objects", "nested params", "long text"],
)  # fmt: skip
def test_bombs_are_refused_in_no_time(raw: object, found: dict[str, str]) -> None:
    problems, seconds = timed(raw)
    assert problems == found
    assert seconds < 1


def test_a_full_workflow_of_circles_is_judged_in_no_time() -> None:
    nodes = [{**STEP, "id": f"n{index}"} for index in range(500)]
    edges = [{"source": f"n{i}", "target": f"n{(i * 7 + k) % 500}"} for i in range(500) for k in range(4)]
    problems, seconds = timed({"nodes": nodes, "edges": edges})
    assert set(problems.values()) == {"cycle", "self_loop"}
    assert seconds < 1


def test_a_layer_above_may_judge_the_nodes(build: Callable[..., Workflow]) -> None:
    workflow = build("a b")
    assert check_nodes(workflow, lambda _: []) is workflow
    with pytest.raises(GraphError) as caught:
        check_nodes(workflow, lambda _: [Problem("nodes[1].action", "There is no such action.", "unknown_action")])
    assert str(caught.value) == "nodes[1].action: There is no such action."
