"""What is said of a condition that cannot be judged."""

from __future__ import annotations

import re

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.conditions.expression import check, evaluate

MET = {
    "data": {
        "i": 5,
        "s": "abc",
        "d": "2026-01-01T00:00:00Z",
        "n": None,
        "open": "[",
        "l": [1, 2],
        "rows": [{"s": "x"}],
    },
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
        ('data.d.matches("[")', 'is given what is no regular expression: "[" is none.'),
        ("data.s.matches(data.open)", "is given what is no regular expression: data.open holds none."),
        ("input.contains(5)", "“contains” looks for a text, not for a number; string(…) makes a text."),
        ("input.startsWith(data.i)", "“startsWith” looks for a text, not for a number; string(…) makes a text."),
        ("input.contains(data.n)", "not for null: data.n is null; data.n != null asks first."),
        ("data.n.contains('a')", "data.n is null; data.n != null asks first."),
        ("data.i.contains('a')", "“contains” cannot be asked of its value: data.i is a number."),
        ("data.l.contains(1)", "“contains” looks into a text; 1 in data.l asks a list."),
        ("input.endsWith()", "“endsWith” is asked of a text, and takes one in its brackets."),
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


SYNTAX = [
    ('data?.s == "x"', "at character 5: “?.” is not known here; has(data.name) asks whether there is a field."),
    ("data.l?.size() > 0", "at character 7: “?.” is not known here;"),
    ('data[?"s"] == 1', "at character 5: “[?” is not known here;"),
    ("data.?s == 1", "at character 5: “.?” is not known here;"),
    ('data.s ?? "x"', "at character 8: “??” is not known here; has(data.name) ? data.name :"),
    ("data.n > 5 ? true", "at character 12: a “:” is missing behind the “?”"),
    ("data.s == '?' ? true", "at character 15: a “:” is missing behind the “?”"),
    ('data["s] == 1', 'at character 6: the text that begins with "s] == 1 is never closed.'),
    ("size(data.l[) > 3", "at character 13: “)” does not belong there."),
    ("data.`a` == 1", "at character 5: this cannot be read."),
    ("data.l.all(1, true)", "the name of an item is missing, as the x in data.all(x, x > 1)."),
    ("not data.t", "at character 1: “not” does not belong there; write !, as in !data.done."),
    ("data.i > 1 && not data.t", "at character 15: “not” does not belong there; write !, as in !data.done."),
    ("not(data.i > 1)", "“not” is not known here; write !, as in !data.done."),
    ("data.s is null", "“is” does not belong there; write ==."),
    ("data.s == “open”", 'at character 11: the quotation mark “ does not belong there; write ".'),
    ("data.i ≥ 5", "“≥” does not belong there; write >=."),
    ("data.ä == 1", 'a name with such letters stands in brackets, as in data["größe"].'),
    ('"\\q" == "a"', "a backslash in it is written as two."),
    ("b'\\u1234' == data.s", "a backslash in it is written as two."),
    ('data.s ==\n "x" && &&', "at character 9 of line 2: “&&” does not belong there."),
    ('data.s == "a\nb"', 'the text that begins with "a is never closed.'),
    ("data.i == 99999999999999999999u", "this number cannot be read"),
]


@pytest.mark.parametrize(("condition", "says"), SYNTAX)
def test_what_is_wrong_with_the_text_is_said_at_its_place(condition: str, says: str) -> None:
    assert says in (check(condition) or "") or says in _told(condition)


def _told(condition: str) -> str:
    try:
        evaluate(condition, MET)
    except NodeError as error:
        return error.message
    return ""


WHOLE = [
    'data.s == "open" && size(data.l) > 3',
    "data.l.all(x, x.n > 1.5 || x.s in [\"a\", 'b'])",
    "has(data.s) ? data.n > 5 : !data.t",
    'data["rows"][0].s.matches("^a{2}[bc]$")',
    '{"a": 1, "b": [2, 3u]}.a == -0x1F',
    'timestamp(data.d) - duration("3h") < timestamp("2024-01-01T00:00:00Z")',
    "data.l.map(x, x.y > 1, x.z * 2e3) == [b'abc']",
    "r'\\d' + '''x\ny''' == data.l.filter(i, i > 0)[0]",
]
PUT = [*"()[]{}.,?:'\"`=!&|<>+-*/%@#$;\\~^ a1_é“\n\0", "??", "?.", "not ", "and "]
OTHERS = re.compile(
    r"Context|token|mismatch|extraneous|viable|expecting|EOF|NUM_|IDENTIFIER|Incomplete|unsupported|reserved|macro|ident|"
    r"literal|overload|No such|Python|descriptor|invalid|Undefined|argument|`_|vg_|None|[!?.:,;]\.\Z|\.\."
)


@pytest.mark.parametrize("whole", WHOLE)
def test_no_broken_condition_is_told_in_the_librarys_words(whole: str) -> None:
    """One character left out, or one put in, at every place: what the condition itself says is left out of the look."""
    spots = range(len(whole) + 1)
    broken = {whole[:at] + whole[at + 1 :] for at in spots} | {whole[:at] for at in spots}
    broken |= {whole[:at] + put + whole[at:] for at in spots for put in PUT}
    for condition in sorted(broken):
        told = _told(condition)
        ours = re.sub(
            r"“.*?”(?!”)|begins with .* is never closed|text that is one: .*|has no '.*?';|data has .*",
            "",
            told,
            flags=re.DOTALL,
        )
        assert not OTHERS.search(ours), (condition, told)
        assert not told or told.startswith("The condition cannot be judged: "), (condition, told)
        assert not told or told.endswith("."), (condition, told)
