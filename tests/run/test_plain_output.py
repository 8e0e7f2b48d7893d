from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from voicegraph.errors import NodeError
from voicegraph.graph.model import MAX_DEPTH
from voicegraph.nodes.output import Output
from voicegraph.run.plain_output import plain_json

Json = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=12,
)


@given(Json)
def test_what_is_left_can_be_kept_sent_and_read(data: JsonValue):
    clean = plain_json(data)
    assert json.loads(json.dumps(clean, allow_nan=False).encode()) == clean
    kept = Output(data=clean).model_dump_json()
    assert Output.model_validate_json(kept).data == clean
    assert plain_json(clean) == clean


@given(Json.filter(lambda data: "nan" not in repr(data) and "inf" not in repr(data) and "\\ud" not in repr(data)))
def test_sound_data_is_left_as_it_is(data: JsonValue):
    assert repr(plain_json(data)) == repr(data)


def test_what_json_has_no_word_for():
    assert plain_json([math.nan, math.inf, -math.inf, 1.5]) == [None, None, None, 1.5]
    assert plain_json({"half \ud800": "\udfff pair"}) == {"half ?": "? pair"}
    assert plain_json([math.nan, "\ud800"]) == [None, "?"]


def nested(depth: int) -> JsonValue:
    data: JsonValue = "core"
    for level in range(depth):
        data = [data] if level % 2 else {"k": data}
    return data


@pytest.mark.parametrize("depth", [0, 1, MAX_DEPTH])
def test_deep_data(depth: int):
    assert plain_json(nested(depth)) == nested(depth)


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 250, 100_000])
def test_data_without_end(depth: int):
    with pytest.raises(NodeError, match="nested more than 64 levels deep") as caught:
        plain_json(nested(depth))
    assert (caught.value.code, caught.value.retryable) == ("too_deep", False)
