"""A clause, and the words that link it to the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["main", "before", "after", "if", "unless", "else", "each"]
Flag = Literal["then", "also", "first", "both", "parallel", "rejoin", "else", "gated", "gate", "branch"]
"""`first`: belongs before the clause before it. `rejoin`: "in any case". `gated`: what is before it holds it up;
`gate`: it holds up what comes after it; `branch`: the first of several that run side by side."""


def no_flags() -> set[Flag]:
    """An empty set of flags."""
    return set()


@dataclass(slots=True)
class ParsedClause:
    """A clause of the command. `words` is the whole of it, `text` what is left after the linking words.

    `sentence` counts full stops. `parallel_tail`: "at the same time" stands behind it. `loose`: only white space parts
    it from the clause before it.
    """

    words: str
    text: str
    kind: Kind = "main"
    sentence: int = 0
    flags: set[Flag] = field(default_factory=no_flags)
    parallel_tail: bool = False
    loose: bool = False
