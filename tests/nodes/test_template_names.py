"""What a template is said to read is at least what it reads: only then can be told before a run where its text is from."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.errors import NodeError
from voicegraph.nodes.templates.template import names_in, render

NAME = st.sampled_from(["input", "data", "nodes", "n"])
LITERAL = st.sampled_from(["'input'", "'data'", "'nodes'", "'x'", "true", "false", "(1..0)", "(1..2)"])
VALUE = st.one_of(
    NAME,
    LITERAL,
    NAME.map(lambda name: f"[{name}]"),
    NAME.map(lambda name: f"['{name}']"),
    st.tuples(NAME, NAME).map(lambda pair: f"{pair[0]}[{pair[1]}]"),
    st.tuples(NAME, NAME).map(lambda pair: f"{pair[0]} | default: {pair[1]}"),
    st.sampled_from(["nodes.page.text", "nodes.first[1].text", "nodes['page']['text']", "data.author"]),
)
SIMPLE = VALUE.filter(lambda value: "|" not in value)


def made(form: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Texts like `form`, with a part for each “…” in it."""
    pieces = form.split("…")
    return st.tuples(*parts).map(lambda got: "".join(map("".join, zip(pieces, (*got, ""), strict=True))))


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Tags around parts."""
    parts = st.lists(inner, min_size=1, max_size=2).map("".join)
    return st.one_of(
        made("{% capture … %}…{% endcapture %}", NAME, parts),
        made("{% if … %}…{% else %}…{% endif %}", SIMPLE, parts, parts),
        made("{% unless … %}…{% else %}…{% endunless %}", SIMPLE, parts, parts),
        made("{% for … in … %}…{% else %}…{% endfor %}", NAME, SIMPLE, parts, parts),
        made("{% for … in … limit: … %}…{% endfor %}", NAME, SIMPLE, SIMPLE, parts),
        made("{% tablerow … in … cols: … %}…{% endtablerow %}", NAME, SIMPLE, SIMPLE, parts),
        made("{% case … %}{% when … %}…{% else %}…{% endcase %}", SIMPLE, SIMPLE, parts, parts),
        made("{% ifchanged %}…{% endifchanged %}", parts),
    )


TEMPLATE = st.recursive(
    st.one_of(
        made("{{ … }}", VALUE),
        made("{% assign … = … %}", NAME, VALUE),
        made("{% increment … %}", NAME),
        made("{% decrement … %}", NAME),
        made("{% cycle …, … %}", SIMPLE, SIMPLE),
        st.just("{input}"),
    ),
    blocks,
    max_leaves=6,
)


def scope(**changed: Any) -> dict[str, Any]:
    usual = {"input": "of the input", "data": {"author": "of the data"}, "nodes": {"page": {"text": "of a node"}}}
    return usual | changed


def filled(text: str, **changed: Any) -> str:
    try:
        return render(text, scope(**changed))
    except NodeError as error:
        return error.code


@given(st.lists(TEMPLATE, min_size=1, max_size=3).map("".join))
def test_what_a_template_is_not_said_to_read_makes_no_difference_to_it(text: str) -> None:
    said = names_in(text)
    if () in said:
        return
    roots = {path[0] for path in said}
    for name, other in (("input", "other"), ("data", {"author": "other"}), ("nodes", {"page": {"text": "other"}})):
        if name not in roots:
            assert filled(text, **{name: other}) == filled(text)


BINDS = (
    "{% assign input = 'x' %}",
    "{% capture input %}x{% endcapture %}",
    "{% increment input %}",
    "{% for input in (1..2) %}{% endfor %}",
    "{% tablerow input in (1..2) %}{% endtablerow %}",
    "{% assign n = 'input' %}",
)
AROUND = (
    "…",
    "{% if false %}…{% endif %}",
    "{% unless true %}…{% endunless %}",
    "{% for x in (1..0) %}…{% endfor %}",
    "{% for x in (1..2) %}{% else %}…{% endfor %}",
    "{% case 1 %}{% when 2 %}…{% endcase %}",
)
READS = (
    "{{ input }}",
    "{% assign n = 'input' %}{{ [n] }}",
    "{% capture n %}input{% endcapture %}{% assign m = [n] %}{{ m }}",
    "{% for input in (1..0) %}{% else %}{{ input }}{% endfor %}",
    "{% liquid\nassign m = input\necho m\n%}",
)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("bind", BINDS)
def test_what_a_template_binds_itself_is_read_from_outside_until_it_has_bound_it(around: str, bind: str) -> None:
    for read in READS:
        text = around.replace("…", bind) + read
        if filled(text, input="other") != filled(text):
            assert names_in(text) & {(), ("input",)}, text


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("Hello", set[Any]()),
        ("{input}", {("input",)}),
        ("{{ nodes['page'].text }}", {("nodes", "page", "text")}),
        ("{{ nodes[config.which].text }}", {("nodes",), ("config", "which")}),
        ("{% assign n = 'input' %}{{ [n] }}", {(), ("n",)}),
        ("{% assign input = 'x' %}{{ input }}", {("input",)}),
        ("{% for x in data limit: config.b %}{{ x.a }}{% endfor %}", {("data",), ("config", "b"), ("x", "a")}),
        ("{{ 'nodes' }}", set[Any]()),
        ("{% raw %}{{ input }}{% endraw %}", set[Any]()),
        ("{{ input", set[Any]()),
    ],
)
def test_the_names_in_a_template(text: str, paths: set[Any]) -> None:
    assert names_in(text) == paths
