"""A template within a condition or a selection is refused, with what to write instead."""

from __future__ import annotations

import pytest

from voicegraph.errors import NodeError
from voicegraph.graph.model import Workflow
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.nodes.conditions.expression import check, evaluate
from voicegraph.nodes.params.node_problems import problems
from voicegraph.nodes.selections.selection import check_selection, select
from voicegraph.nodes.services.code.syntax import check_syntax
from voicegraph.nodes.services.condition.actions import If
from voicegraph.nodes.services.transform.actions import Select

SCOPE = {"input": "x", "data": {"s": "open", "n": 3}, "config": {"x": "open"}, "nodes": {"step-0": {"text": "t"}}}


@pytest.mark.parametrize(
    ("condition", "instead"),
    [
        ('"{{ data.s }}" == "open"', 'write data.s == "open".'),
        ("'{{data.s}}' == 'open'", "write data.s == 'open'."),
        ('data.s == "{{ config.x }}"', "write data.s == config.x."),
        ('data.s == "{{- config.x -}}"', "write data.s == config.x."),
        ('{{ data.s }} == "open"', 'write data.s == "open".'),
        ("{{ data.n > 5 }}", "write data.n > 5."),
        ('"{input}" == "x"', 'write input == "x".'),
        ('input.contains("{{ data.s }}")', "write input.contains(data.s)."),
        ('input == "a {{ data.s }} b"', 'write input == ("a " + data.s + " b").'),
        ('"{{ data.s | downcase }}" == "open"', 'write data.s.lowerAscii() == "open".'),
        ('"{{ nodes["step-0"].text }}" == "t"', 'write nodes["step-0"].text == "t".'),
        ("\"{{ nodes['step-0'].text }}\" == 't'", "write nodes['step-0'].text == 't'."),
        ('"{{ nodes.step-0.text }}" == "t"', 'write nodes["step-0"].text == "t".'),
        ('{% if data.s == "open" %}true{% endif %}', "write data.name for {{ data.name }}, without quotes."),
        ('{{ data.s | where: "a" }} ==', "write data.name for {{ data.name }}, without quotes."),
    ],
)
def test_a_template_in_a_condition(condition: str, instead: str) -> None:
    with pytest.raises(NodeError) as caught:
        evaluate(condition, SCOPE)
    assert (caught.value.code, caught.value.retryable) == ("bad_expression", False)
    assert "it is no template: “{" in caught.value.message
    assert caught.value.message.endswith(instead)
    assert check(condition) == caught.value.message
    with pytest.raises(ValueError, match="it is no template"):
        If(expression=condition)


@pytest.mark.parametrize(
    "condition",
    ["input.contains('{{')", "input.contains('{{ name }}')", "input.contains('{% raw %}')", "input != '{ input }'"],
)
def test_braces_alone_are_text(condition: str) -> None:
    assert check(condition) is None
    assert isinstance(evaluate(condition, SCOPE), bool)


@pytest.mark.parametrize(
    "expression", ["items[?name == '{{ config.x }}']", "{{ data.s }}", 'items[?a == `"{{ input }}"`]', "'{input}'"]
)
def test_a_template_in_a_selection(expression: str) -> None:
    assert "it is no template: “{" in (check_selection(expression) or "")
    with pytest.raises(NodeError, match="it is no template"):
        select(expression, {"s": 1})
    with pytest.raises(ValueError, match="or the value itself"):
        Select(expression=expression)


@pytest.mark.parametrize("expression", ["{a: s, b: {c: n}}", "contains(s, '{{')", "s == '{{ name }}'"])
def test_braces_of_a_selection_stay(expression: str) -> None:
    assert check_selection(expression) is None
    select(expression, {"s": "a", "n": 1})


@pytest.mark.parametrize("code", ["{{ data.s }}", "x = 1\nx == {{ input }}"])
def test_a_template_in_a_script(code: str) -> None:
    assert "a script is no template; write data" in (check_syntax(code) or "")


@pytest.mark.parametrize("code", ["{1, 2}", "f'{{ {data} }}'", "'{{ input }}'", "{(1,): {2}}", "[{3}]"])
def test_braces_of_a_script_stay(code: str) -> None:
    assert check_syntax(code) is None


@pytest.mark.parametrize(
    ("kind", "param", "text"),
    [
        ("condition.if", "expression", '"{{ data.s }}" == "open"'),
        ("transform.select", "expression", "[?a == '{{ config.x }}']"),
        ("code.run", "code", "{{ data.s }}"),
    ],
)
def test_the_check_names_the_field(kind: str, param: str, text: str) -> None:
    type_, action = kind.split(".")
    node = {"id": "a", "type": type_, "action": action, "params": {param: text}}
    found = problems(Workflow.model_validate({"nodes": [node], "edges": []}), builtin_registry())
    assert [one.where for one in found] == [f"nodes[0].params.{param}"]
    assert "no template" in found[0].message
