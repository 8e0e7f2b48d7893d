"""A workflow from the text of a file: what is taken, and what is named as what it is."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import yaml

from voicegraph.errors import GraphError
from voicegraph.graph.read import read_workflow

WIRE = {
    "name": "Digest",
    "nodes": [{"id": "a", "type": "prompt", "action": "seed", "params": {"text": "2026-01-01", "answer": "yes"}}],
    "edges": [],
    "notify": {"on": ["failed"]},
}


@pytest.mark.parametrize("whole", [WIRE, {"id": "run_1", "workflow": WIRE}], ids=["alone", "in a run"])
@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump], ids=["JSON", "YAML"])
def test_json_and_yaml_are_the_same_workflow(whole: dict[str, object], write: object) -> None:
    workflow = read_workflow(write(whole))  # pyright: ignore
    assert (workflow.name, workflow.nodes[0].params) == ("Digest", {"text": "2026-01-01", "answer": "yes"})
    assert workflow.notify
    assert workflow.notify.on == ["failed"]


@pytest.mark.parametrize("write", [json.dumps, yaml.safe_dump], ids=["JSON", "YAML"])
@pytest.mark.parametrize("wrap", [dict, lambda workflow: {"workflow": workflow}], ids=["alone", "in a run"])
def test_what_its_author_allowed_a_file_does_not_bring(wrap: Callable[..., object], write: Callable[..., str]) -> None:
    allowed = {"id": "a", "type": "email", "action": "send", "allowOutsideTarget": True}
    assert read_workflow(write(wrap({"nodes": [allowed]}))).nodes[0].allow_outside_target is False


def test_what_people_write_in_yaml_is_what_they_mean() -> None:
    text = """
    nodes:
      - {id: a, type: prompt, action: seed, each: true, params: {text: 2026-01-01, answer: yes}}
    notify: {on: [failed]}
    """
    workflow = read_workflow(text)
    assert workflow.nodes[0].params == {"text": "2026-01-01", "answer": "yes"}
    assert workflow.nodes[0].each is True
    assert workflow.notify
    assert workflow.notify.on == ["failed"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nodes: [", "YAML is broken at line"),
        ("name: [a\n b: c", "YAML is broken at line 2, column 3: "),
        ("name: \x07", "YAML is broken: it holds a character that no text has, #x0007."),
        ("a: &a [x]\nnodes: [*a, *a]", "no aliases"),
        ("- !!python/object/apply:os.system [true]", "YAML is broken"),
        ("a: [" + "1," * 500_000 + "1]", "more than 100,000 values"),
        ("[" * 100_000, "64 deep at most"),
        ("a: 1" + ":1" * 100_000, "thousands of digits"),
        ('a: "\ud800"', "a character that no text has, #xd800"),
        ("just words", "not"),
        ("", "not"),
        ('{"nodes": [', "JSON is broken"),
        (json.dumps({"nodes": [], "connections": {}}), "n8n"),
        (yaml.safe_dump({"nodes": [], "connections": {}}), "n8n"),
        ("x" * (2 << 20), "larger than 1 MiB"),
    ],
)
def test_what_is_no_workflow_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(GraphError) as caught:
        read_workflow(text)
    assert said in caught.value.message
