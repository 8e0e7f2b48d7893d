"""The port of the planner: a sentence becomes a workflow, or a workflow and a sentence become another one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from voicegraph.errors import UserError
from voicegraph.graph.diff import Diff
from voicegraph.graph.model import NodeId, Workflow

PlannerName = Literal["rules", "llm"]
MAX_TEXT = 4_000
"""Longest command, in characters: about six minutes of speech."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of the command, in the user's words, and the nodes it became. `doubtful`: a best guess."""

    text: str
    node_ids: Sequence[NodeId] = ()
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A new workflow and how it came about.

    `explanation` says in plain English how each clause was understood, `assumptions` what was taken for granted or
    what is left to configure; `confidence` runs from 0 (a guess) to 1 (nothing was in doubt). `planner` made it.
    """

    workflow: Workflow
    explanation: str
    clauses: Sequence[Clause] = ()
    assumptions: Sequence[str] = ()
    confidence: float = 1.0
    planner: PlannerName = "rules"


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed workflow; `message` says what changed, in words, `diff` the same for the canvas."""

    workflow: Workflow
    message: str
    diff: Diff
    clauses: Sequence[Clause] = ()
    assumptions: Sequence[str] = ()
    confidence: float = 1.0
    planner: PlannerName = "rules"


class PlannerUnavailable(UserError):
    """The model that plans cannot be reached, is not set up, or gives no valid plan."""

    status = 503

    def __init__(self, message: str) -> None:
        super().__init__("planner_unavailable", message)


class Planner(Protocol):
    """Turns words into graphs.

    Both methods raise `Refusal` (`off_topic`: no task for a workflow; `unclear`: no task could be made out) and
    `UserError` with the code `too_long`.
    """

    async def plan(self, text: str) -> Plan:
        """Make a new workflow of a command."""
        ...

    async def edit(self, text: str, workflow: Workflow) -> Edit:
        """Change a workflow as the command says; what the command does not name stays as it is."""
        ...


OwnWorkflows = Callable[[], Awaitable[Sequence[Workflow]]]
"""Gives the workflows that the user has saved: what they reach may be named without being said."""


async def none_saved() -> Sequence[Workflow]:
    """Where no workflows are kept."""
    return []


def check_length(text: str) -> None:
    """Raises UserError `too_long` for a command over `MAX_TEXT` characters."""
    if len(text) > MAX_TEXT:
        raise UserError(
            "too_long",
            f"The command has {len(text):,} characters; say it in at most {MAX_TEXT:,}, or in several parts.",
        )
