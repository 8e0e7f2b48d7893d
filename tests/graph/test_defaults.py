from __future__ import annotations

from typing import Any

from voicegraph.graph.defaults import filled
from voicegraph.graph.validate import parse_workflow

STEP: dict[str, Any] = {"type": "http", "action": "fetch_page"}


def test_missing_ids_count_the_place_or_the_next_free_number() -> None:
    raw = {"nodes": [STEP, {**STEP, "id": "step-2"}, {**STEP, "id": None}], "edges": [{}, {"id": "edge-0"}]}
    whole = filled(raw)
    assert [node["id"] for node in whole["nodes"]] == ["step-0", "step-2", "step-3"]
    assert [edge["id"] for edge in whole["edges"]] == ["edge-1", "edge-0"]
    assert raw["nodes"][0] == STEP, "the input is not changed"


def test_a_missing_label_is_made_of_the_action_but_an_empty_one_is_kept() -> None:
    nodes = filled({"nodes": [STEP, {**STEP, "label": None}, {**STEP, "label": ""}, {"action": 5}]})["nodes"]
    assert [node.get("label") for node in nodes] == ["Fetch page", "Fetch page", "", None]


def test_missing_edges_mean_a_sequence() -> None:
    nodes = [STEP, {"type": "condition", "action": "if"}, STEP]
    for raw in ({"nodes": nodes}, {"nodes": nodes, "edges": None}):
        assert parse_workflow(raw).to_wire()["edges"] == [
            {"id": "edge-0", "source": "step-0", "target": "step-1"},
            {"id": "edge-1", "source": "step-1", "target": "step-2", "when": True},
        ]


def test_an_empty_list_of_edges_is_no_sequence() -> None:
    assert parse_workflow({"nodes": [STEP, STEP], "edges": []}).edges == []


def test_there_is_no_sequence_of_nodes_in_disorder() -> None:
    assert filled({"nodes": [{**STEP, "id": "a"}, {**STEP, "id": "a"}]})["edges"] == []
    assert filled({"nodes": [{**STEP, "id": 1}, {**STEP, "id": 2}]})["edges"] == []
    assert len(filled({"nodes": [STEP, "?", STEP]})["edges"]) == 1


def test_null_means_nothing_everywhere() -> None:
    raw = {"name": None, "nodes": [{**STEP, "params": None, "each": None, "onError": None}], "triggers": None}
    workflow = parse_workflow(raw)
    assert workflow.name == "Untitled workflow"
    assert (workflow.nodes[0].params, workflow.nodes[0].each, workflow.nodes[0].on_error) == ({}, False, "fail")
    schedule = {"kind": "schedule", "cron": "0 9 * * *", "timezone": None}
    assert len(parse_workflow({"nodes": [], "triggers": [schedule]}).triggers) == 1


def test_wrong_shapes_are_left_to_the_model() -> None:
    assert filled({"nodes": 5, "edges": "x", "triggers": {}}) == {"nodes": 5, "edges": "x", "triggers": {}}


def test_the_content_names_a_workflow_without_an_id() -> None:
    first = parse_workflow({"nodes": [STEP]})
    moved = parse_workflow({"nodes": [{**STEP, "position": {"x": 5, "y": 5}}]})
    other = parse_workflow({"nodes": [STEP, STEP]})
    assert first.workflow_id == moved.workflow_id != other.workflow_id
    assert parse_workflow({"nodes": [STEP], "workflowId": "mine"}).workflow_id == "mine"
    assert parse_workflow({"nodes": [STEP], "workflow_id": "mine"}).workflow_id == "mine"
