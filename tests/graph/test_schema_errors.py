from __future__ import annotations

from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from voicegraph.errors import Problem
from voicegraph.graph.model import Node, Workflow
from voicegraph.graph.schema_errors import explain, kind_of, locate
from voicegraph.words.truncation import quoted


class Sample(BaseModel):
    """One field for each kind of limit that the workflow model does not use."""

    low: float = Field(1, lt=2.5, ge=-1)
    count: int = Field(1, gt=0)
    choice: Literal["a", "b"] = "a"
    name: str = Field("x", pattern="^x$")
    code: str = Field("abc", min_length=3)
    when: bytes = b""


def complaints(model: type[BaseModel], value: object) -> list[Problem]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    return explain(caught.value)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), ""),
        (("name",), "name"),
        (("nodes", 3, "params", "url"), "nodes[3].params.url"),
        (("nodes", 3, "params", "a b"), 'nodes[3].params["a b"]'),
        ((0,), "[0]"),
        (("k" * 100,), f'["{"k" * 63}…"]'),
    ],
)
def test_a_place_reads_like_code(path: tuple[str | int, ...], place: str) -> None:
    assert locate(path) == place


def test_long_words_are_cut() -> None:
    assert quoted("x" * 64) == f"“{'x' * 64}”"
    assert quoted("x" * 65) == f"“{'x' * 63}…”"


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "null"), (True, "true"), (False, "false"), ("", "text"), (1, "a number"), (1.5, "a number"), ([], "a list"),
     ({}, "an object"), (b"", "a bytes")],
)  # fmt: skip
def test_values_are_named_as_json_names_them(value: object, words: str) -> None:
    assert kind_of(value) == words


@pytest.mark.parametrize(
    ("node", "where", "message"),
    [
        ({"id": 5}, "id", "This should be text, not a number."),
        ({"id": "a b"}, "id", "An id is 1 to 64 letters"),
        ({"type": ""}, "type", "This should not be empty."),
        ({"type": "x" * 65}, "type", "This should be at most 64 characters long."),
        ({"params": []}, "params", "This should be an object with named values, not a list."),
        ({"position": 3}, "position", "This should be an object with named values, not a number."),
        ({"position": {"x": "left"}}, "position.x", "This should be a number, not text."),
        ({"position": {"x": 1e7}}, "position.x", "This should be at most 1,000,000."),
        ({"each": "perhaps"}, "each", "This should be true or false, not text."),
        ({"retry": {"attempts": 0}}, "retry.attempts", "This should be at least 1."),
        ({"retry": {"attempts": 2.5}}, "retry.attempts", "This should be a whole number, not 2.5."),
        ({"timeout": 0}, "timeout", "This should be more than 0."),
        ({"onError": "stop"}, "onError", "This should be 'fail' or 'continue'."),
    ],
)
def test_a_breach_says_what_would_be_right(node: dict[str, Any], where: str, message: str) -> None:
    (problem,) = complaints(Node, {"id": "a", "type": "x", "action": "y"} | node)
    assert problem.where == where
    assert problem.message.startswith(message)


def test_what_is_missing_is_named() -> None:
    (problem,) = complaints(Node, {"id": "a", "type": "x"})
    assert (problem.where, problem.code) == ("action", "missing")
    assert problem.message.startswith("This is missing; name what the node does")


def test_triggers_are_located_without_the_tag_of_their_kind() -> None:
    triggers = [{"kind": "schedule"}, {"kind": "alarm"}, {}, 7, {"kind": "schedule", "cron": 1}]
    found = complaints(Workflow, {"triggers": triggers})
    assert [problem.where for problem in found] == [
        "triggers[0].cron", "triggers[1]", "triggers[2]", "triggers[3]", "triggers[4].cron"
    ]  # fmt: skip
    assert "five cron fields" in found[0].message
    assert found[1].message == found[2].message == 'The "kind" of a trigger should be "schedule" or "webhook".'


def test_other_models_are_explained_too() -> None:
    found = complaints(Sample, {"low": 3, "count": 0, "choice": "c", "name": "y", "code": "d", "when": 5})
    assert [problem.message for problem in found[:3]] == [
        "This should be less than 2.5.", "This should be more than 0.", "This should be 'a' or 'b'."
    ]  # fmt: skip
    assert "pattern" in found[3].message
    assert found[4].message == "This should be at least 3 characters long."
    assert found[5].message == "This should be text, not a number."
    (whole,) = complaints(Sample, 5)
    assert whole.where == ""


def test_a_prefix_says_where_the_part_stands() -> None:
    with pytest.raises(ValidationError) as caught:
        Node.model_validate({"id": "a", "type": "x", "action": 3})
    assert explain(caught.value, ("nodes", 2))[0].where == "nodes[2].action"
