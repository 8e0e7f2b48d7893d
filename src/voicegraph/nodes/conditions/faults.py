"""The reason why a condition cannot be judged: which part of it, which values that part met, and what would help.

The library says neither which operator failed nor of what. So the parts of the condition are judged one by one, as the
condition itself would: the innermost that fails is the one to speak of.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from voicegraph.nodes.conditions.arithmetic import MACROS, Lookup, Part, Rewriting, Unfamiliar, rewritten
from voicegraph.nodes.conditions.cel_errors import TEXT_SEARCHES, UNDEFINED, of_function, of_name, of_syntax
from voicegraph.nodes.conditions.functions import Misfit, RefusedOperation
from voicegraph.nodes.conditions.lookups import kinds, missing, no_field, nulls
from voicegraph.nodes.data.type_names import type_word
from voicegraph.words.truncation import cut

NAMES = ("input", "data", "item", "nodes", "config", "trigger", "run")
SECONDS = 1.0
"""For finding the part; a condition over much data is told without it."""
_NAMED = 3
"""Paths that a message names."""
_SHOWN = 40
"""Characters of a condition's part that a message shows."""
_OPERATORS = frozenset([*"+-*/%<>!?", "<=", ">=", "==", "!=", "&&", "||", "in"])
_CALL_FAILED = re.compile(r"Python function call failed: (\w+):? ?(.*?)(?:\. Check function|$)", re.DOTALL)
_OF_NUMBERS = {
    "ZeroDivisionError": "it comes to a division by zero; != 0 can ask first",
    "OverflowError": "a whole number leaves the range that conditions have (overflow), which ends at 9,223,372,036,854,775,807",
}

Evaluate = Callable[[str], object]


def explained(
    error: BaseException, source: str, outline: Rewriting | None, variables: Mapping[str, Any], value_of: Evaluate
) -> str:
    """The library's complaint in a clause. `value_of` judges a part of the condition."""
    return _of_source(error, source) or of_name(str(error), NAMES) or _Met(outline, variables, value_of).words(error)


def culprit(whole: str, parts: Mapping[str, Part], value_of: Evaluate) -> str:
    """The innermost part that fails; what is not reached, as behind a false `&&`, is not looked at."""
    until = time.monotonic() + SECONDS
    found = whole
    while (part := parts.get(found)) and time.monotonic() < until:
        inner = _failing(*part, value_of)
        if inner is None:
            break
        found = inner
    return found


def _failing(operator: str, operands: Sequence[str], value_of: Evaluate) -> str | None:
    reached = list(operands)
    while reached:
        operand = reached.pop(0)
        try:
            value = value_of(operand)
        except BaseException as error:  # Rust panics are no `Exception`
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            return operand
        if operator == "?" and len(operands) == 3 and len(reached) == 2:
            reached = reached[:1] if value is True else reached[1:] if value is False else []
        if (operator, value) in (("&&", False), ("||", True)):
            break
    return None


