from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid import Environment

from voicegraph.errors import NodeError
from voicegraph.nodes.templates.template import check, is_template, render

SCOPE: dict[str, Any] = {
    "input": "raw {{ config.key }} {input}",
    "data": [{"name": "Ada", "n": 3}, {"name": "Bob", "n": 1}],
    "item": "one",
    "nodes": {"step-0": {"text": "first", "data": {"a": [1, 2]}}},
    "config": {"recipientEmail": "me@example.org"},
    "trigger": {"body": {"id": 7}},
    "run": {"id": "run_1"},
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("plain text", "plain text"),
        ("", ""),
        ("{{ item }}", "one"),
        ('{{ nodes["step-0"].text }}', "first"),
        ("{{ nodes.step-0.text }}", "first"),
        ("{{ nodes['step-0'].data.a[1] }}", "2"),
        ("to {{ config.recipientEmail }}", "to me@example.org"),
        ("{{ trigger.body.id }}/{{ run.id }}", "7/run_1"),
        ("{% for row in data %}{{ row.name }};{% endfor %}", "Ada;Bob;"),
        ("{{ data | map: 'name' | join: ', ' }}", "Ada, Bob"),
        ("{{ data | sort: 'n' | first | json }}", '{"name": "Bob", "n": 1}'),
        ("{% if data.size > 1 %}many{% else %}few{% endif %}", "many"),
        ("{% liquid\n assign a = 1\n echo a\n%}", "1"),
        ("{% comment %}{input}{% endcomment %}x", "x"),
        ("{%- raw -%} {{ input }}{input} {%- endraw -%}", " {{ input }}{input} "),
    ],
)
def test_what_templates_can_say(template: str, text: str) -> None:
    assert render(template, SCOPE) == text
    assert check(template) is None


@pytest.mark.parametrize(
    "template", ["{{ missing }}", "{{ missing.deep.er }}", "{{ data[99].name }}", "{{ nodes['x'].text }}"]
)
def test_undefined_names_are_empty(template: str) -> None:
    assert render(f"<{template}>", SCOPE) == "<>"


def test_data_is_written_as_json() -> None:
    assert render("{{ data }}", SCOPE) == '[{"name": "Ada", "n": 3}, {"name": "Bob", "n": 1}]'
    assert render("{% echo nodes['step-0'].data %}", SCOPE) == '{"a": [1, 2]}'
    assert render("{{ input | json }}", {"input": 'a "b" ü'}) == '"a \\"b\\" ü"'
    assert render("{{ a }}{{ b }}{{ c }}", {"a": True, "b": None, "c": 1.5}) == "true1.5"


MIXED: dict[str, Any] = {
    "data": {"none": None, "yes": True, "list": [1, None, "x", False], "object": {"a": 1}, "half": 1.5},
    "rows": [{"n": None}, {"n": True}, {}],
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ('{{ "Dear " | append: data.none }}', "Dear "),
        ('{{ "x" | prepend: data.none }}', "x"),
        ('{{ "a-b" | replace: "-", data.none }}', "ab"),
        ('{{ "a-b" | replace_first: "-", data.none }}{{ "a-b" | replace_last: "-", data.none }}', "abab"),
        ('{{ data.list | join: "; " }}', "1; ; x; false"),
        ("{{ data.list | join: data.none }}", "1xfalse"),
        ('{{ rows | map: "n" | join: "," }}', ",true,"),
        ('{{ rows | map: "n" | json }}', "[null, true, null]"),
        ('{{ rows | map: "n" | compact | size }}{{ rows | compact: "n" | size }}', "11"),
        ("{{ data.none | slice: 0, 2 }}", ""),
        ('{{ data.none | date: "%Y" }}{{ data.yes | date: "%Y" }}{{ data.half | date: "%Y" }}', "true1.5"),
        ('{{ "99999999999999999999" | date: "%Y" }}', "99999999999999999999"),
        ('{{ "long text" | truncate: 4, data.none }}{{ "a b" | truncatewords: 1, data.yes }}', "longatrue"),
        ('{{ data.yes | append: data.object }}{{ "x" | append: data.list }}', 'true{"a": 1}x[1, null, "x", false]'),
        ("{{ data.object | upcase }}", '{"A": 1}'),
        ("{{ data.object | first }}{% for pair in data.object %}{{ pair }}{% endfor %}", '["a", 1]["a", 1]'),
        ('{{ "1,b,2.5" | split: "," | sum }}', "3.5"),
    ],
)
def test_filters_write_what_liquid_writes(template: str, text: str) -> None:
    assert render(template, MIXED) == text


