from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from voicegraph.graph.model import ID_PATTERN, Workflow, free_id, new_id


def test_ids_sort_by_the_time_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    for milliseconds in (1, 1_000, 1_800_000_000_000, 1_800_000_000_001):
        monkeypatch.setattr("time.time_ns", lambda at=milliseconds: at * 1_000_000)
        made.append(new_id("wf"))
    assert made == sorted(made)
    assert all(re.match(ID_PATTERN, node_id) and len(node_id) == len("wf_") + 26 for node_id in made)


def test_a_workflow_without_an_id_gets_one_of_its_own() -> None:
    assert Workflow().workflow_id != Workflow().workflow_id


def test_a_free_id_is_never_taken() -> None:
    assert free_id("step", []) == "step-0"
    assert free_id("step", ["step-0", "b"]) == "step-2"
    assert free_id("step", ["step-2", "b"]) == "step-3"


def test_neighbours_are_found_by_id(build: Callable[..., Workflow]) -> None:
    workflow = build("a b c", "a>c b>c")
    assert workflow.node("b").type == "llm"
    assert workflow.predecessors("c") == ["a", "b"]
    assert workflow.successors("a") == ["c"]
    with pytest.raises(KeyError):
        workflow.node("nowhere")


def test_the_wire_form_is_camel_case_without_the_empty_fields(build: Callable[..., Workflow]) -> None:
    wire = build("a b", "a>b").to_wire()
    assert wire["workflowId"] == "wf_test"
    assert wire["nodes"][0]["onError"] == "fail"
    assert "position" not in wire["nodes"][0]
    assert wire["edges"] == [{"id": "edge-0", "source": "a", "target": "b"}]
