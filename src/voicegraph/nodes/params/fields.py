"""The fields of a params model, read once per model: the engine binds thousands of params a second."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, cast

from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from voicegraph.graph.schema_errors import in_words
from voicegraph.nodes.action import Params, Target

_KINDS = {
    "str": "a text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "list[str]": "a list of texts",
    "list[json-or-python[json=any,python=any]]": "a list",
    "dict[str,json-or-python[json=any,python=any]]": "an object",
}
"""What the library calls the kinds of values that a param may have, where it may have several."""
_BRANCH = re.compile(r"(?:list|dict|union|literal|nullable|constrained-\w+|function-\w+|json-or-python)\[")


@dataclass(frozen=True, slots=True)
class ParamField:
    """One field. `name` is the wire's name, `attribute` Python's; `takes_empty`: "" is a value it accepts; `file`: an id."""

    name: str
    attribute: str
    title: str
    why: str
    required: bool
    takes_empty: bool
    template: bool
    config: str | None
    setting: str | None
    target: Target | None
    file: bool

    def is_open(self, value: object) -> bool:
        """Whether the value leaves the field to config and settings: nothing, or an empty text where that is none."""
        if value is None:
            return True
        return isinstance(value, str) and not value.strip() and (self.required or not self.takes_empty)


@dataclass(frozen=True, slots=True)
class Breach:
    """One thing wrong with params: `param` is the top-level name ("" for a rule over several), `place` the full path."""

    param: str
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class ParamFields:
    """A model's fields, and which of them somebody else may fill."""

    every: tuple[ParamField, ...]
    by_name: dict[str, ParamField]
    fillable: tuple[ParamField, ...]
    verbatim: frozenset[str]
    targets: tuple[ParamField, ...]
    files: tuple[ParamField, ...]

    def taken(self, *sources: Mapping[str, Any]) -> dict[str, Any]:
        """The params that a node reads, by wire name: later sources and spellings win, open values are left out.

        Whoever judges params judges these. Unknown names stay, for the validation to name.
        """
        taken: dict[str, Any] = {}
        for source in sources:
            for name, value in source.items():
                field = self.by_name.get(name)
                if field is None:
                    taken[name] = value
                elif not field.is_open(value):
                    taken[field.name] = value
        return taken


@cache
def fields_of(model: type[Params]) -> ParamFields:
    """The model's fields; names of both spellings lead to a field."""
    every = tuple(_field(attribute, info) for attribute, info in model.model_fields.items())
    return ParamFields(
        every=every,
        by_name={name: field for field in every for name in (field.attribute, field.name)},
        fillable=tuple(f for f in every if f.config or f.setting),
        verbatim=frozenset(name for f in every if not f.template for name in (f.attribute, f.name)),
        targets=tuple(f for f in every if f.target),
        files=tuple(f for f in every if f.file),
    )


@cache
def schema_of(model: type[Params]) -> dict[str, Any]:
    """The model's JSON Schema for forms: camelCase, references resolved."""
    schema = model.model_json_schema(by_alias=True)
    definitions = schema.pop("$defs", {})
    return cast("dict[str, Any]", _resolve(schema, definitions))


def explain(error: ValidationError, model: type[Params]) -> list[Breach]:
    """A validation error in words that say what would be right. Never the value itself: it may be a secret."""
    every = error.errors(include_url=False)
    kinds = _alternatives([found["loc"] for found in every])
    breaches: dict[str, Breach] = {}
    for found in every:
        loc = found["loc"]
        message = _message(found, model)
        if several := kinds.get(loc[:-1]):  # a value of several kinds is refused as each of them
            *first, last = dict.fromkeys(_KINDS[one] for one in several)
            loc, message = loc[:-1], f"the value should be {', '.join(first)}{' or ' * bool(first)}{last}"
        place = _place(tuple(part for part in loc if not _BRANCH.match(str(part))))
        breaches.setdefault(place, Breach(str(next(iter(loc), "")), place, message))
    return [*breaches.values()]


def _alternatives(places: list[tuple[int | str, ...]]) -> dict[tuple[int | str, ...], list[str]]:
    """Where a value may be of several kinds, and the names of these, which the library puts behind the place."""
    found: dict[tuple[int | str, ...], list[str]] = {}
    for loc in places:
        if loc and isinstance(loc[-1], str) and loc[-1] in _KINDS:
            found.setdefault(loc[:-1], []).append(loc[-1])
    return {place: names for place, names in found.items() if len(names) > 1}


def texts_of(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text within a param, with where it is: `.headers[0]`. Keys of objects are not values."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield from texts_of(item, f"{place}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[Any]", value)):
            yield from texts_of(item, f"{place}[{index}]")


def _place(loc: tuple[int | str, ...]) -> str:
    return "params" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)


def _message(found: ErrorDetails, model: type[Params]) -> str:
    if found["type"] == "missing":
        return "a value is still missing; fill it in the node's form"
    if found["type"] == "extra_forbidden" and len(found["loc"]) == 1:
        known = [field.name for field in fields_of(model).every]
        close = difflib.get_close_matches(str(found["loc"][0]), known, n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        return f"there is no such param{hint} (the action takes {', '.join(known) or 'none'})"
    if found["type"] == "dict_type":
        return 'the value should be an object of names and values, like {"name": "value"}'
    if found["type"] in ("value_error", "assertion_error"):
        return found["msg"].partition(", ")[2].removesuffix(".")  # it becomes part of a sentence
    if found["type"] == "int_from_float":
        return "the value should be a whole number"
    return in_words(cast("dict[str, Any]", found))[0].replace("This ", "the value ", 1).removesuffix(".")


def _field(attribute: str, info: FieldInfo) -> ParamField:
    extra = cast("dict[str, Any]", info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {})
    return ParamField(
        name=info.alias or attribute,
        attribute=attribute,
        title=info.title or attribute,
        why=extra.get("x-why", ""),
        required=info.is_required(),
        takes_empty=_takes_empty(info),
        template=extra.get("x-template", True),
        config=extra.get("x-config"),
        setting=extra.get("x-setting"),
        target=extra.get("x-target"),
        file=extra.get("x-widget") == "file",
    )


def _takes_empty(info: FieldInfo) -> bool:
    kind: Any = info.annotation
    for constraint in info.metadata:
        kind = Annotated[kind, constraint]
    try:
        TypeAdapter(kind).validate_python("")
    except ValidationError:
        return False
    return True


def _resolve(node: JsonValue, definitions: dict[str, JsonValue]) -> JsonValue:
    """The schema with every `$ref` replaced by what it points at."""
    if isinstance(node, list):
        return [_resolve(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str):
        target = _resolve(definitions[reference.removeprefix("#/$defs/")], definitions)
        rest = {key: value for key, value in node.items() if key != "$ref"}
        return {**cast("dict[str, JsonValue]", target), **rest}
    return {key: _resolve(value, definitions) for key, value in node.items()}
