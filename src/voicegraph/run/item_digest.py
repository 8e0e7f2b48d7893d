"""The digest of what the result of an item depends on: with the same digest an attempt is given the same (0011).

That is the item itself, the files that come in, the settings of its node, its params as templates fill them, and what
its params read by name where they are no templates. Not among it are the item's place and the run: both are others in a
replay, and neither changes what an item is about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from voicegraph.graph.model import Node
from voicegraph.nodes.action import Params
from voicegraph.nodes.data.large_json import beside, compact, is_small
from voicegraph.nodes.output import Inputs
from voicegraph.nodes.params.fields import fields_of

NO_RESULT = {"id", "label", "position", "retry", "timeout", "on_error", "concurrency", "params", "allow_outside_target"}
"""Fields of a node that do not change what it gives; params are compared by themselves."""
NAMED = ("nodes", "config", "trigger")


async def item_digest(node: Node, params: Params, inputs: Inputs, scope: Mapping[str, JsonValue]) -> str:
    """Of an item that comes in as `inputs`; what is large is worked on beside the event loop."""
    filled: dict[str, JsonValue] = params.model_dump(mode="json", by_alias=True, exclude_unset=True)
    named = _named(filled, fields_of(type(params)).verbatim, scope)
    whole: dict[str, JsonValue] = {
        "node": _fields(node),
        "params": filled,
        "text": inputs.text,
        "data": inputs.data,
        "files": [ref.id for ref in inputs.files],
        "named": named,
    }
    return await beside(is_small(whole), _digest, whole)


def _fields(node: Node) -> dict[str, JsonValue]:
    """As nodes had them when the first digests were stored: what is done must not be done again."""
    fields: dict[str, JsonValue] = node.model_dump(mode="json", by_alias=True, exclude=NO_RESULT)
    later = {name: fields.pop(name) for name in ("merge", "pin")}
    return fields | {"credential": None} | later


def _named(
    filled: Mapping[str, JsonValue], verbatim: Iterable[str], scope: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """Code and expressions look things up themselves: all of what they name counts, whatever they take of it."""
    texts = repr([filled.get(name) for name in verbatim])
    return {name: scope.get(name) for name in NAMED if name in texts}


def _digest(value: JsonValue) -> str:
    return hashlib.sha256(compact(value).encode()).hexdigest()
