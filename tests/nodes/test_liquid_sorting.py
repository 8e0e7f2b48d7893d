"""The filters that sort: as Liquid's own, in runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid.builtin.filters import array

from voicegraph.nodes import runs_sorted
from voicegraph.nodes.liquid_filters import replacements

PLAIN = st.none() | st.booleans() | st.integers(-2, 2) | st.text("aAbB", max_size=2)
ITEMS = PLAIN | st.dictionaries(st.sampled_from(["k", "other"]), PLAIN, max_size=2)
LISTS = st.lists(ITEMS, max_size=9) | st.lists(st.text("aAbB", max_size=2), max_size=9) | st.lists(st.integers(-9, 9))
VALUES = (
    LISTS | ITEMS | st.lists(st.fixed_dictionaries({"n": st.integers()}, optional={"k": st.text("aA", max_size=2)}))
)
NAMES = {"sort": array.sort, "sort_natural": array.sort_natural}


def outcome(function: Callable[..., Any], value: Any, key: object) -> str:
    try:
        return repr(function(value, key))
    except Exception as error:  # noqa: BLE001 - whatever Liquid's own raises
        return type(error).__name__


@pytest.mark.parametrize("name", NAMES)
@given(VALUES, st.sampled_from([None, "", "k", 0]))
def test_a_list_is_sorted_as_by_liquid(name: str, value: Any, key: object) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs_sorted, "RUN", 2)
        assert outcome(replacements()[name], value, key) == outcome(NAMES[name], value, key)
