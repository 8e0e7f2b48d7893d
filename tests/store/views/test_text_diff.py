"""Texts, line by line."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.store.views.text_diff import CONTEXT, MAX_LINES, DiffLine, difference

texts = st.lists(st.sampled_from("abc"), max_size=30)


def kinds(left: list[str], right: list[str]) -> list[str]:
    return [line.kind for line in difference(left, right).lines]


def test_nothing_and_something() -> None:
    assert kinds([], ["a", "b"]) == ["added", "added"]
    assert kinds(["a"], ["a"]) == []
    assert kinds(["a", "b"], ["c", "b", "d"]) == ["removed", "added", "same", "added"]


def test_what_is_far_from_a_difference_is_left_out() -> None:
    numbers = [str(number) for number in range(30)]
    same = ["same"] * CONTEXT
    assert kinds(numbers, [*numbers, "x"]) == ["gap", *same, "added"]
    assert kinds(numbers, ["x", *numbers]) == ["added", *same]
    assert kinds(["x", *numbers, "x"], numbers) == ["removed", *same, "gap", *same, "removed"]


@given(texts, texts)
def test_both_texts_are_in_it_and_as_much_as_can_be_is_the_same(left: list[str], right: list[str]) -> None:
    # With a sign of its own before each line's neighbours nothing is far from a difference, so nothing is left out.
    spread = [[sign for letter in side for sign in (letter, mark)] for side, mark in ((left, "l"), (right, "r"))]
    lines = difference(*spread).lines
    assert [line.text for line in lines if line.kind in ("same", "removed")] == spread[0]
    assert [line.text for line in lines if line.kind in ("same", "added")] == spread[1]
    same = sum(line.kind == "same" for line in lines)
    assert same >= sum(
        block.size for block in difflib.SequenceMatcher(None, *spread, autojunk=False).get_matching_blocks()
    )


@pytest.mark.parametrize("tail", [0, 5])
def test_what_is_too_long_is_cut_and_says_so(tail: int) -> None:
    end = ["end"] * tail
    found = difference([*map(str, range(MAX_LINES + 1)), *end], end)
    assert found.cut
    assert found.lines == [
        *(DiffLine("removed", str(number)) for number in range(MAX_LINES)),
        DiffLine("gap", ""),
        *[DiffLine("same", "end")] * min(tail, CONTEXT),
    ]
