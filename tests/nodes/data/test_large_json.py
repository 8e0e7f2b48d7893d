"""Large JSON in pieces: the same values and texts as in one go."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.errors import NodeError
from voicegraph.nodes.data import large_json

ROWS = [{"id": n, "name": f"name ü {n}", "price": n * 1.5, "tags": ["a", None, True]} for n in range(10_000)]
LARGE: dict[str, Any] = {
    "rows": ROWS,
    "rows in an object": {"a": ROWS, "b": "x" * 300_000, "c": [{"k": ROWS[:5_000]}]},
    "many keys": {f"key {n}": n for n in range(100_000)},
    "many lists": [[n] for n in range(100_000)],
    "long texts": [["x" * 400_000] * 3] * 2,
    "long numbers": [2**70, 0.1, -1, *range(200_000)],
}


@pytest.mark.parametrize("name", LARGE)
def test_what_is_large_goes_and_comes_back(name: str) -> None:
    text = large_json.compact(LARGE[name])
    assert json.loads(text) == LARGE[name]
    assert large_json.decode(text) == LARGE[name] == large_json.decode(text.encode())
    assert large_json.spaced(LARGE[name]) == json.dumps(LARGE[name], ensure_ascii=False)
    assert "".join(large_json.canonical(LARGE[name])) == in_order(LARGE[name])


def in_order(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(max_size=5), inner, max_size=9),
        max_leaves=60,
    )
)
def test_pieces_of_any_size_are_the_whole(value: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large_json, "PIECE_VALUES", 3)
        patch.setattr(large_json, "PIECE_BYTES", 7)
        patch.setattr(large_json, "DECODED_AT_ONCE", 1)
        assert large_json.spaced(value) == json.dumps(value, ensure_ascii=False)
        assert "".join(large_json.canonical(value)) == in_order(value)
        assert "".join(large_json.canonical(value, ", ", ": ")) == json.dumps(value, sort_keys=True)
        assert large_json.decode(large_json.compact(value)) == json.loads(large_json.compact(value))


@pytest.mark.parametrize(
    "text", ["[" * 600_000, "[1," * 300_000, '["' + "x" * 600_000, "[1] 2" + " " * 600_000, "x" * 600_000]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the parser's
        large_json.decode(text)


def test_too_many_values_are_refused_with_the_limit() -> None:
    with pytest.raises(NodeError, match="500,000 values") as caught:
        large_json.decode("[" + "1," * 500_000 + "1]")
    assert caught.value.code == "too_large"


def test_what_is_ours_is_read_whatever_it_holds() -> None:
    assert large_json.decode("[" + "1," * 500_000 + "1]", ours=True) == [1] * 500_001


def test_commas_in_texts_are_no_values() -> None:
    assert large_json.decode(json.dumps(["," * 1_000_000])) == ["," * 1_000_000]


def test_a_long_text_of_other_letters_is_escaped_as_in_one_go() -> None:
    text = 'ü😀\ud83d\ude00"\n' * 40_000
    assert "".join(large_json.canonical({"b": text, "a": [text]})) == in_order({"b": text, "a": [text]})
