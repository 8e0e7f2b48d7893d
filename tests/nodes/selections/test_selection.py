from __future__ import annotations

import json
import time
from typing import Any

import jmespath
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from voicegraph.errors import NodeError
from voicegraph.nodes.data.jsonable import unkept
from voicegraph.nodes.selections.selection import check_selection, literals_of, pick, select

DATA = [{"name": "Ada", "n": 3, "tags": ["a", "b"]}, {"name": "Bob", "n": 1, "tags": ["c"]}]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("[].name", ["Ada", "Bob"]),
        ("[?n > `1`].{who: name, many: n}", [{"who": "Ada", "many": 3}]),
        ("[].tags[]", ["a", "b", "c"]),
        ("sort_by(@, &n)[0].name", "Bob"),
        ("join(', ', [].name)", "Ada, Bob"),
        ("[5].name", None),
        ("length(@)", 2),
        ("[:1].name", ["Ada"]),
        ("[1:].tags", [["c"]]),
        ("[::-1].name", ["Bob", "Ada"]),
        ("[0].tags[0:1]", ["a"]),
    ],
)
def test_selections(expression: str, found: object) -> None:
    assert select(expression, DATA) == found
    assert check_selection(expression) is None


PIECES = ("name", "n", "tags", '"two words"', "@", "*", "[*]", "[]", "[0]", "[-1]", "[:1]", "[1:]", "[::2]", "[0:9:3]")
WHOLES = (
    "[?n > `1`]",
    "[?name == 'Ada']",
    "[name, n]",
    "{a: name, b: tags[:1]}",
    "keys(@)",
    "!@",
    "&n",
    "`[1, 2]`",
    "'x'",
)
EXPRESSIONS = st.lists(st.sampled_from(PIECES + WHOLES), min_size=1, max_size=4).flatmap(
    lambda parts: st.sampled_from([".", " | ", " || ", " && ", ""]).map(lambda between: between.join(parts))
)


@given(EXPRESSIONS)
def test_what_the_language_has_is_picked_as_its_library_does(expression: str) -> None:
    assume(check_selection(expression) is None)
    literals_of(expression)
    try:
        found = jmespath.search(expression, DATA)
    except ValueError:
        with pytest.raises(NodeError):
            select(expression, DATA)
        return
    assert select(expression, DATA) == found


async def test_a_slice_of_a_long_list_is_picked() -> None:
    rows = [{"n": n} for n in range(60_000)]
    assert await pick("[:10000]", rows) == rows[:10_000]


@pytest.mark.parametrize("expression", ["", "[", "a b", "foo..bar", "[" * 5_000, "&n", "[&n]", "not_null(&n)"])
def test_syntax_is_checked_before_a_run(expression: str) -> None:
    assert check_selection(expression)
    with pytest.raises(NodeError):
        select(expression, DATA)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("length(n)", "does not fit the data"),
        ("nosuch(@)", "Unknown function"),
        ("sort_by(@, &tags)", "does not fit the data"),
        ("join(name, [].name)", "separator written out"),
        ("join()", "separator written out"),
    ],
)
def test_what_does_not_fit_is_said(expression: str, says: str) -> None:
    with pytest.raises(NodeError, match=says.replace("(", r"\(")) as caught:
        select(expression, DATA)
    assert (caught.value.code, caught.value.retryable) == ("bad_expression", False)


@pytest.mark.parametrize(
    "expression",
    [
        " | ".join(["[@,@][]"] * 100),
        " | ".join(["[@,@]"] * 100),
        " | ".join(["{a: @, b: @}"] * 100),
        "join('" + "x" * 1_500 + "', [].a)",
    ],
)
def test_what_multiplies_the_data_is_refused(expression: str) -> None:
    before = time.thread_time()
    with pytest.raises(NodeError, match="too much of this data"):
        select(expression, [{"a": "x"}] * 5_000)
    assert time.thread_time() - before < 1


def test_a_selection_too_large_to_keep_is_refused() -> None:
    with pytest.raises(NodeError, match="too much of this data"):
        select("[@, @, @] | [@, @, @]", list(range(100_000)))
    with pytest.raises(NodeError, match="too much of this data"):
        select("@", list(range(600_000)))


TEXTS = [f"name {n * 7919 % 480_000}" for n in range(480_000)]


async def test_many_texts_are_sorted_as_few_are() -> None:
    assert await pick("sort(@)", TEXTS) == sorted(TEXTS)


@pytest.mark.parametrize(("expression", "message"), [("sum(@)", "invalid type"), ("join(@, @)", "separator")])
async def test_what_does_not_fit_much_data_is_said_as_of_little(expression: str, message: str) -> None:
    with pytest.raises(NodeError, match=message) as caught:
        await pick(expression, [*TEXTS[:30_000]])
    assert caught.value.code == "bad_expression"


@pytest.mark.parametrize(
    ("expression", "data", "says"),
    [
        ("sum(a)", {"a": None}, "sum() is given an invalid type: it takes a list of numbers, not null."),
        ("join(', ', a)", {"a": [1]}, "join() is given an invalid type: it takes a list of texts, not a number."),
        ("length()", {}, "length() takes 1 value, not 0."),
        ("nope(a)", {}, "Unknown function: nope()."),
        ("a b", {}, "at character 3: “b” does not belong there."),
        ("a == 'x", {}, "at character 6: a quote is never closed."),
        ("a[", {}, "it ends too early."),
        (
            "sort_by(a, &b)",
            {"a": [{"b": 1}, {"b": "x"}]},
            "sort_by() is given an invalid type: it takes a number, not a text.",
        ),
    ],
)
def test_what_is_wrong_is_said_without_the_librarys_words(expression: str, data: Any, says: str) -> None:
    with pytest.raises(NodeError) as caught:
        select(expression, data)
    assert caught.value.message.endswith(says)


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("&x", "an expression behind & is for map, max_by, min_by, sort_by only"),
        ("[&x]", "an expression behind & is for"),
        ("x[::0]", "the step of a slice is 0"),
    ],
)
def test_what_is_wrong_with_a_selection_is_named(expression: str, says: str) -> None:
    with pytest.raises(NodeError) as caught:
        select(expression, {"x": [1]})
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": NaN}', "a number in it is NaN (not a number); there it holds null."),
        ("[1e999]", "a number in it is too large (Infinity); there it holds null."),
        ("[1e999, NaN]", "is NaN (not a number) and a number in it is too large (Infinity); there it holds null."),
        ('["\\ud800"]', "stands alone); there it holds ?."),
        ('["\\ud800", NaN]', "stands alone); there it holds null, or ? for half a character."),
        ('["NaN"]', ""),
    ],
)
def test_the_note_speaks_of_what_is_there(text: str, told: str) -> None:
    assert (unkept(text, json.loads(text), "it") or "").endswith(told)
