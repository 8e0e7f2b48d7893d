"""The data that made a condition fail: which path of it is null, or which field is not there and what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from voicegraph.nodes.conditions.arithmetic import Key, Lookup, Path
from voicegraph.nodes.data.type_names import type_word
from voicegraph.words.truncation import cut

MAX_ITEMS = 1_000
"""Items of a list that are looked through."""
_SHOWN = 8
_PLAIN = re.compile(r"[A-Za-z_]\w*\Z")
_LENGTHS = frozenset({"length", "len", "size", "count"})
_NOWHERE = object()


def nulls(lookups: Sequence[Lookup], variables: Mapping[str, Any]) -> list[str]:
    """The paths that lead to null, as they are written: `data.items`, `data[3].price`."""
    found: dict[str, None] = {}
    for lookup in lookups:
        for path in _paths(lookup, variables):
            place = next((end for end in range(1, len(path) + 1) if _at(path[:end], variables) is None), 0)
            if place:
                found[written(path[:place])] = None
                break
    return list(found)


def kinds(lookups: Sequence[Lookup], variables: Mapping[str, Any]) -> list[str]:
    """What the paths lead to, in words: `data.name is a text`."""
    found: dict[str, None] = {}
    for lookup in lookups:
        path = next(_paths(lookup, variables), None)
        value = _NOWHERE if path is None else _at(path, variables)
        if path is not None and value is not _NOWHERE:
            found[f"{written(path)} is {type_word(value)}"] = None
    return list(found)


def no_field(lookups: Sequence[Lookup], variables: Mapping[str, Any]) -> str:
    """Which path asks a text, a number or a list for a field, where one does; `size(…)` is what `.length` is elsewhere."""
    for lookup in lookups:
        for path in _paths(lookup, variables):
            for end in range(1, len(path)):
                above, name = _at(path[:end], variables), path[end]
                if above is None or above is _NOWHERE:
                    break
                if isinstance(name, str) and not isinstance(above, Mapping):
                    place = written(path[:end])
                    counts = name.lower() in _LENGTHS and isinstance(above, (str, list))
                    told = f"; size({place}) is its length" if counts else ""
                    return f"{place} is {type_word(above)}, and has no field “{cut(name, 40)}”{told}"
    return ""


def missing(key: str, lookups: Sequence[Lookup], variables: Mapping[str, Any]) -> str:
    """Where the field was looked for, and what there is instead; empty when that cannot be told."""
    for lookup in lookups:
        if key not in map(str, lookup.path[1:]):
            continue
        for path in _paths(lookup, variables):
            for end in range(1, len(path)):
                above = _at(path[:end], variables)
                if str(path[end]) == key and isinstance(above, Mapping) and path[end] not in above:
                    names = [cut(str(name), 40) for name in cast("Mapping[str, Any]", above)]
                    more = ", …" if len(names) > _SHOWN else ""
                    there = ", ".join(names[:_SHOWN]) + more if names else "nothing"
                    return f"{written(path[:end])} has {there}"
    return ""


def written(path: Path) -> str:
    """The path as a condition writes it."""
    first, *others = path
    text = str(first)
    for key in others:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += f".{key}" if _PLAIN.match(key) else f'["{cut(key, 40)}"]'
    return text


def _paths(lookup: Lookup, variables: Mapping[str, Any], depth: int = 0) -> Iterator[Path]:
    """The path itself, or of a variable of a loop the path in each item."""
    root = str(lookup.path[0])
    if root not in lookup.loops:
        if root in variables:
            yield lookup.path
        return
    if depth > 5:
        return
    outer = {name: path for name, path in lookup.loops.items() if name != root}
    for source in _paths(Lookup(lookup.loops[root], outer), variables, depth + 1):
        items = _at(source, variables)
        if isinstance(items, list):
            for number in range(min(len(cast("list[Any]", items)), MAX_ITEMS)):
                yield (*source, number, *lookup.path[1:])


def _at(path: Path, variables: Mapping[str, Any]) -> Any:
    """What is there; `_NOWHERE` where the path does not lead."""
    value: Any = variables
    for key in path:
        value = _step(value, key)
        if value is _NOWHERE:
            break
    return value


def _step(value: Any, key: Key) -> Any:
    if isinstance(value, Mapping):
        return cast("Mapping[Key, Any]", value).get(key, _NOWHERE)
    if isinstance(value, list) and isinstance(key, int) and key < len(cast("list[Any]", value)):
        return cast("list[Any]", value)[key]
    return _NOWHERE
