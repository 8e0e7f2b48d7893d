"""Pydantic's complaints as located problems in plain English that say what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from pydantic import ValidationError

from voicegraph.errors import Problem
from voicegraph.words.truncation import short

_MISSING = {
    "nodes": "list the steps of the workflow here",
    "type": 'name the kind of node, such as "http"',
    "action": 'name what the node does, such as "request"',
    "source": "give the id of the node the edge leaves",
    "target": "give the id of the node the edge leads to",
    "cron": 'give five cron fields, such as "0 9 * * 1" for Mondays at 9:00',
}
_EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "finite_number": "a finite number",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "mapping_type": "an object with named values",
    "dataclass_type": "an object with named values",
    "bytes_type": "text",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "datetime_type": "a time like 2026-05-01T12:00:00Z",
    "datetime_parsing": "a time like 2026-05-01T12:00:00Z",
    "datetime_from_date_parsing": "a time like 2026-05-01T12:00:00Z",
    "date_type": "a date like 2026-05-01",
    "date_parsing": "a date like 2026-05-01",
    "date_from_datetime_parsing": "a date like 2026-05-01",
    "url_type": "an address that begins with https://",
    "url_parsing": "an address that begins with https://",
    "dict_type": "an object with named values",
    "model_type": "an object with named values",
    "model_attributes_type": "an object with named values",
}
_LIMITS = {
    "greater_than": ("more than", "gt", ""),
    "greater_than_equal": ("at least", "ge", ""),
    "less_than": ("less than", "lt", ""),
    "less_than_equal": ("at most", "le", ""),
    "string_too_long": ("at most", "max_length", "characters long"),
    "string_too_short": ("at least", "min_length", "characters long"),
    "too_long": ("at most", "max_length", "items long"),
    "too_short": ("at least", "min_length", "items long"),
    "literal_error": ("", "expected", ""),
    "enum": ("", "expected", ""),
}
_OTHERS = {
    "extra_forbidden": "There is no such field here; look at how it is spelled, or take it away.",
    "string_unicode": "This text holds half a character, which cannot be kept.",
    "recursion_loop": "This is nested too deeply.",
    "json_invalid": "This is not JSON.",
}
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}", re.ASCII)


def locate(path: Iterable[str | int]) -> str:
    """`("nodes", 3, "params", "url")` -> `nodes[3].params.url`; a key that is no plain name stands in quotation marks."""
    place = ""
    for step in path:
        if isinstance(step, int):
            place += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            place += f".{step}" if place else step
        else:
            place += f'["{short(step)}"]'
    return place


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    names: Mapping[type, str] = {str: "text", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return next((name for of, name in names.items() if isinstance(value, of)), f"a {type(value).__name__}")


def explain(error: ValidationError, prefix: tuple[str | int, ...] = ()) -> list[Problem]:
    """One problem for each complaint; `prefix` says where in the workflow the validated part stands."""
    return [
        Problem(locate((*prefix, *_path(found["loc"]))), *in_words(cast("dict[str, Any]", found)))
        for found in error.errors(include_url=False)
    ]


def _path(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Without the tag pydantic puts behind an item of a tagged union: `triggers, 0, schedule, cron`."""
    return loc[:2] + loc[3:] if loc[:1] == ("triggers",) else loc


def in_words(found: Mapping[str, Any]) -> tuple[str, str]:
    """(message, code) of one of pydantic's complaints; what is right is said as far as the tables know it."""
    kind, name = str(found["type"]), str(found["loc"][-1]) if found["loc"] else ""
    if kind == "missing":
        return f"This is missing; {_MISSING.get(name, 'give it a value')}.", "missing"
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return 'The "kind" of a trigger should be "schedule" or "webhook".', "invalid"
    if kind in _EXPECTED:
        value = found["input"]
        seen = str(value) if kind == "int_from_float" else kind_of(value)
        return f"This should be {_EXPECTED[kind]}, not {seen}.", "wrong_type"
    if kind in _LIMITS:
        return f"This should {_limit(kind, found['ctx'])}.", "out_of_range"
    if kind == "string_pattern_mismatch" and name.lower().endswith("id"):
        return "An id is 1 to 64 letters, digits, hyphens or underscores, without spaces or accents.", "bad_id"
    return _in_other_words(kind, found), "invalid"


def _in_other_words(kind: str, found: Mapping[str, Any]) -> str:
    if kind == "string_pattern_mismatch":
        return f"This does not fit the pattern {found['ctx']['pattern']}."
    if kind in ("value_error", "assertion_error"):  # our own words
        said = str(found["msg"]).partition(", ")[2].rstrip(".")
        return f"{said[:1].upper()}{said[1:]}."
    return _OTHERS.get(kind, "This is not what can stand here.")


def _limit(kind: str, ctx: Mapping[str, Any]) -> str:
    before, key, after = _LIMITS[kind]
    if (key, ctx[key]) == ("min_length", 1):
        return "not be empty"
    return " ".join(filter(None, ("be", before, _plain(ctx[key]), after)))


def _plain(limit: object) -> str:
    """1000000.0 -> 1,000,000."""
    if isinstance(limit, float) and limit.is_integer():
        limit = int(limit)
    return f"{limit:,}" if isinstance(limit, (int, float)) else str(limit)
