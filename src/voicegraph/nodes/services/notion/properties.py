"""Notion's typed property values as plain JSON, for rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import JsonValue

Json = dict[str, Any]


def plain_text(rich_text: Iterable[Json]) -> str:
    """The words of a rich text, without their formatting."""
    return "".join(str(part.get("plain_text", "")) for part in rich_text)


def title_of(thing: Json) -> str:
    """The title of a page, database or data source; "Untitled" where it has none."""
    if isinstance(thing.get("title"), list):
        return plain_text(thing["title"]) or "Untitled"
    titles = [value["title"] for value in thing.get("properties", {}).values() if value.get("type") == "title"]
    return plain_text(titles[0] if titles else []) or "Untitled"


def row_of(page: Json) -> dict[str, JsonValue]:
    """`id` and `url` of the page, and its properties by name."""
    properties = {name: plain_value(value) for name, value in page.get("properties", {}).items()}
    return {"id": page["id"], "url": page.get("url"), **properties}


def plain_value(value: Json) -> JsonValue:
    """Text, number, boolean, list, or null for what is empty; dates in ISO 8601, spans as `start/end`."""
    kind = value.get("type", "")
    content = value.get(kind)
    if content is None:
        return None
    read = _READERS.get(kind)
    return read(content) if read else content if isinstance(content, str | int | float | bool) else None


def _name(option: Json) -> JsonValue:
    return option.get("name") or option.get("id")


def _date(date: Json) -> JsonValue:
    return f"{date['start']}/{date['end']}" if date.get("end") else date.get("start")


def _file(file: Json) -> JsonValue:
    place: Json = file.get(file.get("type", "")) or {}
    return place.get("url") or file.get("name")


def _unique_id(value: Json) -> JsonValue:
    return f"{value['prefix']}-{value['number']}" if value.get("prefix") else value.get("number")


def _list(read: Callable[[Json], JsonValue]) -> Callable[[Any], JsonValue]:
    return lambda values: [read(value) for value in values]


_READERS: dict[str, Callable[[Any], JsonValue]] = {
    "title": plain_text,
    "rich_text": plain_text,
    "select": _name,
    "status": _name,
    "multi_select": _list(_name),
    "people": _list(_name),
    "created_by": _name,
    "last_edited_by": _name,
    "date": _date,
    "files": _list(_file),
    "relation": _list(lambda page: page.get("id")),
    "unique_id": _unique_id,
    "formula": plain_value,
    "rollup": plain_value,
    "array": _list(plain_value),
    "verification": lambda value: value.get("state"),
}
