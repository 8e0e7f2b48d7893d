"""The steps a clause comes to, before they have a place in the graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from voicegraph.plan.rules.text.shelter import Shelter

Role = Literal["source", "think", "deliver", "pause"]
ParamValues = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A node to be. `note` says what was assumed or is left to configure; `doubt`: this was a guess.

    `implied`: asked for by naming its result ("a summary"). `follows`: a source that works on what came before it.
    `bare`: it names nothing of its own: a delivery without something to deliver ("notify me"), news without a topic.
    """

    role: Role
    type: str
    action: str
    label: str
    params: ParamValues = field(default_factory=dict[str, JsonValue])
    each: bool = False
    implied: bool = False
    follows: bool = False
    bare: bool = False
    note: str = ""
    doubt: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """(type, action)."""
        return self.type, self.action


@dataclass(slots=True)
class Context:
    """What the clauses read so far have brought up. `has_input`: there is something to work on; `links`: addresses; `topic`: what was talked of."""

    shelter: Shelter
    steps: list[PlannedStep] = field(default_factory=list[PlannedStep])
    has_input: bool = False
    repo: str | None = None
    links: bool = False
    topic: str = ""

    def has(self, type: str, action: str | None = None) -> bool:
        """Whether there is such a step already."""
        return any(step.type == type and action in (None, step.action) for step in self.steps)

    def last_source(self) -> PlannedStep | None:
        """The latest step that fetched something."""
        return next((step for step in reversed(self.steps) if step.role == "source"), None)

    def add(self, steps: Sequence[PlannedStep]) -> None:
        """Note the steps of a clause."""
        self.steps = [*self.steps, *steps]
        self.has_input = self.has_input or bool(steps)


@dataclass(frozen=True, slots=True)
class Meaning:
    """The steps of one clause, by what they are for. Sources run side by side, so do deliveries.

    `each_next`: the next step runs once for each item. `wait_first`: the pauses come before all else, not just before
    the deliveries. `thinks_apart`: what is thought runs side by side too ("translate it to Spanish and French").
    """

    sources: Sequence[PlannedStep] = ()
    pauses: Sequence[PlannedStep] = ()
    thinks: Sequence[PlannedStep] = ()
    deliveries: Sequence[PlannedStep] = ()
    each_next: bool = False
    wait_first: bool = False
    thinks_apart: bool = False
    understood: bool = True

    @property
    def groups(self) -> list[list[PlannedStep]]:
        """The steps in order; those of one group run side by side."""
        pauses = [[step] for step in self.pauses]
        thinks = [list(self.thinks)] if self.thinks_apart else [[step] for step in self.thinks]
        roots = [step for step in self.sources if not step.follows]
        followers = [[step] for step in self.sources if step.follows] if roots else [list(self.sources)]
        work = [roots, *followers, *thinks]
        groups = [*pauses, *work] if self.wait_first else [*work, *pauses]
        return [group for group in [*groups, list(self.deliveries)] if group]

    @property
    def steps(self) -> list[PlannedStep]:
        """All of them, in order."""
        return [step for group in self.groups for step in group]

    @property
    def kind(self) -> Role | None:
        """What the clause is mainly there for; None when it asks for nothing."""
        if self.thinks:
            return "think"
        if self.deliveries:
            return "deliver"
        return "source" if self.sources else "pause" if self.pauses else None
