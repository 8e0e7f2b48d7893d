"""Sentences and what they became, as the API takes and gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from voicegraph.api.schemas.common import MAX_TEXT, Json
from voicegraph.graph.diff import Diff
from voicegraph.graph.model import Wire, Workflow
from voicegraph.plan.page_commands import Intent
from voicegraph.plan.planner import Clause, PlannerName

PLANNER = Field(default=None, description="Force one; without it, the server's setting decides.")


class ParseBody(Wire):
    """A sentence."""

    text: str = Field(max_length=MAX_TEXT)
    planner: PlannerName | None = PLANNER
    commands: bool = Field(default=False, description="Answer “undo that”, “run it” and the like with their intent.")


class CommandAnswer(Wire):
    """A sentence that is about the page, not about a workflow: the client carries it out."""

    success: Literal[True] = True
    intent: Intent
    message: str


class ClauseLink(Wire):
    """A part of the sentence and the nodes it became; `doubtful`: a best guess."""

    text: str
    node_ids: list[str]
    doubtful: bool

    @classmethod
    def all(cls, clauses: Sequence[Clause]) -> list[ClauseLink]:
        """From the records."""
        return [cls(text=clause.text, node_ids=[*clause.node_ids], doubtful=clause.doubtful) for clause in clauses]


class ParseAnswer(Wire):
    """The workflow it became, and how each clause was understood."""

    success: Literal[True] = True
    workflow: Workflow
    explanation: str
    clauses: list[ClauseLink]
    assumptions: list[str]
    planner: PlannerName


class EditBody(Wire):
    """A sentence about a workflow."""

    text: str = Field(max_length=MAX_TEXT)
    current_workflow: Json
    planner: PlannerName | None = PLANNER
    commands: bool = Field(default=False, description="As in `/api/parse`.")


class EditAnswer(Wire):
    """The changed workflow and the difference."""

    success: Literal[True] = True
    workflow: Workflow
    message: str
    diff: Diff
    clauses: list[ClauseLink]
    assumptions: list[str]
    planner: PlannerName
