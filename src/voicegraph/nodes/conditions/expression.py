"""Conditions in CEL, the Common Expression Language (https://cel.dev), over the names templates have.

`size(data) > 10`, `input.contains("outage")`, `data.exists(row, double(row.price) > 9.5)`, `has(trigger.body.id)`;
of the string extensions `lowerAscii`, `upperAscii` and `trim`, which here know all letters. Texts are counted in characters
(`source.py`). Numbers compute with each
other, whole or not (`arithmetic.py`).
"""

from __future__ import annotations

import importlib.util
import json
import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.machinery import PathFinder
from types import MappingProxyType
from typing import Any, cast

from voicegraph.child_process import ask
from voicegraph.errors import NodeError
from voicegraph.fair_slots import FairGate
from voicegraph.nodes.conditions.arithmetic import Rewriting, Unfamiliar, rewritten
from voicegraph.nodes.conditions.cost import Shape, microseconds, shape_of
from voicegraph.nodes.conditions.faults import NAMES, explained
from voicegraph.nodes.conditions.functions import FUNCTIONS
from voicegraph.nodes.conditions.source import with_large_numbers, with_sizes
from voicegraph.nodes.conditions.unfilled_templates import in_condition
from voicegraph.nodes.data.large_json import beside, compact, is_small
from voicegraph.nodes.data.type_names import type_word
from voicegraph.nodes.loop_turns import turn

MAX_LENGTH = 2_000
AT_ONCE_MICROSECONDS = 5_000
AT_ONCE = 2
CHILD_SECONDS = 30.0
_WORKER = "voicegraph.nodes.conditions.condition_worker"
_GATE = FairGate(AT_ONCE)
_MIXED = re.compile("No such overload|Unsupported operation|Cannot mix|Python function call failed")
_LOADING = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Program:
    """A compiled expression, the names it needs, its outline for the estimate of its cost, and the paths it follows.

    `divides`: its divisions are calls already. `mixing`: the source with all its arithmetic as calls, for numbers of
    two kinds; None where there is none in it. `outline`: its parts, None where it is not understood.
    """

    compiled: Any
    names: tuple[str, ...]
    shape: Shape
    divides: bool
    mixing: str | None
    outline: Rewriting | None


async def judge(expression: str, scope: Mapping[str, Any]) -> bool:
    r"""As `evaluate`, in a child process where it may take long: nothing else runs while the library is at work.

    Regular expressions always are: `\w{100}` takes a tenth of a second to prepare, at every `matches`.
    """
    program = _compile(expression)
    variables = {name: scope.get(name) for name in program.names}
    small = is_small(variables) and not program.shape.pattern
    calls = program.mixing is not None
    if small and (microseconds(program.shape, variables, calls=calls) or 0) <= AT_ONCE_MICROSECONDS:
        async with turn():
            return evaluate(expression, scope)
    request = await beside(False, compact, {"expression": expression, "variables": variables})
    async with _GATE.turn():
        try:
            answer = await ask(_WORKER, request.encode(), CHILD_SECONDS)
        except TimeoutError as error:
            raise _too_long() from error
    if answer is None:
        raise _too_long()
    found = json.loads(answer)
    if problem := found.get("error"):
        raise NodeError(problem["code"], problem["message"])
    return found["holds"]


def evaluate(expression: str, scope: Mapping[str, Any]) -> bool:
    """Whether the condition holds. NodeError("bad_expression") says what is wrong with it, or with the data it met."""
    program = _compile(expression)
    variables = {name: scope.get(name) for name in program.names}
    if microseconds(program.shape, variables, calls=program.divides) is None:
        raise _too_long()
    try:
        result = _executed(program, variables)
    except BaseException as error:
        raise _explained(error, expression, program, variables) from error
    if not isinstance(result, bool):
        raise _bad(f"it gives {type_word(result)}, not true or false; compare it with something")
    return result


def _executed(program: _Program, variables: dict[str, Any]) -> object:
    """What comes of it, as it stands or, where kinds of numbers meet, with its arithmetic as calls."""
    context = _engine().Context(variables, FUNCTIONS)
    try:
        return program.compiled.execute(context)
    except (TypeError, RuntimeError) as error:
        if program.mixing is None or not _MIXED.search(str(error)):
            raise
        if microseconds(program.shape, variables, calls=True) is None:
            raise _too_long() from error
        return _compiled(program.mixing).execute(context)


def check(expression: str) -> str | None:
    """What is wrong with the expression's syntax, or None."""
    try:
        _compile(expression)
    except NodeError as error:
        return error.message
    return None


@lru_cache(maxsize=512)
def _compile(expression: str) -> _Program:
    if len(expression) > MAX_LENGTH:
        raise _bad(f"it is longer than {MAX_LENGTH:,} characters")
    if not expression.strip():
        raise _bad("it is empty")
    if template := in_condition(expression, check):
        raise _bad(template)
    shape = shape_of(expression)
    if shape.comments:
        raise _bad("it holds a comment")
    expression = with_large_numbers(expression)
    try:
        compiled = _engine().compile(expression)
        names = tuple(name for name in cast("list[str]", compiled.variables()) if name in NAMES)
    except BaseException as error:
        raise _explained(error, expression) from error
    if shape.sizes:
        expression = with_sizes(expression)
        compiled = _engine().compile(expression)
    try:
        divided, mixing = rewritten(expression, "/"), rewritten(expression, "+-*/%")
        if divided.used:
            compiled = _engine().compile(divided.text)
    except Unfamiliar:
        return _Program(compiled, names, shape, False, None, None)
    return _Program(compiled, names, shape, bool(divided.used), mixing.text if mixing.used else None, mixing)


@lru_cache(maxsize=512)
def _compiled(expression: str) -> Any:
    return _engine().compile(expression)


def _explained(
    error: BaseException,
    source: str,
    program: _Program | None = None,
    variables: Mapping[str, Any] = MappingProxyType({}),
) -> NodeError:
    """The library's complaint in a sentence. It also raises Rust panics, which are no `Exception`."""
    if isinstance(error, NodeError):
        return error
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
    outline = program.outline if program else None

    def value_of(part: str) -> object:
        return _compiled(part).execute(_engine().Context(dict(variables), FUNCTIONS))

    return _bad(explained(error, source, outline, variables, value_of))


def _too_long() -> NodeError:
    return _bad("it would take too long on this much data; let a “Select data” node filter or count it first")


def _bad(problem: str) -> NodeError:
    return NodeError("bad_expression", f"The condition cannot be judged: {problem}.")


def _engine() -> Any:
    with _LOADING:  # it can be loaded once only, and the thread that warms up may be at it
        return _loaded()


@cache
def _loaded() -> Any:
    """The extension alone: importing its package starts a command line (rich, prompt_toolkit; 0.7 s, 34 MB)."""
    package = importlib.util.find_spec("cel")
    spec = PathFinder.find_spec("cel.cel", package.submodule_search_locations) if package else None
    if spec is None or spec.loader is None:
        raise ImportError("common-expression-language is not installed")
    logging.getLogger("cel").setLevel(logging.ERROR)  # it warns of every function that fails, which is told anyway
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
