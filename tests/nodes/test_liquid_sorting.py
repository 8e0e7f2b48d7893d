"""The filters that sort: as Liquid's own, in runs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid.builtin.filters import array

from voicegraph.nodes.data import sorting
from voicegraph.nodes.templates.liquid_filters import replacements

VALUES = (
    st.lists(st.text("aAbB", max_size=2), max_size=9)
    | st.lists(st.integers(-9, 9))
    | st.lists(st.fixed_dictionaries({"k": st.text("aA", max_size=2)}, optional={"n": st.integers()}), max_size=9)
)
ABSENT: st.SearchStrategy[Any] = st.sampled_from([None, {}])
NAMES = {"sort": array.sort, "sort_natural": array.sort_natural}


@pytest.mark.parametrize("name", NAMES)
@given(VALUES, st.lists(ABSENT, max_size=2), st.integers(0, 9))
def test_a_list_is_sorted_as_by_liquid_and_what_is_null_is_last(
    name: str, value: list[Any], absent: list[Any], where: int
) -> None:
    key = "k" if any(isinstance(one, dict) for one in value) else None
    absent = absent if key else [None for _ in absent]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorting, "RUN", 2)
        found = replacements()[name](value[:where] + absent + value[where:], key)
    assert found == [*NAMES[name](value, key), *absent]
