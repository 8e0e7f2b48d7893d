"""The filters of lists, over null, over lists with nulls, and over what is no list."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.errors import NodeError
from voicegraph.nodes.templates.template import render

OF_NULL = {
    "[]": [
        *("uniq", "reverse", "sort", "sort: 'a'", "sort_natural", "map: 'a'", "where: 'a'", "where: 'a', 1", "compact"),
        *("compact: 'a'", "reject: 'a'", "uniq: 'a'", "sort_natural: 'a'", "concat: gone"),
    ],
    "": ["first", "last", "find: 'a'", "find_index: 'a'", "join: ','", "slice: 0, 2"],
    "0": ["size", "sum", "sum: 'a'"],
    "false": ["has: 'a'"],
    "null": ["json", "first | json"],
    "[1, 2]": ["concat: other"],
}


@pytest.mark.parametrize("name", ["null", "gone", "data.gone", "nodes.gone.data.items"])
@pytest.mark.parametrize(("wanted", "filter_"), [(wanted, one) for wanted, all_ in OF_NULL.items() for one in all_])
def test_null_is_the_empty_list_whatever_it_is_called(name: str, wanted: str, filter_: str) -> None:
    assert render(f"{{{{ {name} | {filter_} }}}}", {"null": None, "data": {}, "nodes": {}, "other": [1, 2]}) == wanted


SCOPE: dict[str, Any] = {
    "nulls": [3, None, 1],
    "words": ["b", None, "A"],
    "rows": [{"n": 2}, {"b": 1}, {"n": 1}, {"n": None}],
    "flags": [{"a": 0}, {"a": False}, {"a": True}, {"a": 1}],
    "odd": [None, 5, "x", {"a": 1}],
    "o": {"a": None, "b": True},
}


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("{{ nulls | sort }}", "[1, 3, null]"),
        ("{{ words | sort }}", '["A", "b", null]'),
        ("{{ words | sort_natural }}", '["A", "b", null]'),
        ("{{ rows | sort: 'n' }}", '[{"n": 1}, {"n": 2}, {"b": 1}, {"n": null}]'),
        ("{{ rows | sort_natural: 'n' }}", '[{"n": 1}, {"n": 2}, {"b": 1}, {"n": null}]'),
        ("{{ rows | map: 'n' }}", "[2, null, 1, null]"),
        ("{{ odd | map: 'a' }}", "[null, null, null, 1]"),
        ("{{ odd | where: 'a' }}", '[{"a": 1}]'),
        ("{{ odd | find: 'a' }}", '{"a": 1}'),
        ("{{ odd | find_index: 'a', 1 }}", "3"),
        ("{{ odd | has: 'a' }}", "true"),
        ("{{ odd | reject: 'a' }}", '[null, 5, "x"]'),
        ("{{ odd | uniq: 'a' }}", '[null, {"a": 1}]'),
        ("{{ odd | sum: 'a' }}", "1"),
        ("{{ flags | where: 'a' }}", '[{"a": 0}, {"a": true}, {"a": 1}]'),
        ("{{ flags | where: 'a', true }}", '[{"a": true}]'),
        ("{{ nulls | join: ',' }}", "3,,1"),
        ("{{ nulls | compact }}", "[3, 1]"),
        ("{{ nulls | concat: gone }}", "[3, null, 1]"),
        ("{{ (1..3) | json }}", "[1, 2, 3]"),
        ("{{ 'nan,1' | split: ',' | sum }}", "1"),
        ("{% cycle o, nulls %}", '{"a": null, "b": true}'),
        (
            "{% for i in (1..3) %}{% cycle 'one': o, nulls, gone %};{% endfor %}",
            '{"a": null, "b": true};[3, null, 1];;',
        ),
    ],
)
def test_what_is_null_or_not_there(template: str, wanted: str) -> None:
    assert render(template, SCOPE) == wanted


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ("{{ odd | sort }}", "among them are a number, a text and an object"),
        ("{{ rows | sort }}", "they are objects; name a key to sort them by, as in sort: 'name'"),
        ("{{ nulls | concat: 'x' }}", "the filter 'concat' can do nothing with what it is given (a list, with a text)"),
    ],
)
def test_what_no_liquid_can_do_is_said(template: str, wrong: str) -> None:
    with pytest.raises(NodeError) as caught:
        render(template, SCOPE)
    assert wrong in caught.value.message


FILTERS = [
    *("first", "last", "size", "slice: 0", "slice: 0, 2", "sum", "compact", "sort_natural", "uniq", "reverse", "json"),
    *(
        "map: 'a'",
        "where: 'a'",
        "where: 'a', other",
        "reject: 'a'",
        "reject: 'a', other",
        "find: 'a'",
        "has: 'a', other",
    ),
    *("find_index: 'a', other", "join: other", "sum: 'a'", "compact: 'a'", "sort_natural: 'a'", "uniq: 'a'"),
]
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text("ab ", max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
    max_leaves=8,
)


@pytest.mark.parametrize("filter_", FILTERS)
@given(VALUES, VALUES)
def test_no_filter_of_lists_fails_or_writes_pythons_notation(filter_: str, value: Any, other: Any) -> None:
    written = render(f"{{{{ value | {filter_} }}}}", {"value": value, "other": other})
    assert not re.search(r"None|True|False|Undefined|'", written)


@pytest.mark.parametrize("filter_", ["sort", "sort: 'a'", "concat: other"])
@given(VALUES, VALUES)
def test_those_that_fail_in_shopify_too_say_so_in_words(filter_: str, value: Any, other: Any) -> None:
    try:
        written = render(f"{{{{ value | {filter_} }}}}", {"value": value, "other": other})
    except NodeError as error:
        written = error.message.replace(f"'{filter_.partition(':')[0]}'", "").replace(filter_, "").replace("'name'", "")
        assert written.endswith(".")
    assert not re.search(r"None|True|False|Undefined|'", written)
