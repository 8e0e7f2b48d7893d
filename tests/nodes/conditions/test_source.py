"""Texts in conditions are counted in characters."""

from __future__ import annotations

from typing import Any

import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.conditions.expression import check, evaluate

SIZES: dict[str, Any] = {
    "input": "Größe 日本",
    "data": {"s": "ä", "n": 3, "list": ["ä", "b", "👍"], "o": {"ä": 1, "größe": 2}, "none": None},
    "config": {},
}


@pytest.mark.parametrize(
    "condition",
    [
        'size("ä") == 1',
        '"日本".size() == 2 && size("👍") == 1 && size("") == 0',
        "size(input) == 8 && size (input) > 7 && input.size() == 8",
        "data.s.size() == 1 && data.s . size() == 1",
        "data.list.all(x, size(x) == 1) && data.list.map(x, x.size()) == [1, 1, 1]",
        "size(data.list) == 3 && data.list.size() == 3 && size(data.o) == 2 && {1: 2}.size() == 1",
        "size(data.list.filter(x, size(x) == 1)) == 3",
        'size(b"ä") == 2 && bytes("ä").size() == 2',
        'size(data.s + "ü") == 2 && size(data.s.trim()) == 1 && size(string(data.n)) == 1',
        "size(input) / 2 == 4 && data.n + size(data.s) * 1.5 == 4.5",
        '"size(ä)" == "size(" + "ä)" && size("size(ä)") == 7',
        'data.o["größe"] == size("äö") && !has(data.size)',
        'data.s.matches("^.$") && data.s.startsWith("ä") && data.s.upperAscii() == "Ä"',
        "size('''ä\nö''') == 3 && size(r'\\d') == 2 && size('\\u00e4') == 1",
    ],
)
def test_texts_are_counted_in_characters(condition: str) -> None:
    assert check(condition) is None
    assert evaluate(condition, SIZES)


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("size(data.n) > 1", "“size” cannot be asked of its value: data.n is a number."),
        ("data.none.size() > 1", "data.none is null; data.none != null asks first."),
        ("size(5) > 1", "“size” cannot be asked of its value."),
        ("size() > 1", "“size” cannot be asked of its value."),
        ("size(true) > 1 || size(duration('3s')) == 1", "“size” cannot be asked of its value."),
        ("size(data.zz) > 1", "the data has no 'zz'"),
        ("size(input) > 'a'", "(a number > a text)"),
        ("size(input) >", "at character 14: something is missing at the end."),
    ],
)
def test_what_has_no_size_is_said(condition: str, says: str) -> None:
    with pytest.raises(NodeError) as caught:
        evaluate(condition, SIZES)
    assert says in caught.value.message
    assert "vg_" not in caught.value.message
