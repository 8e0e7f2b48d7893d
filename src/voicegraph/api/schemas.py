"""What the API takes and gives, as OpenAPI shows it. The front end's types are generated from here.

Workflows come in as plain JSON and go through `graph.validate`, which locates every breach; they go out as `Workflow`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal

from pydantic import Field, JsonValue

from voicegraph.clock import iso
from voicegraph.errors import Problem
from voicegraph.graph.diff import Diff
from voicegraph.graph.model import Wire, Workflow
from voicegraph.history.versions import Version, VersionLine
from voicegraph.history.workflows import SavedWorkflow
from voicegraph.nodes.params import MissingParam, Notice
from voicegraph.plan.commands import Intent
from voicegraph.plan.planner import Clause, PlannerName

MAX_TEXT = 4_000
MAX_NUMBER = 2**31 - 1
"""No database takes a larger one in a column of integers."""
Json = dict[str, Any]


PLANNER = Field(default=None, description="Force one; without it, the server's setting decides.")


class Problems(Wire):
    """Every refusal and error."""

    error: str
    code: str
    details: JsonValue = None


# -- planning


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


class WorkflowBody(Wire):
    """A workflow, in the wire format."""

    workflow: Json


class SaveBody(WorkflowBody):
    """A workflow to be saved."""

    version: int | None = Field(
        default=None,
        ge=0,
        le=MAX_NUMBER,
        description="The version it is based on, 0 for a new one: 409 `newer_version` when that is not the newest. "
        "Without it, the last save wins.",
    )
    restored_from: int | None = Field(
        default=None, ge=1, le=MAX_NUMBER, description="The older version that is brought back."
    )


class FileBody(Wire):
    """The text of a workflow file."""

    text: str = Field(max_length=1 << 20, examples=["nodes:\n  - {id: a, type: prompt, action: seed}"])


class WorkflowAnswer(Wire):
    """A workflow."""

    workflow: Workflow


class SavedAnswer(WorkflowAnswer):
    """A saved workflow, which version of it that is, and when that was saved."""

    version: int
    saved_at: str

    @classmethod
    def of(cls, saved: Version) -> SavedAnswer:
        """From the record."""
        return cls(workflow=saved.workflow, version=saved.version, saved_at=iso(saved.saved_at))


class VersionCard(Wire):
    """A version of a saved workflow in the list. `restoredFrom`: the older one that it brought back."""

    version: int
    name: str
    node_count: int
    saved_at: str
    restored_from: int | None

    @classmethod
    def of(cls, line: VersionLine) -> VersionCard:
        """From the record."""
        return cls.model_validate({**asdict(line), "saved_at": iso(line.saved_at)})


class VersionList(Wire):
    """The last versions of a workflow, the newest first."""

    versions: list[VersionCard]


class ChangeBody(Wire):
    """Two workflows."""

    before: Json
    after: Json


class ChangeAnswer(Wire):
    """What differs between them."""

    diff: Diff


# -- running


class ExecuteBody(Wire):
    """Either `workflow`, or `nodes` and `edges` as the first clients send them."""

    workflow: Json | None = None
    nodes: list[Any] | None = None
    edges: list[Any] | None = None
    config: Json = Field(default_factory=dict)
    transcribed_text: str = Field(default="", max_length=MAX_TEXT)


class CheckBody(Wire):
    """A workflow and the values its run would get."""

    workflow: Json
    config: Json = Field(default_factory=dict)


class CheckAnswer(Wire):
    """What a run would trip over."""

    success: bool
    problems: list[Problem]
    missing: list[MissingParam]
    notices: list[Notice]


class Accepted(Wire):
    """A background run that is on disk. `workflowId` is the run's id, as the first clients expect."""

    success: Literal[True] = True
    workflow_id: str
    run_id: str
    message: str


class Done(Wire):
    """It is done."""

    success: Literal[True] = True


# -- the rest


class SavedWorkflowLine(Wire):
    """A saved workflow in the list."""

    id: str
    name: str
    node_count: int
    updated_at: str

    @classmethod
    def of(cls, saved: SavedWorkflow) -> SavedWorkflowLine:
        """From the record."""
        return cls(id=saved.id, name=saved.name, node_count=saved.node_count, updated_at=iso(saved.updated_at))


class SavedWorkflowList(Wire):
    """All saved workflows, the last changed first."""

    workflows: list[SavedWorkflowLine]


class NodeKind(Wire):
    """An action of the catalogue. `params` is a JSON Schema; `requires` says why it cannot run as things are set up.

    `attempts` and `timeout` (seconds) are what holds for a node that does not say otherwise.
    """

    type: str
    action: str
    group: str
    title: str
    description: str
    effect: bool
    any_name: bool
    attempts: int
    timeout: float
    each: bool = Field(description="Whether it can run once per item of a list.")
    params: Json
    requires: str | None


class Catalogue(Wire):
    """Every action, in the order of the node library; `aliases` maps other type names to the real ones.

    `retry_base` and `retry_cap` are the seconds between tries where a node does not say otherwise.
    """

    nodes: list[NodeKind]
    retry_base: float
    retry_cap: float
    aliases: dict[str, str]


class TemplateCard(Wire):
    """A ready-made workflow and the sentence it answers to."""

    id: str
    name: str
    description: str
    command: str
    workflow: Workflow


class TemplateList(Wire):
    """All templates."""

    templates: list[TemplateCard]


class EngineInfo(Wire):
    """Which engine runs in the background."""

    name: str
    title: str
    dashboard_url: str | None = None


class SpeechInfo(Wire):
    """Who turns speech into text, and how far that is; `message` says why it failed, and what to do."""

    engine: Literal["embedded", "hosted"]
    model: str
    state: Literal["idle", "loading", "ready", "failed"]
    message: str = ""


class TranscribeAnswer(Wire):
    """What was said: `raw` as it was heard, `text` after repair. `duration` in seconds, `confidence` from 0 to 1."""

    success: Literal[True] = True
    text: str
    raw: str
    language: str
    duration: float
    confidence: float


class Info(Wire):
    """What this server has and lacks."""

    version: str
    engine: EngineInfo
    model: str | None
    planner: PlannerName
    search: Literal["tavily", "ddgs"]
    user_email: str | None
    mail: bool
    max_upload_bytes: int
    speech: SpeechInfo


class Work(Wire):
    """Something the server does by itself, again and again. `since` is when it began to fail."""

    name: str
    state: Literal["ok", "failing", "stopped"]
    error: str | None
    since: str | None


class Alive(Wire):
    """The server answers."""

    status: Literal["ok"] = "ok"
    version: str


class Health(Alive):
    """The server answers. `services` are those that keys or addresses are set for."""

    timestamp: int = Field(description="Milliseconds since 1970, UTC.")
    services: dict[str, bool]


class Ready(Alive):
    """The server takes work. `work` is what it does by itself; what fails there keeps nobody from starting runs."""

    work: list[Work]
