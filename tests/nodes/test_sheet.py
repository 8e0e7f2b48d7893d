from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.nodes.sheet import to_csv


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (None, ""),
        ([], ""),
        ([{"a": 1, "b": None}, {"c": [1]}], "a,b,c\r\n1,,\r\n,,[1]\r\n"),
        ({"a": True}, "a\r\ntrue\r\n"),
        ([["x", 2], "y"], "x,2\r\ny\r\n"),
        ("a,b", '"a,b"\r\n'),
        ([-5, "-5"], "-5\r\n'-5\r\n"),
    ],
)
def test_data_as_csv(data: Any, text: str) -> None:
    assert to_csv(data) == text


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2, max_size=2)
    )
)
def test_no_cell_is_a_formula_and_none_is_lost(rows: list[list[str]]) -> None:
    read = [*csv.reader(io.StringIO(to_csv([[*row] for row in rows]), newline=""))]
    assert len(read) == len(rows)
    for row, back in zip(rows, read, strict=True):
        for cell, kept in zip(row, back, strict=True):
            assert kept in (cell, f"'{cell}")
            assert not kept.startswith(("=", "+", "-", "@", "\t", "\r"))
