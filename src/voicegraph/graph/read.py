"""A workflow from the text of a file: JSON or YAML, alone or inside an exported run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import yaml
from yaml.reader import ReaderError

from voicegraph.errors import GraphError, Problem
from voicegraph.graph.json_decoder import decode, decode_text
from voicegraph.graph.model import MAX_BYTES, MAX_DEPTH, Workflow
from voicegraph.graph.validate import parse_workflow

MAX_EVENTS = 100_000
"""Values, and beginnings and ends of lists and objects. 500 nodes and 2,000 edges have some 40,000."""
MAX_DIGITS = 4_000


def read_workflow(text: str | bytes) -> Workflow:
    """The workflow in the text; GraphError says what it is instead, or every breach in it.

    What its author allowed, whoever reads it has not allowed (docs/decisions/0020): the permissions are taken off.
    """
    start = text[:100] if isinstance(text, str) else text[:100].decode("utf-8-sig", "replace")
    if start.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return of_value(decode(text))
    return of_value(decode_yaml(decode_text(text)))


def of_value(value: object) -> Workflow:
    """From a decoded file, as `read_workflow`."""
    if isinstance(value, dict):
        inner = cast("dict[str, Any]", value).get("workflow")
        value = cast("object", inner if isinstance(inner, dict) else value)
    if isinstance(value, list) and _has_runs(cast("list[object]", value)):
        message = "This is an export of several runs; take one of them, or its workflow."
        raise GraphError([Problem("", message, "several_runs")])
    if isinstance(value, (str, bytes)):
        raise GraphError([Problem("", "This is text, and not a workflow: it has no list of nodes.", "wrong_type")])
    workflow = parse_workflow(cast("object", value))
    nodes = [node.model_copy(update={"allow_outside_target": False}) for node in workflow.nodes]
    return workflow.model_copy(update={"nodes": nodes})


def _has_runs(values: list[object]) -> bool:
    return any(isinstance(value, dict) and "workflow" in value for value in values)


def decode_yaml(text: str) -> object:
    """The value of a YAML text, as JSON has values. GraphError when it is broken, too large, or repeats itself."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise GraphError([Problem("", f"The file is larger than {MAX_BYTES >> 20} MiB.", "too_large")])
    try:
        _refuse_excess(text)
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader that takes less
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise GraphError([Problem("", f"The YAML is broken{_reason(error)}", "broken_yaml")]) from error


def _refuse_excess(text: str) -> None:
    """YAMLError for more than a workflow can hold, before any of it is built."""
    depth = 0
    events: Iterator[Any] = cast("Any", yaml).parse(text, _Loader)
    for number, event in enumerate(events):
        depth += isinstance(event, _OPENS) - isinstance(event, _CLOSES)
        if number > MAX_EVENTS:
            raise yaml.YAMLError(f"it holds more than {MAX_EVENTS:,} values, which no workflow has")
        if depth > 2 * MAX_DEPTH:
            raise yaml.YAMLError(f"lists and objects may be nested {MAX_DEPTH} deep at most; flatten this")
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("a workflow has no aliases (*name); write the value out")
        if isinstance(event, yaml.ScalarEvent) and _is_endless_number(event):
            raise yaml.YAMLError("it holds a number with thousands of digits; put it in quotation marks")


def _is_endless_number(event: Any) -> bool:
    """To make one of `1:1:1:…` takes a second for each 100,000 digits."""
    return bool(event.implicit[0]) and len(event.value) > MAX_DIGITS and event.value[0] in "+-.0123456789"


def _reason(error: Exception) -> str:
    """Where, and what is wrong there. The library's own words name files that nobody has, and draw with spaces."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem and (mark := error.problem_mark):
        return f" at line {mark.line + 1}, column {mark.column + 1}: {error.problem[:300]}."
    if isinstance(error, ReaderError):
        return f": it holds a character that no text has, #x{int(error.character):04x}."
    if isinstance(error, UnicodeEncodeError):
        return f": it holds a character that no text has, #x{ord(error.object[error.start]):04x}."
    return f": {' '.join(str(error).split())[:300] or 'it is broken'}."


_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C where it was built: the other one takes half a minute for 1 MiB."""


class _Loader(_Base):
    """Values of JSON alone: `on` is a name and no truth, and a date is a text."""


_OPENS = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSES = (yaml.SequenceEndEvent, yaml.MappingEndEvent)
_DROPPED = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _DROPPED]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
cast("Any", _Loader).add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
