"""JMESPath (https://jmespath.org) over plain data, refused beforehand where it would not end in time.

`[@,@][] | [@,@][] | …` doubles its data with every part, so what an expression may multiply is read off its syntax tree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import prod
from typing import Any, cast

from pydantic import JsonValue

from voicegraph.child_process import ask
from voicegraph.errors import NodeError
from voicegraph.fair_slots import FairGate
from voicegraph.lazy_imports import importing
from voicegraph.nodes.conditions.cost import measure
from voicegraph.nodes.conditions.unfilled_templates import in_selection
from voicegraph.nodes.data.large_json import MAX_VALUES, beside, compact, decode, is_small
from voicegraph.nodes.selections.jmespath_errors import BadSelection, words_of
from voicegraph.nodes.threads import in_thread

MAX_LENGTH = 2_000
MAX_VISITS = 4_000_000
MAX_JOINED = 10 << 20
AT_ONCE = 2
IN_THREAD_VALUES = 20_000
IN_THREAD_CHARACTERS = 1 << 20
"""More than that is not handed to the library's functions and comparisons in this process: each is one long call."""
CHILD_SECONDS = 30.0
_WORKER = "voicegraph.nodes.selections.selection_worker"
_GATE = FairGate(AT_ONCE)

_LONG_CALLS = frozenset({"function_expression", "comparator"})
_REFERRING = frozenset({"map", "max_by", "min_by", "sort_by"})
_MULTIPLIERS = frozenset({"multi_select_list", "multi_select_dict"})


def check_selection(expression: str) -> str | None:
    """What is wrong with the expression's syntax, or None."""
    try:
        _compiled(expression)
    except ValueError as error:
        return words_of(error)
    return None


async def pick(expression: str, data: JsonValue) -> JsonValue:
    """As `select`: in a thread, or in a child process where a call of a library (a sort) would hold everybody up."""
    at_once = is_small(data, values=IN_THREAD_VALUES, characters=IN_THREAD_CHARACTERS)
    if at_once or not _has_long_calls(expression):
        return await in_thread(select, expression, data)
    request = await beside(False, compact, {"expression": expression, "data": data})
    async with _GATE.turn():
        try:
            answer = await ask(_WORKER, request.encode(), CHILD_SECONDS)
        except TimeoutError as error:
            raise _too_much() from error
    if answer is None:
        raise _too_much()
    head, _, found = answer.partition(b"\n")
    if problem := json.loads(head):
        raise NodeError(problem["code"], problem["message"])
    return await beside(is_small(found.decode()), decode, found)


def select(expression: str, data: JsonValue) -> JsonValue:
    """What the expression picks of the data. NodeError `bad_expression` where it does not fit, or would take too long."""
    try:
        compiled = _compiled(expression)
        _refuse_costly(compiled.parsed, data)
        found: JsonValue = compiled.search(data)
    except (ValueError, TypeError, RecursionError) as error:
        raise NodeError(
            "bad_expression", f"The JMESPath expression does not fit the data: {words_of(error)}."
        ) from error
    if measure(found).values > MAX_VALUES:
        raise _too_much()
    return found


def literals_of(expression: str) -> list[str] | None:
    """The texts that the expression may put into what it gives; None where it may make texts of its own."""
    try:
        left = [_compiled(expression).parsed]
    except ValueError:
        return None
    found: list[str] = []
    while left:
        part = left.pop()
        if part["type"] == "function_expression" and part["value"] in ("keys", "to_string"):
            return None  # names of fields become values
        if part["type"] == "literal":
            found += [str(one) for one in _leaves(part["value"])]
        elif part["type"] == "filter_projection":
            left += part["children"][:2]  # the third only picks
        elif part["type"] != "comparator":  # which gives yes or no
            left += _inner(part)
    return found


def _leaves(value: JsonValue) -> Iterator[str | float]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _leaves(one)
    elif value is not None and not isinstance(value, bool):
        yield value


def _compiled(expression: str) -> Any:
    """The expression, ready to search with; ValueError when it is no JMESPath. jmespath itself keeps recent ones."""
    if template := in_selection(expression):
        raise BadSelection(template)
    with importing("jmespath"):
        import jmespath

    try:
        compiled = cast("Any", jmespath).compile(expression)
    except RecursionError as error:
        raise BadSelection("it is nested too deeply") from error
    if compiled.parsed["type"] == "expref" or any(map(_refers, _parts(compiled.parsed))):
        raise BadSelection(f"an expression behind & is for {', '.join(sorted(_REFERRING))} only")
    return compiled


def _refers(part: dict[str, Any]) -> bool:
    """Whether it hands on an expression itself, which is no value, instead of what the expression finds."""
    takes = part["type"] == "function_expression" and part["value"] in _REFERRING
    return not takes and any(inner["type"] == "expref" for inner in _inner(part))


def _has_long_calls(expression: str) -> bool:
    try:
        return any(part["type"] in _LONG_CALLS for part in _parts(_compiled(expression).parsed))
    except ValueError:
        return False  # `select` says what is wrong with it


def _refuse_costly(tree: dict[str, Any], data: JsonValue) -> None:
    size = measure(data)
    growth = prod(len(part["children"]) for part in _parts(tree) if part["type"] in _MULTIPLIERS)
    if size.values > MAX_VALUES or size.values * growth > MAX_VISITS:
        raise _too_much()
    for part in _parts(tree):
        if part["type"] == "function_expression" and part["value"] == "join":
            separator: dict[str, Any] = part["children"][0] if part["children"] else {}
            if separator.get("type") != "literal":
                raise NodeError("bad_expression", "join() needs a separator written out, like join(', ', names).")
            if len(str(separator["value"])) * size.values > MAX_JOINED:
                raise _too_much()


def _parts(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    left = [tree]
    while left:
        part = left.pop()
        yield part
        left.extend(_inner(part))


def _inner(part: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of a part; those of a slice are numbers, or nothing."""
    return [] if part["type"] == "slice" else part["children"]


def _too_much() -> NodeError:
    return NodeError(
        "bad_expression", "The JMESPath expression makes too much of this data; take a smaller part first."
    )
