"""Params that are no targets, and name some all the same.

What a call of any service carries may hold an address or a URL which that service sends something to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import unquote

from pydantic import JsonValue

from voicegraph.graph.model import Node
from voicegraph.nodes.action import Target
from voicegraph.nodes.params.fields import ParamField, fields_of
from voicegraph.nodes.registry import Registry

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\(/)")
"""A sign as JSON may write it, `\\u0040`, also in a body that is a template and so no JSON yet."""

_LINE_END = re.compile(r"\\[nrt]")


SAID: dict[tuple[str, str], Target] = {("notify", "channel"): "channel"}
"""Of params that only repeat what the user said, by node type and name: as what it was said."""


def said_in(node: Node, registry: Registry) -> Iterator[tuple[str, ParamField, JsonValue]]:
    """The params in `SAID`, and those that go to a service whose `url` may be anybody's: query, headers, body."""
    found = registry.find(node.type, node.action)
    fields = fields_of(found.params) if found else None
    if fields is None:
        return
    calls = any(field.target == "url" for field in fields.targets)
    for field in fields.every:
        if field.target is None and (calls or (node.type, field.name) in SAID):
            yield from ((name, field, node.params[name]) for name in {field.name, field.attribute} & node.params.keys())


def words_of(value: Any) -> Iterator[str]:
    """Every text in the value, keys too, as it is and as whoever gets it reads it."""
    if isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield from words_of(key)
            yield from words_of(item)
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from words_of(item)
    elif isinstance(value, str):
        value = _LINE_END.sub(" ", value)
        yield value
        plain = _ESCAPED.sub(lambda found: found[2] or chr(int(found[1], 16)), value)
        yield unicodedata.normalize("NFKC", unquote(plain))
