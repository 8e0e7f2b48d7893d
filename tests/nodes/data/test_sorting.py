"""Sorting in runs: what `sorted` gives, whatever the values and however they are cut."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.nodes.data.sorting import sorted_in_runs

VALUES = st.lists(st.integers(-3, 3) | st.booleans() | st.floats(-2, 2)) | st.lists(st.text("aAbß", max_size=3))


@given(VALUES, st.integers(1, 5))
def test_runs_are_joined_to_what_one_sort_gives(values: list[Any], run: int) -> None:
    ours, theirs = sorted_in_runs(values, run=run), sorted(values)
    assert [*map(repr, ours)] == [*map(repr, theirs)]  # equal ones, such as 1 and True, in the same order


@given(st.lists(st.tuples(st.integers(0, 2), st.text(max_size=2))), st.integers(1, 5))
def test_equal_keys_keep_their_order(values: list[tuple[int, str]], run: int) -> None:
    assert sorted_in_runs(values, lambda pair: pair[0], run) == sorted(values, key=lambda pair: pair[0])


@given(st.lists(st.none() | st.integers(0, 1) | st.just("a") | st.just({"a": 1}), max_size=12), st.integers(2, 5))
def test_what_cannot_be_compared_is_refused_as_by_sorted(values: list[Any], run: int) -> None:
    try:
        theirs = sorted(values)
    except TypeError:
        with pytest.raises(TypeError):
            sorted_in_runs(values, run=run)
    else:
        assert sorted_in_runs(values, run=run) == theirs
