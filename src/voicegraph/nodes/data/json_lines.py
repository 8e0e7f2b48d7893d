"""JSON Lines: a JSON value in each line, or behind each record separator (RFC 7464)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from voicegraph.nodes.data.json_errors import BadJson, wrong_json

if TYPE_CHECKING:
    from pydantic import JsonValue

SUFFIXES = (".jsonl", ".ndjson")
_RECORD = "\x1e"


def records(text: str, decode: Callable[[str], JsonValue]) -> list[JsonValue]:
    """The values. ValueError that names the line that is none."""
    values: list[JsonValue] = []
    for number, record in enumerate(text.split(_RECORD if _RECORD in text else "\n"), 1):
        if record.strip():
            try:
                values.append(decode(record))
            except ValueError as error:
                raise BadJson(wrong_json(error, number)) from error
    return values


def plain_records(text: str, decode: Callable[[str], JsonValue]) -> list[JsonValue] | None:
    """The values of what nothing but its form says to be that: two lines or more, an object or a list in each."""
    try:
        found = records(text, decode) if text.lstrip()[:1] in ("{", "[") else []
    except (ValueError, RecursionError):
        return None
    return found if len(found) > 1 and all(isinstance(value, (dict, list)) for value in found) else None
