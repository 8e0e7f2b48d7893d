"""The cost of a CEL expression, estimated before it runs, because nothing can stop it once it does.

The figures are upper bounds measured with common-expression-language 0.10 on a machine of two cores, in microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from voicegraph.nodes.data.large_json import MAX_VALUES

PER_VALUE = 3.0  # to hand a value over
PER_STEP = 0.5  # of a loop
PER_CALL = 3.0  # of a function that is not the library's
PER_SIZED_VALUE = 1.0  # of what `size` is asked of, which is a function of ours
PER_COPIED_VALUE = 0.03  # a variable used within a loop is copied in every step
PER_COLLECTED_VALUE = 0.25  # `map` and `filter` copy what they have so far in every step
PER_SEARCHED_CHARACTER = 0.001
PER_PATTERN_CHARACTER = 14.0  # `matches` compiles its pattern at every call
PER_MATCHED_CHARACTER = 0.015  # times the weight of the pattern
UNKNOWN_PATTERN = 1_000  # weight of a pattern that repeats (`{100}`) or comes from data
MAX_MICROSECONDS = 1_500_000
MAX_CHARACTERS = 50 << 20

_TOKEN = re.compile(
    r"""(?P<string>[rRbB]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))|(?P<comment>//)"""
    r"""|(?P<loop>\.\s*(?:all|exists|exists_?[oO]ne|map|filter)\s*\()|(?P<open>\()|(?P<close>\))"""
    r"""|(?P<plus>\+)|(?P<arithmetic>[-*/%])|(?P<comma>,)|(?P<matches>\bmatches\b)|(?P<name>[A-Za-z_]\w*)""",
    re.DOTALL,
)


@dataclass(slots=True)
class Shape:
    """An expression's outline.

    `collects`: how many of the loops are `map` or `filter`; `inner`: names used within loops; `pattern`: weight of the
    regular expressions.
    """

    loops: int = 0
    collects: int = 0
    depth: int = 0
    plus: int = 0
    arithmetic: int = 0
    commas: int = 0
    pattern: int = 0
    sizes: int = 0
    comments: bool = False
    inner: frozenset[str] = frozenset()

    @property
    def growth(self) -> int:
        """How many times over a list or text can have grown by `+`, which each loop can repeat."""
        return (1 + self.plus) ** (1 + self.loops)


@dataclass(slots=True)
class Measure:
    """Values in all, items of the longest list or object, characters in all."""

    values: int = 0
    longest: int = 0
    characters: int = 0


def shape_of(expression: str) -> Shape:
    """Read the outline off the text; strings are opaque."""
    shape = Shape()
    brackets: list[bool] = []
    inner: set[str] = set()
    literal = 0
    for token in _TOKEN.finditer(expression):
        kind, text = token.lastgroup, token[0]
        if kind in ("loop", "open"):
            brackets.append(kind == "loop")
            shape.loops += kind == "loop"
            shape.collects += "map" in text or "filter" in text
            shape.depth = max(shape.depth, sum(brackets))
        elif kind == "close" and brackets:
            brackets.pop()
        elif kind == "string":
            literal = max(literal, UNKNOWN_PATTERN if "{" in text else len(text))
        elif kind == "name" and any(brackets):
            inner.add(text)
        shape.sizes += text == "size"
        shape.comments |= kind == "comment"
        shape.plus += kind == "plus"
        shape.arithmetic += kind in ("plus", "arithmetic")
        shape.commas += kind == "comma"
    calls = re.findall(r"\bmatches\s*\(\s*[rR]?(.)", expression, re.DOTALL)
    shape.pattern = literal if all(first in "\"'" for first in calls) else UNKNOWN_PATTERN
    shape.pattern = shape.pattern if calls else 0
    shape.inner = frozenset(inner)
    return shape


def measure(root: object) -> Measure:
    """Walk through plain data, as far as it is not too much anyway."""
    found = Measure()
    left: list[object] = [root]
    while left and found.values <= MAX_VALUES:
        value = left.pop()
        found.values += 1
        if isinstance(value, str):
            found.characters += len(value)
        elif isinstance(value, Mapping):
            _descend(found, left, list(cast("Mapping[str, object]", value).values()))
        elif isinstance(value, list):
            _descend(found, left, cast("list[object]", value))
    return found


def microseconds(shape: Shape, variables: Mapping[str, object], *, calls: bool = False) -> float | None:
    """What the expression may take on these variables at most; None when that is too long, or it may blow a text up.

    With `calls`, its arithmetic is calls of functions, to which values are handed over: lists too, by `+`.
    """
    whole = measure(variables)
    inner = measure({name: value for name, value in variables.items() if name in shape.inner})
    steps = shape.loops * max(whole.longest, shape.commas + 1) ** shape.depth
    per_step = (
        PER_STEP
        + PER_COPIED_VALUE * inner.values
        + PER_SEARCHED_CHARACTER * inner.characters
        + PER_PATTERN_CHARACTER * shape.pattern
        + PER_COLLECTED_VALUE * whole.values * shape.collects
        + (PER_CALL + PER_SIZED_VALUE * inner.values) * shape.sizes
    )
    if calls:
        per_step += PER_CALL * shape.arithmetic + PER_VALUE * inner.values * shape.plus
    once = (
        PER_VALUE + PER_SIZED_VALUE * shape.sizes
    ) * whole.values + PER_MATCHED_CHARACTER * shape.pattern * whole.characters
    most = once + steps * per_step * shape.growth
    grown = whole.characters * shape.growth if shape.plus else 0
    return None if whole.values > MAX_VALUES or most > MAX_MICROSECONDS or grown > MAX_CHARACTERS else most


def _descend(found: Measure, left: list[object], children: list[object]) -> None:
    found.longest = max(found.longest, len(children))
    left.extend(children)