class _Met:
    """The part of a condition that failed, and what it met."""

    def __init__(self, outline: Rewriting | None, variables: Mapping[str, Any], value_of: Evaluate) -> None:
        self._variables = variables
        self._value_of = value_of
        self._part: Part = ("", ())
        self._lookups: Sequence[Lookup] = ()
        if outline:
            text = culprit(outline.text, outline.parts, value_of)
            self._part = outline.parts.get(text, ("", ()))
            self._lookups = _lookups(text, outline)

    def words(self, error: BaseException) -> str:
        """What is wrong, by what the library says."""
        said = str(error)
        failed = _CALL_FAILED.search(said)
        kind = failed[1] if failed else type(error).__name__
        if isinstance(error, KeyError):
            return self._no_key(said)
        if kind in _OF_NUMBERS:
            return _OF_NUMBERS[kind]
        if isinstance(error, IndexError):
            return f"there is no item {said.rpartition(' ')[2]} in the list; they count from 0, and size(…) is how many there are"
        return no_field(self._lookups, self._variables) or self._of_values(said, kind, failed[2] if failed else "")

    def _of_values(self, said: str, kind: str, ours: str) -> str:
        """Values that an operator or a function does not take; `ours` is what our own functions say."""
        if kind == Misfit.__name__:
            return self._operator(ours)
        if kind == RefusedOperation.__name__:
            return self._misfit(ours)
        if wrong := self._argument(said):
            return wrong
        undefined = UNDEFINED.search(said)
        refused = of_function(said) or (f"“{undefined[1]}” cannot be asked of its value" if undefined else None)
        if refused is None:
            return self._operator("")
        told = self._misfit(refused)
        literal = self._part[1][0] if self._part[1] and told == refused else ""
        return f"{told}: {cut(literal, _SHOWN)} is not" if literal and told.endswith("is one") else told

    def _argument(self, said: str) -> str | None:
        """What is wrong with what stands in the brackets of a function that looks into a text."""
        operator, operands = self._part
        name = operator.removesuffix("()")
        if name not in TEXT_SEARCHES:
            return None
        if len(operands) != 2:
            return f"“{name}” is asked of a text, and takes one in its brackets"
        if "'matches' error" in said:
            given = operands[1]
            what = f": {cut(given, _SHOWN)} is none" if given[0] in "rR\"'" else f": {cut(given, _SHOWN)} holds none"
            return f"“matches” is given what is no regular expression{what}"
        text, sought = map(self._kind, operands)
        if name == "contains" and text == "a list":
            return f"“contains” looks into a text; {cut(operands[1], _SHOWN)} in {cut(operands[0], _SHOWN)} asks a list"
        if text != "a text" or sought == "a text":
            return None
        wrong = f"“{name}” looks for a text, not for {sought}"
        return self._misfit(wrong) if sought == "null" else f"{wrong}; string(…) makes a text"

    def _no_key(self, said: str) -> str:
        there = missing(said.strip("'"), self._lookups, self._variables)
        return f"the data has no {said}; has(…) can ask for it first{'. ' * bool(there)}{there}"

    def _operator(self, met: str) -> str:
        operator, operands = self._part
        if operator.startswith(".") or operator in ("?", "[]") or operator.removesuffix("()") in MACROS:
            return self._misfit(self._place(operator, operands))
        values = [self._kind(operand) for operand in operands] if operator in _OPERATORS else []
        if values and not met:
            met = f"{values[0]} {operator} {values[1]}" if len(values) == 2 else f"{operator} {values[0]}"
        problem = f"an operator does not fit its values{f' ({met})' if met else ''}"
        if "null" in operands:
            return f"{problem}; == null and != null ask whether something is null"
        if "a time" in values:
            return self._misfit(problem, "; timestamp(…) makes a time of a text, duration(…) a duration")
        mixed = "a text" in values and len({*values}) > 1
        return self._misfit(
            problem, "; double(…) makes a number of a text, string(…) a text" if mixed or not values else ""
        )

    def _place(self, operator: str, operands: Sequence[str]) -> str:
        """What is wrong with the value on which a field, an item, a choice or a loop is asked."""
        of = self._kind(operands[0])
        if operator == "?":
            return f"what stands before the “?” is {of}, not true or false"
        if operator == "[]" and of == "a list":
            return f"an item of a list is asked by a whole number, as in [0], not by {self._kind(operands[1])}"
        if operator.endswith("()") and of in ("a list", "an object"):
            return f"the condition within “{operator[:-2]}” does not fit the items"
        if operator.endswith("()"):
            return f"“{operator[:-2]}” goes through a list, not through {of}"
        return f"{of} has no {'items' if operator == '[]' else f'field “{operator[1:]}”'}"

    def _kind(self, operand: str) -> str:
        try:
            return type_word(self._value_of(operand))
        except Exception:  # noqa: BLE001 - it is not reached, as behind a “?”
            return "something"

    def _misfit(self, problem: str, hint: str = "") -> str:
        """The problem, and what is null or else of which kind; a condition can ask first whether something is null."""
        if empty := nulls(self._lookups, self._variables)[:_NAMED]:
            are = "is" if len(empty) == 1 else "are"
            return f"{problem}: {', '.join(empty)} {are} null; {empty[0]} != null asks first"
        found = kinds(self._lookups, self._variables)[:_NAMED]
        return f"{problem}{': ' * bool(found)}{', '.join(found)}{hint}"


def _lookups(text: str, outline: Rewriting) -> Sequence[Lookup]:
    """The paths that a part follows."""
    if text == outline.text:
        return outline.lookups
    try:
        return rewritten(text, "").lookups
    except Unfamiliar:
        return ()


def _of_source(error: BaseException, source: str) -> str | None:
    """What is wrong with the text of the condition."""
    message = str(error)
    if "Recursion limit" in message:
        return "its brackets are nested too deeply; take some away, or split it over several conditions"
    return of_syntax(message, source)
