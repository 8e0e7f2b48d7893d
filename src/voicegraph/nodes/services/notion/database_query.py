"""Filters and sorts of a database query: Notion's own JSON, or a short form people can write.

    {"Status": "Done", "Points": 3}     every property equals its value (or contains it, where it holds several)
    "Due desc, Name"                    sorted by Due, latest first, then by Name
https://developers.notion.com/reference/post-database-query-filter
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from pydantic import JsonValue

from voicegraph.errors import NodeError
from voicegraph.nodes.data.json_errors import wrong_json

Json = dict[str, Any]

_OWN_KEYS = {"property", "timestamp", "and", "or"}
_CONTAINS = {"multi_select", "people", "relation"}
_TIMESTAMPS = {"created_time", "last_edited_time"}
_DIRECTIONS = {"asc": "ascending", "ascending": "ascending", "desc": "descending", "descending": "descending"}


def read_filter(given: JsonValue, schema: Mapping[str, Json]) -> Json | None:
    """The filter in Notion's form, None for none. `schema` is the data source's `properties`."""
    value = _parsed(given, "filter")
    if not value:
        return None
    if not isinstance(value, dict):
        raise NodeError("bad_filter", 'The filter must be a JSON object, such as {"Status": "Done"}.')
    if _OWN_KEYS & value.keys():
        return cast("Json", value)
    conditions = [_condition(name, wanted, schema) for name, wanted in value.items()]
    return conditions[0] if len(conditions) == 1 else {"and": conditions}


def read_sorts(given: JsonValue) -> list[Json]:
    """The sorts in Notion's form."""
    if isinstance(given, str) and not given.lstrip().startswith(("[", "{")):
        return [_sort(part) for part in given.split(",") if part.strip()]
    value = _parsed(given, "sorts")
    sorts = [value] if isinstance(value, dict) else value or []
    if not isinstance(sorts, list) or not all(isinstance(sort, dict) for sort in sorts):
        raise NodeError("bad_sorts", 'The sorts must be a JSON list or a text such as "Due desc, Name".')
    return cast("list[Json]", sorts)


def _parsed(given: JsonValue, what: str) -> JsonValue:
    if not isinstance(given, str) or not given.strip():
        return given or None
    try:
        return json.loads(given)
    except (ValueError, RecursionError) as error:
        raise NodeError(f"bad_{what}", f"The {what} is not valid JSON: {wrong_json(error)}.") from error


def _sort(text: str) -> Json:
    name, _, direction = text.strip().rpartition(" ")
    if not name or direction.lower() not in _DIRECTIONS:
        name, direction = text.strip(), "ascending"
    key = "timestamp" if name in _TIMESTAMPS else "property"
    return {key: name, "direction": _DIRECTIONS[direction.lower()]}


def _condition(name: str, wanted: JsonValue, schema: Mapping[str, Json]) -> Json:
    actual = next((known for known in schema if known.casefold() == name.casefold()), None)
    if actual is None:
        raise NodeError("bad_filter", f"The database has no property “{name}”; it has {', '.join(schema) or 'none'}.")
    kind = str(schema[actual]["type"])
    if kind in _TIMESTAMPS:
        return {"timestamp": kind, kind: {"equals": wanted}}
    test = {"is_empty": True} if wanted is None else {"contains" if kind in _CONTAINS else "equals": wanted}
    return {"property": actual, kind: test}
