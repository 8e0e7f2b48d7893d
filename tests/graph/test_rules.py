from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.graph.model import MAX_EDGES, MAX_NODES, MAX_TRIGGERS, Edge, Schedule, Webhook, Workflow
from voicegraph.graph.rules import Outline, check, check_outline

Build = Callable[..., Workflow]


def found(workflow: Workflow) -> list[tuple[str, str]]:
    return [(problem.where, problem.code) for problem in check(workflow)]


@given(st.from_type(Workflow))
def test_a_valid_workflow_has_no_problems(workflow: Workflow) -> None:
    assert check(workflow) == []


def test_ids_are_unique_among_nodes_and_among_edges(build: Build) -> None:
    workflow = build("a b a", "a>b")
    workflow.edges.append(Edge(id="edge-0", source="b", target="a"))
    assert ("nodes[2].id", "duplicate_id") in found(workflow)
    assert ("edges[1].id", "duplicate_id") in found(workflow)


def test_edges_join_nodes_that_exist(build: Build) -> None:
    workflow = build("a b c d e f", "a>nowhere b>c none>a")
    assert found(workflow) == [("edges[0].target", "unknown_id"), ("edges[2].source", "unknown_id")]
    assert check(workflow)[0].message.endswith("the nodes are: “a”, “b”, “c”, “d”, “e”, ….")
    assert check(build("", "a>b"))[0].message.endswith("the nodes are: none.")


def test_no_edge_is_a_loop_or_a_double(build: Build) -> None:
    assert found(build("a b", "a>a a>b a>b")) == [("edges[0]", "self_loop"), ("edges[2]", "duplicate_edge")]


def test_both_branches_may_lead_to_the_same_node(build: Build) -> None:
    assert found(build("if a", "if+a if-a")) == []
    assert found(build("if a", "if+a if+a")) == [("edges[1]", "duplicate_edge")]


def test_only_conditions_have_branches(build: Build) -> None:
    assert found(build("if a b", "if+a if>b a+b")) == [("edges[2].when", "when_without_condition")]


def test_circles_are_located_past_other_breaches(build: Build) -> None:
    workflow = build("a b c", "a>a a>b b>c c>a")
    assert found(workflow) == [("edges[0]", "self_loop"), ("edges[3]", "cycle")]
    assert "a → b → c → a" in check(workflow)[1].message


def test_schedules_are_read(build: Build) -> None:
    schedules = [Webhook(), Schedule(cron="0 9 * *"), Schedule(cron="0 9 * * 1", timezone="Mars/Olympus")]
    workflow = build("a").model_copy(update={"triggers": schedules})
    assert found(workflow) == [("triggers[1].cron", "bad_cron"), ("triggers[2].timezone", "bad_timezone")]


@pytest.mark.parametrize(("part", "limit"), [("nodes", MAX_NODES), ("edges", MAX_EDGES), ("triggers", MAX_TRIGGERS)])
def test_limits_are_reported_alone(build: Build, part: str, limit: int) -> None:
    workflow = build("a b", "a>b").model_copy(update={"triggers": [Webhook()]})
    full = workflow.model_copy(update={part: getattr(workflow, part)[:1] * (limit + 1)})
    assert found(full) == [(part, "too_large")]
    assert f"at most {limit:,} {part}; this one has {limit + 1:,}" in check(full)[0].message


@given(st.recursive(st.none() | st.integers() | st.text("ab"), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["nodes", "edges", "triggers", "id", "type", "source", "target", "when", "kind", "cron"]), inner
)))  # fmt: skip
def test_any_shape_has_an_outline(raw: Any) -> None:
    check_outline(Outline.loose(raw if isinstance(raw, dict) else {"nodes": raw, "edges": raw, "triggers": raw}))


def test_wrong_shapes_do_not_hide_the_rules() -> None:
    raw = {
        "nodes": [{"id": "a", "type": 5}, "?", {"id": "b", "type": "llm"}],
        "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "a"}, {"source": "a", "target": 5}, None],
        "triggers": [{"kind": "schedule", "cron": "x" * 500, "timezone": "Mars"}, {"kind": "webhook"}],
    }
    problems = check_outline(Outline.loose(raw))
    assert [(p.where, p.code) for p in problems] == [("edges[1]", "cycle"), ("triggers[0].timezone", "bad_timezone")]
