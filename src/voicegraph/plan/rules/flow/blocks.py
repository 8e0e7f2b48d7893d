"""The blocks a command is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from voicegraph.plan.rules.clauses.clause import Flag, ParsedClause
from voicegraph.plan.rules.steps.step import Meaning


@dataclass(frozen=True, slots=True)
class NumberedClause:
    """A clause and what it means; `number` is its place in the order of meaning."""

    number: int
    clause: ParsedClause
    meaning: Meaning

    @property
    def flags(self) -> set[Flag]:
        """The linking words of the clause."""
        return self.clause.flags

    def sources_only(self) -> NumberedClause:
        """The item with its sources alone."""
        return replace(self, meaning=Meaning(sources=self.meaning.sources))

    def without_sources(self) -> NumberedClause:
        """The item with everything but its sources."""
        return replace(self, meaning=replace(self.meaning, sources=()))


@dataclass(frozen=True, slots=True)
class Parallel:
    """Branches that start from the same place; what follows waits for all of them."""

    branches: Sequence[Sequence[NumberedClause]]


@dataclass(frozen=True, slots=True)
class Branching:
    """A condition, with what happens when it holds and when it does not."""

    condition: NumberedClause
    then: Sequence[Block]
    otherwise: Sequence[Block] = ()


Block = NumberedClause | Parallel | Branching