@pytest.mark.parametrize("name", sorted(Environment().filters))
def test_nothing_of_python_shows(name: str) -> None:
    scope = {"no": None, "yes": True, "list": [1, None, "x", False, {"a": None}], "object": {"a": True}, "half": 1.5}
    for value in ("no", "yes", "list", "object", "half", "'a-b'"):
        for argument in ("", ": no", ": yes", ": object", ": 2, no", ": no, no", ": '-', no"):
            try:
                text = render(f"{{{{ {value} | {name}{argument} }}}}", scope)
            except NodeError as error:
                text = error.message
            shown = text.replace("True", "", name == "capitalize" and value == "yes")
            assert not re.search(r"None|True|False|Error|\bint\b|\bstr\b|\bdict\b|\{'|\['|<class", shown)


# -- the older placeholder


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Summary: {input}", "Summary: X"),
        ("{input}{input}", "XX"),
        ("{input} and {{ input }}", "X and X"),
        ("{{ input }}{input}{% if input %}{input}{% endif %}", "XXX"),
        ("{ input } {Input} {inputs}", "{ input } {Input} {inputs}"),
        ('{"a": {"b": "{input}"}}', '{"a": {"b": "X"}}'),
    ],
)
def test_input_in_single_braces(template: str, text: str) -> None:
    assert render(template, {"input": "X"}) == text


def test_what_comes_in_is_never_a_template_itself() -> None:
    for template in ("{input}", "{{ input }}", "{input}{% if input %}{% endif %}"):
        assert render(template, SCOPE) == SCOPE["input"]


# -- nothing is interpreted but Liquid, and it sees data only


@pytest.mark.parametrize(
    "text",
    [
        "{x.__class__}",
        "{0.__class__.__mro__}",
        "{input.__class__}",
        "{input!r:>10}",
        "${input}".replace("input", "HOME"),
        "%(input)s",
        "{# jinja comment #}",
        "<% erb %>",
    ],
)
def test_other_template_languages_stay_literal(text: str) -> None:
    assert render(text, SCOPE) == text


@pytest.mark.parametrize(
    "path",
    [
        "input.__class__",
        "input['__class__']",
        "data.__len__",
        "config.items",
        "config.keys",
        "now.__class__",
        "now.tzinfo",
        "data[0].__class__.__mro__",
        "nodes.step-0.__init__.__globals__",
        "forloop.__class__",
        "self",
    ],
)
def test_no_attribute_of_python_can_be_reached(path: str) -> None:
    assert render(f"<{{{{ {path} }}}}>", SCOPE) == "<>"
    assert render(f"<{{{{ {path} | map: '__class__' | join: '' }}}}>", SCOPE) == "<>"


@pytest.mark.parametrize(
    "tag", ["{% include 'x' %}", "{% render 'x' %}", "{% include '/etc/passwd' %}", "{% extends 'x' %}"]
)
def test_no_other_template_can_be_loaded(tag: str) -> None:
    with pytest.raises(NodeError, match="tag"):
        render(tag, SCOPE)


