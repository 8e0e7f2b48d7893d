"""Make a node's data what JSON, every database and every reader of the stream can keep."""

from __future__ import annotations

import json

from pydantic import JsonValue
from pydantic_core import from_json, to_json

from voicegraph.errors import NodeError
from voicegraph.graph.model import MAX_DEPTH
from voicegraph.nodes.data.jsonable import is_deeper
from voicegraph.nodes.data.large_json import MAX_VALUES, compact, decode, is_small, too_many_values, weigh
from voicegraph.nodes.data.long_strings import too_long_number

_LONG_NUMBER = ("integer string conversion", "number out of range", "Out of range float")


def plain_json(data: JsonValue) -> JsonValue:
    """The data, with null for NaN and Infinity and `?` for half a surrogate pair.

    NodeError `too_deep` past MAX_DEPTH levels: parsers have limits too, and what one cannot read is lost. `too_large`
    past MAX_VALUES values, and for a number that nobody can write.
    """
    if data is None:
        return None
    try:
        return _plain(data)
    except ValueError as error:  # all else has a word
        raise too_long_number() from error


def in_words(error: Exception) -> NodeError | None:
    """What libraries say of values that are too deep, too long or cut in two; None of an error that is another one."""
    if isinstance(error, RecursionError):
        return NodeError("too_deep", f"What came in, or the result, is nested more than {MAX_DEPTH} levels deep.")
    if isinstance(error, UnicodeError):
        return NodeError(
            "bad_text", "A text holds half a character (half of a surrogate pair), which cannot be written."
        )
    if isinstance(error, ValueError) and any(words in str(error) for words in _LONG_NUMBER):
        return too_long_number()
    return None


def _plain(data: JsonValue) -> JsonValue:
    if is_deeper(MAX_DEPTH, data):
        raise too_deep()
    if not is_small(data):
        if weigh(data).values > MAX_VALUES:
            raise too_many_values("The result")
        return decode(compact(data))
    try:
        text = to_json(data, inf_nan_mode="null")
    except ValueError:  # half a pair
        whole = from_json(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
        text = to_json(whole, inf_nan_mode="null")
    return from_json(text)


def too_deep() -> NodeError:
    """More than MAX_DEPTH levels."""
    return NodeError("too_deep", f"The result is nested more than {MAX_DEPTH} levels deep. Select a part of it.")
