from __future__ import annotations

import datetime as dt
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.errors import GraphError
from voicegraph.graph.json_decoder import MAX_FLAWS, decode, flaws
from voicegraph.graph.model import MAX_BYTES, MAX_DEPTH

NESTED = "[" * 100_000


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def test_text_and_bytes_are_read_with_or_without_a_byte_order_mark() -> None:
    for raw in ('["ä"]', '\ufeff["ä"]', '["ä"]'.encode(), '["ä"]'.encode("utf-8-sig"), bytearray('["ä"]'.encode())):
        assert decode(raw) == ["ä"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ('{"nodes": [\n  {"id": }\n]}', "broken at line 2, column 10: expecting value"),
        ("", "line 1, column 1"),
        (b'"\xff"', "not UTF-8: byte 2"),
        ('{"n": ' + "1" * 5_000 + "}", "thousands of digits"),
        (NESTED, "64 deep"),
        ('{"a":' * 100_000, "64 deep"),
        (" " * (MAX_BYTES + 1), "1 MiB"),
        (b" " * (MAX_BYTES + 1), "1 MiB"),
        ('"' + "ä" * (MAX_BYTES // 2) + '"', "1 MiB"),
    ],
)
def test_broken_text_is_located(raw: str | bytes, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        decode(raw)


def test_plain_json_has_no_flaws() -> None:
    assert flaws({"a": [1, -1.5, True, None, "ä😀", {}, []], "": {"b c": 10**300}}) == []


@pytest.mark.parametrize(
    ("value", "where", "message"),
    [
        ({"a": [0, {"b": float("nan")}]}, "a[1].b", "NaN"),
        ({"a": float("-inf")}, "a", "Infinity"),
        ([-(10**400)], "[0]", "too large"),
        ({"a": "x\0"}, "a", "NUL"),
        ({"a b": "\ud800"}, '["a b"]', "surrogate"),
        ({"a": {"\udfff": 1}}, "a", "A name here is wrong: The text holds half of a surrogate"),
        ({"a": {True: 1}}, "a", "here it is true"),
        ({"a": dt.date(2026, 1, 1)}, "a", "cannot hold a date"),
        ({"a": set[int]()}, "a", "cannot hold a set"),
        ({"a": (1, 2)}, "a", "cannot hold a tuple"),
    ],
)
def test_what_json_cannot_hold_is_located(value: object, where: str, message: str) -> None:
    (problem,) = flaws(value)
    assert problem.where == where
    assert message in problem.message


def test_all_flaws_are_reported_up_to_a_number() -> None:
    assert [problem.where for problem in flaws({"a": float("nan"), "b": {1: 2}})] == ["a", "b"]
    assert len(flaws([float("nan")] * 1_000)) == MAX_FLAWS


def test_depth_has_a_limit_even_for_a_list_that_holds_itself() -> None:
    assert flaws(nested(MAX_DEPTH)) == []
    endless: list[Any] = []
    endless.append(endless)
    for value in (nested(MAX_DEPTH + 1), endless):
        (problem,) = flaws(value)
        assert problem.code == "too_deep"


@pytest.mark.parametrize("value", [["x" * MAX_BYTES], ["ä" * (MAX_BYTES // 2)], {"x" * MAX_BYTES: 1}, [1] * MAX_BYTES])
def test_size_has_a_limit_after_decoding_too(value: object) -> None:
    assert [problem.code for problem in flaws(value)] == ["too_large"]


def test_shared_values_do_not_multiply_the_work() -> None:
    laughs: list[Any] = ["ha"]
    for _ in range(50):
        laughs = [laughs, laughs]
    start = time.process_time()
    assert [problem.code for problem in flaws(laughs)] == ["too_large"]
    assert time.process_time() - start < 10  # 2**50 steps would take for ever


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text() | st.floats(), st.lists, max_leaves=20))
def test_what_has_no_flaws_is_kept_by_every_reader(value: object) -> None:
    if not flaws(value):
        assert json.loads(json.dumps(value, allow_nan=False, ensure_ascii=False).encode()) == value
