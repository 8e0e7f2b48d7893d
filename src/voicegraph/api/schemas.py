"""What the API takes and gives, as OpenAPI shows it. The front end's types are generated from here.

Workflows come in as plain JSON and go through `graph.validate`, which locates every breach; they go out as `Workflow`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, JsonValue

from voicegraph.clock import iso
from voicegraph.errors import Problem
from voicegraph.graph.diff import Diff
from voicegraph.graph.model import ID_PATTERN, Wire, Workflow
from voicegraph.history.queries import RunDetail
from voicegraph.history.queries import RunSummary as Summary
from voicegraph.history.workflows import SavedWorkflow
from voicegraph.nodes.output import FileRef, Metrics, Output
from voicegraph.nodes.params import MissingParam, Notice
from voicegraph.plan.planner import Clause
from voicegraph.run.events import Kind, NodeRun, RunEvent

MAX_TEXT = 4_000
Json = dict[str, Any]
RunStatusName = Literal["pending", "running", "waiting", "completed", "failed", "cancelled"]


class Problems(Wire):
    """Every refusal and error."""

    error: str
    code: str
    details: JsonValue = None


# -- planning


class ParseBody(Wire):
    """A sentence."""

    text: str = Field(max_length=MAX_TEXT)


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


class EditBody(Wire):
    """A sentence about a workflow."""

    text: str = Field(max_length=MAX_TEXT)
    current_workflow: Json


class EditAnswer(Wire):
    """The changed workflow and the difference."""

    success: Literal[True] = True
    workflow: Workflow
    message: str
    diff: Diff
    clauses: list[ClauseLink]
    assumptions: list[str]


class WorkflowBody(Wire):
    """A workflow, in the wire format."""

    workflow: Json


class WorkflowAnswer(Wire):
    """A workflow."""

    workflow: Workflow


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


class ErrorInfo(Wire):
    """Why a node or run failed."""

    code: str
    message: str
    retryable: bool = False
    node_id: str | None = None


class Event(Wire):
    """One event of a run; also the JSON of a server-sent event."""

    type: Kind
    node_id: str | None
    message: str
    output: Output | None
    error: ErrorInfo | None
    timestamp: str
    seq: int
    attempt: int | None
    metrics: Metrics | None
    data: Json | None

    @classmethod
    def of(cls, event: RunEvent) -> Event:
        """From the record."""
        return cls.model_validate(event.to_wire())


class NodeResult(Wire):
    """What became of a node."""

    node_id: str
    status: str
    attempt: int
    start_time: str | None
    end_time: str | None
    duration_ms: float | None
    output: Output | None
    error: ErrorInfo | None

    @classmethod
    def of(cls, node: NodeRun) -> NodeResult:
        """From the record."""
        return cls(
            node_id=node.node_id,
            status=node.status,
            attempt=node.attempt,
            start_time=_iso(node.started_at),
            end_time=_iso(node.finished_at),
            duration_ms=_duration(node.started_at, node.finished_at),
            output=node.output,
            error=ErrorInfo.model_validate(node.error) if node.error else None,
        )


class RunSummary(Wire):
    """A line of the history."""

    id: str
    workflow_id: str
    name: str
    status: RunStatusName
    engine: Literal["live", "embedded", "inngest"]
    trigger: Literal["manual", "schedule", "webhook", "replay"]
    transcribed_text: str
    created_at: str
    start_time: str | None
    end_time: str | None
    duration_ms: float | None
    error: ErrorInfo | None
    node_count: int
    done_count: int
    engine_url: str | None = None

    @classmethod
    def of(cls, run: Summary, **more: Any) -> RunSummary:
        """From the record."""
        values: Json = {
            "id": run.id,
            "workflow_id": run.workflow_id,
            "name": run.name,
            "status": run.status,
            "engine": run.engine,
            "trigger": run.trigger,
            "transcribed_text": run.command,
            "created_at": iso(run.created_at),
            "start_time": _iso(run.started_at),
            "end_time": _iso(run.finished_at),
            "duration_ms": _duration(run.started_at, run.finished_at),
            "error": run.error,
            "node_count": run.node_count,
            "done_count": run.done_count,
        }
        return cls.model_validate(values | more)


class Run(RunSummary):
    """One run whole."""

    workflow: Json
    config: Json
    logs: list[Event]
    nodes: list[NodeResult]

    @classmethod
    def of_detail(cls, run: RunDetail, **more: Any) -> Run:
        """From the record."""
        answer = cls.of(
            run.summary,
            workflow=run.workflow,
            config=run.config,
            logs=[Event.of(event) for event in run.events],
            nodes=[NodeResult.of(node) for node in run.nodes],
            **more,
        )
        assert isinstance(answer, Run)  # noqa: S101 - `of` builds the class it is called on
        return answer


class HistoryPage(Wire):
    """Newest first. `count` is the true total of the filter, `running` that of all runs that are not over."""

    success: Literal[True] = True
    count: int
    running: int
    history: list[RunSummary]
    next: str | None


class HistoryBody(Wire):
    """Which run; `workflowId` is the run's id, as the first clients send it."""

    workflow_id: str = Field(pattern=ID_PATTERN)


class RunAnswer(Wire):
    """One run."""

    success: Literal[True] = True
    run: Run


class CancelAnswer(Wire):
    """`success` is false when the run was over already; `status` is what it is now."""

    success: bool
    status: RunStatusName


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


class FileAnswer(Wire):
    """A stored file."""

    file: FileRef


class NodeKind(Wire):
    """An action of the catalogue. `params` is a JSON Schema; `requires` says why it cannot run as things are set up."""

    type: str
    action: str
    group: str
    title: str
    description: str
    effect: bool
    any_name: bool
    params: Json
    requires: str | None


class Catalogue(Wire):
    """Every action, in the order of the node library; `aliases` maps other type names to the real ones."""

    nodes: list[NodeKind]
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


class Info(Wire):
    """What this server has and lacks."""

    version: str
    engine: EngineInfo
    model: str | None
    planner: Literal["rules", "llm"]
    search: Literal["tavily", "ddgs"]
    user_email: str | None
    mail: bool
    max_upload_bytes: int
    triggers: bool


class Health(Wire):
    """The server answers."""

    status: Literal["ok"] = "ok"
    version: str


def _iso(at: float | None) -> str | None:
    return iso(at) if at is not None else None


def _duration(start: float | None, end: float | None) -> float | None:
    return round((end - start) * 1000, 1) if start is not None and end is not None else None
