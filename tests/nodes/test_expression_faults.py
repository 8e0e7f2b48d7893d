"""What is said of a condition that cannot be judged."""

from __future__ import annotations

import re

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.expression import evaluate

MET = {
    "data": {"i": 5, "s": "abc", "d": "2026-01-01T00:00:00Z", "n": None, "l": [1, 2], "rows": [{"s": "x"}]},
    "input": "x",
}


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ('timestamp("junk") > timestamp(data.d)', 'of a text that is one: "junk" is not.'),
        ("timestamp(data.s) > timestamp(data.d)", "of a text that is one: data.s is a text."),
        ("double('x') > 1.0 && data.i > 1", "of a text that is one: 'x' is not."),
        ("data.i > null", "its values (a number > null); == null and != null ask whether something is null."),
        ("1 in null", "(a number in null)"),
        ("data.s > 3 && data.i > 3", "(a text > a number): data.s is a text; double(…)"),
        ("data.n != null && data.n > 3 || data.s > 1", "(a text > a number): data.s is a text;"),
        ("data.i > 3 ? data.s > 1 : data.n > 1", "(a text > a number): data.s is a text;"),
        ("(data.i + 1 > 2) == (data.s * 2 > 1)", "(a text * a number): data.s is a text;"),
        ("timestamp(data.d) > data.d", "(a time > a text): data.d is a text; timestamp(…) makes a time of a text"),
        ("1 < 2 < 3", "(true or false < a number)."),
        ("data.i ? true : false", "what stands before the “?” is a number, not true or false"),
        ("data.s.length > 3", "data.s is a text, and has no field “length”; size(data.s) is its length."),
        ("data.l.size > 3", "data.l is a list, and has no field “size”; size(data.l) is its length."),
        ("data.rows.all(r, r.s.length > 3)", "size(data.rows[0].s) is its length."),
        ("data.s.name == 'x'", "data.s is a text, and has no field “name”."),
        ("data.l['a'] == 1", "data.l is a list, and has no field “a”."),
        ("data.l[1.5] == 1", "an item of a list is asked by a whole number, as in [0], not by a number"),
        ("data.s[0] == 'a'", "a text has no items"),
        ("data.n.x == 1", "data.n is null; data.n != null asks first."),
        ("data.i.exists(x, x > 1)", "“exists” goes through a list, not through a number"),
        ("data.l.all(x, x)", "the condition within “all” does not fit the items"),
        ("9223372036854775807 + data.i > 0", "a whole number leaves the range that conditions have (overflow)"),
        ("int(1e300) > 1", "a whole number leaves the range"),
        ("data.i % 0 == 1", "it comes to a division by zero; != 0 can ask first."),
        ("data.l[5] == 1", "there is no item 5 in the list"),
        ("lowerAscii(data.i) == 'a'", "“lowerAscii” is asked of one text, not of a number"),
        ("data.s.trim(1) == 'a'", "“trim” is asked of one text, not of a text and a number"),
        ("trim(data.n) == ''", "data.n is null"),
        ("has(data)", "has(…) asks for a field, as in has(data.name)."),
        ("if data.i", "“if” is no name that can stand there."),
    ],
)
def test_the_part_that_fails_is_the_one_that_is_named(condition: str, says: str) -> None:
    with pytest.raises(NodeError) as caught:
        evaluate(condition, MET)
    message = caught.value.message
    assert says in message
    assert message.endswith(".")
    assert not re.search(r"vg_|null null|NoneType|'str'|'int'|Arithmetic|descriptor|macro|bounds|\.\.", message)


@pytest.mark.parametrize("condition", ["data.i-9223372036854775808 < 0", "(data.i) - 9223372036854775808 < 0"])
def test_a_minus_between_numbers_is_no_sign(condition: str) -> None:
    assert evaluate(condition, MET)
    assert evaluate("data.i in [-9223372036854775808, 5] && -9223372036854775808 < data.i", MET)
