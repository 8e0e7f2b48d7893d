"""Conditions in CEL, the Common Expression Language (https://cel.dev), over the names templates have.

`size(data) > 10`, `input.contains("outage")`, `data.exists(row, double(row.price) > 9.5)`, `has(trigger.body.id)`;
of the string extensions `lowerAscii`, `upperAscii` and `trim`, which here know all letters.
"""

from __future__ import annotations

import importlib.util
import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.machinery import PathFinder
from typing import Any, cast

from voicegraph.child import ask
from voicegraph.errors import NodeError
from voicegraph.fair import FairGate
from voicegraph.nodes.bulk import beside, compact, is_small
from voicegraph.nodes.expression_cost import Shape, microseconds, shape_of
from voicegraph.nodes.turns import turn

NAMES = ("input", "data", "item", "nodes", "config", "trigger", "run")
MAX_LENGTH = 2_000
AT_ONCE_MICROSECONDS = 5_000
AT_ONCE = 2
CHILD_SECONDS = 30.0
_WORKER = "voicegraph.nodes.expression_worker"
_GATE = FairGate(AT_ONCE)
_LOADING = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Program:
    """A compiled expression, the names it needs, and its outline for the estimate of its cost."""

    compiled: Any
    names: tuple[str, ...]
    shape: Shape


async def judge(expression: str, scope: Mapping[str, Any]) -> bool:
    r"""As `evaluate`, in a child process where it may take long: nothing else runs while the library is at work.

    Regular expressions always are: `\w{100}` takes a tenth of a second to prepare, at every `matches`.
    """
    program = _compile(expression)
    variables = {name: scope.get(name) for name in program.names}
    small = is_small(variables) and not program.shape.pattern
    if small and (microseconds(program.shape, variables) or 0) <= AT_ONCE_MICROSECONDS:
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
    if microseconds(program.shape, variables) is None:
        raise _too_long()
    try:
        result: object = program.compiled.execute(_engine().Context(variables, _FUNCTIONS))
    except BaseException as error:
        raise _explained(error) from error
    if not isinstance(result, bool):
        kind = type(result).__name__
        raise _bad(f"it gives a value of type {kind}, not true or false; compare it with something")
    return result


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
    shape = shape_of(expression)
    if shape.comments:
        raise _bad("it holds a comment")
    try:
        compiled = _engine().compile(expression)
        names = tuple(name for name in cast("list[str]", compiled.variables()) if name in NAMES)
    except BaseException as error:
        raise _explained(error) from error
    return _Program(compiled, names, shape)


def _explained(error: BaseException) -> NodeError:
    """The library's complaint in a sentence. It also raises Rust panics, which are no `Exception`."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
    message = str(error)
    if isinstance(error, KeyError):
        return _bad(f"the data has no {message}; has(…) can ask for it first")
    if undefined := re.search(r"Undefined variable or function: '([^']*)'", message):
        return _bad(f"“{undefined[1]}” is not known here; there are {', '.join(NAMES)}")
    if "Recursion limit" in message:
        return _bad("its brackets are nested too deeply; take some away, or split it over several conditions")
    if syntax := re.search(r"ERROR: <input>:(\d+):(\d+): (?:Syntax error: )?([^\n]{1,200})", message):
        return _bad(f"at character {syntax[2]}: {syntax[3]}")
    if "No such overload" in message:
        return _bad("an operator does not fit its values; double(…) makes a number of a text, string(…) a text")
    sentence = message.split("\n", 1)[0].split(". ", 1)[0]
    return _bad(sentence[:300].rstrip(".") or type(error).__name__)


def _too_long() -> NodeError:
    return _bad("it would take too long on this much data; let a “Select data” node filter or count it first")


def _bad(problem: str) -> NodeError:
    return NodeError("bad_expression", f"The condition cannot be judged: {problem}.")


_FUNCTIONS: dict[str, Callable[[str], str]] = {"lowerAscii": str.lower, "upperAscii": str.upper, "trim": str.strip}


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
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