# -- errors say what and where


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("a\nb {{ input", "line 2 at “{{ input”: the tag is never closed with }}"),
        ("{% if x", "never closed with %}"),
        ("{{ }}", "the tag is empty"),
        ("{%  %}", "the tag is empty"),
        ("{% raw %} {{ x }}", "no endraw"),
        ("{% if x %}", "in line 1 at “{% if x %}”: the tag is never closed with {% endif %}."),
        ("{% nosuch %}", "nosuch"),
        ("{{ input | nosuch }}", "there is no filter “nosuch”."),
        ("one\n\n{{ input | append }}", "line 3"),
        ("{{ 1 | divided_by: 0 }}", "divided_by"),
        ("{{ 'a' | append }}", "cannot be filled in line 1 at “ | append }}”: the filter 'append' takes 1 value after"),
        ("{{ '1,2' | split: ',' | concat: 3 }}", "can do nothing with what it is given (a list, with a number)"),
        ("{% if item > 3 %}{% endif %}", "not supported between a number and a text"),
        ("{{ '/////w==' | base64_decode }}", "cannot be filled"),
        ("{{ 'inf' | ceil }}", "cannot be filled"),
        ("{% for %}", "line 1"),
        ("{{ a b }}", "line 1"),
        ("{{ 'x }}", "line 1"),
        ("{% break %}", "line 1"),
    ],
)
def test_a_wrong_template_is_located(template: str, says: str) -> None:
    with pytest.raises(NodeError) as caught:
        render(template, SCOPE)
    assert (caught.value.code, caught.value.retryable) == ("bad_template", False)
    assert says in caught.value.message


@pytest.mark.parametrize("template", ["{{ x", "{{ x | nosuch }}", "{% endif %}", "{% if %}"])
def test_syntax_is_checked_before_a_run(template: str) -> None:
    assert "template" in (check(template) or "")
    assert check("no template") is None


# -- filters of our own


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a <b>b</b></p>", "a b"),
        ("a<script>evil()</script>b", "ab"),
        ("a<STYLE>p{}</style >b<!-- <p>no</p> -->c", "abc"),
        ("1 < 2 and 3 > 2", "1  2"),
        ("<script>a</style></script>b --> c", "b  c"),
        ("no tags", "no tags"),
        ("<" * 50_000, "<" * 50_000),
    ],
)
def test_strip_html(html: str, text: str) -> None:
    assert render("{{ input | strip_html }}", {"input": html}) == text


def test_uniq_keeps_the_first_of_each() -> None:
    scope = {"data": [{"a": 1, "b": 1}, {"a": 1, "b": 2}, {"b": 3}, {"b": 4}, {"a": 1, "b": 1}]}
    assert render("{{ data | uniq | size }} {{ data | uniq: 'a' | map: 'b' | join: ',' }}", scope) == "4 1,3"
    assert render("{{ data | uniq | join: ',' }}", {"data": [1, "1", 1, "a"]}) == "1,1,a"
    rows = [{"n": index} for index in range(20_000)]
    assert render("{{ data | uniq | size }}", {"data": rows}) == "20000"


# -- properties

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
_WORDS = """
{{ }} {% %} {input} input data | : ' " if endif for in (1..3) . raw endraw case when assign a = size map sort date - [ ]
== nodes times , % { }
"""
_PIECES = st.sampled_from(_WORDS.split())


@given(st.text(), _JSON)
def test_a_text_without_markup_stays_as_it_is(text: str, value: object) -> None:
    if not is_template(text):
        assert render(text, {"input": value}) == text


def outcome(template: str, scope: dict[str, Any]) -> str:
    """The text, or the code of the NodeError; nothing else may come out."""
    try:
        return render(template, scope)
    except NodeError as error:
        return error.code


@given(st.lists(_PIECES | st.text(max_size=3), max_size=25).map(" ".join), _JSON)
def test_any_text_is_rendered_or_refused(text: str, value: object) -> None:
    assert isinstance(outcome(text, {"input": "in", "data": value, "nodes": {"a": value}}), str)


@given(st.sampled_from(sorted(Environment().filters)), _JSON, _JSON)
def test_any_filter_takes_any_value(name: str, value: object, argument: object) -> None:
    for call in (name, f"{name}: b", f"{name}: b, b"):
        assert isinstance(outcome(f"{{{{ a | {call} }}}}", {"a": value, "b": argument}), str)


@given(st.text())
def test_what_comes_in_comes_out(text: str) -> None:
    assert render("{{ input }}", {"input": text}) == text
    assert render("{input}", {"input": text}) == text
