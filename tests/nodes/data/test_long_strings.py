"""Long texts and numbers in JSON: read in a time that grows with their length, and never in one long call."""

from __future__ import annotations

import json
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.errors import NodeError
from voicegraph.nodes.data import large_json, long_strings

LONG = {
    "escapes": '"' + "\\u00e9" * 1_700_000 + '"',
    "pairs": '["' + "\\ud83d\\ude00" * 800_000 + '"]',
    "keys": '{"' + '\\"é' * 1_500_000 + '": {"b": ["' + "x" * 3_000_000 + '"]}}',
    "backslashes": json.dumps(["\\" * 2_000_000, 1.5, None]),
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_text_is_read_in_linear_time(name: str) -> None:
    began = time.process_time()
    found = large_json.decode(LONG[name])
    assert time.process_time() - began < 5, "it took 15 to 30 s where each piece was read from the text's beginning"
    assert found == json.loads(LONG[name])


@pytest.mark.parametrize("number", ["9" * 9_000_000, "0." + "9" * 2_000_000, "9" * 5_000])
def test_a_number_that_nobody_computes_with_is_refused_in_words(number: str) -> None:
    with pytest.raises(NodeError, match="more than 1,000 digits") as caught:
        large_json.decode(f"[1, {number}]")
    assert caught.value.code == "too_large"


def test_a_number_in_what_was_written_once_is_read() -> None:
    number = int("9" * 4_000)
    assert large_json.decode(large_json.compact([number, "x" * 600_000]), ours=True)[0] == number  # pyright: ignore
    assert sys.get_int_max_str_digits() > 4_000


@pytest.mark.parametrize("inside", ["x" * 900_000, "\\x" * 900_000, "\\uZZZZ" * 200_000 + '"', "a\n" * 400_000 + '"'])
def test_a_long_text_that_is_none_is_refused(inside: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the parser's
        large_json.decode(f'["{inside}')


TEXTS = st.text(st.sampled_from('aé😀\\"\nu5d8'), max_size=80)


@given(
    st.recursive(
        TEXTS | st.integers(), lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5)
    ),
    st.booleans(),
)
def test_texts_cut_anywhere_are_the_same(value: object, escaped: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_strings, "WINDOW", 40)
        patch.setattr(long_strings, "PIECE", 20)
        patch.setattr(large_json, "DECODED_AT_ONCE", 1)
        assert large_json.decode(json.dumps(value, ensure_ascii=escaped)) == value
