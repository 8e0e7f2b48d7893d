"""The answers of the routes about many runs: removals, retention, disk use, statistics, comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from pydantic import Field

from voicegraph.api.event_labels import titles_of
from voicegraph.api.schemas.common import Json
from voicegraph.api.schemas.filters import FilterBody
from voicegraph.api.schemas.runs import Event, NodeResult, RunSummary
from voicegraph.clock import iso
from voicegraph.graph.model import ID_PATTERN, Wire
from voicegraph.store.upkeep import removal, retention
from voicegraph.store.views import comparison, statistics
from voicegraph.store.views.list_pages import ListedRun
from voicegraph.store.views.summaries import RunSummary as Summary

MAX_IDS = 1_000


def _is_left_out(value: object) -> bool:
    return value is None


class HistoryEntry(RunSummary):
    """A line of the history with what was run, and the end of its log; `?brief=true` leaves these out."""

    workflow: Json | None = Field(
        default=None, exclude_if=_is_left_out, description="As it was run; a very large one with its long texts cut."
    )
    config: Json | None = Field(default=None, exclude_if=_is_left_out)
    logs: list[Event] | None = Field(
        default=None, exclude_if=_is_left_out, description="The last 50 events, their texts and outputs cut."
    )

    @classmethod
    def whole(cls, run: Summary, listed: ListedRun | None, **more: Any) -> HistoryEntry:
        """From the records; without the second, which is of a run that was deleted meanwhile, with nothing in it."""
        workflow: Mapping[str, Any] = (
            listed.workflow if listed else {"workflowId": run.workflow_id, "nodes": [], "edges": []}
        )
        titles = titles_of(workflow)
        logs = [Event.of(event, titles) for event in listed.events] if listed else []
        return cls.of(run, workflow=workflow, config=listed.config if listed else {}, logs=logs, **more)


class HistoryPage(Wire):
    """Newest first. `count` is the true total of the filter, `running` that of all runs that are not over."""

    success: Literal[True] = True
    count: int
    running: int
    history: list[HistoryEntry]
    next: str | None


class RemovalBody(Wire):
    """Which runs to remove: these, or all that fit a filter. Runs that are not over stay in either case."""

    ids: list[str] | None = Field(default=None, max_length=MAX_IDS, description="Ids of runs, as the list gives them.")
    filter: FilterBody | None = Field(default=None, description="An empty one fits every run.")


class RemovalAnswer(Wire):
    """How far a removal is. `total` was counted when it began."""

    id: str = Field(pattern=ID_PATTERN)
    state: Literal["running", "done", "cancelled", "failed"]
    total: int
    deleted: int
    error: str | None

    @classmethod
    def of(cls, one: removal.Removal) -> RemovalAnswer:
        """From the record."""
        return cls(id=one.id, state=one.state, total=one.total, deleted=one.deleted, error=one.error)


class RetentionBody(Wire):
    """Limits; those of the settings where both are left out. A dry run counts and removes nothing."""

    days: int | None = Field(default=None, ge=0, le=36_500)
    runs: int | None = Field(default=None, ge=0, le=1_000_000_000)
    dry_run: bool = True


class RetentionAnswer(Wire):
    """What the limits would remove, and the removal that was begun."""

    days: int | None
    runs: int | None
    count: int = Field(description="Runs to remove.")
    kept: int = Field(description="Runs that are over and stay.")
    removal: RemovalAnswer | None = None

    @classmethod
    def of(cls, plan: retention.RetentionPlan, begun: removal.Removal | None = None) -> RetentionAnswer:
        """From the record."""
        answer = RemovalAnswer.of(begun) if begun else None
        return cls(days=plan.days, runs=plan.runs, count=plan.count, kept=plan.kept, removal=answer)


class DiskUse(Wire):
    """Bytes. `free` lies inside the database and is given back soon; `left` is free on the volume."""

    database: int
    log: int
    free: int
    files: int
    left: int


class WorkflowStatistics(Wire):
    """Figures of a workflow. `successRate` is completed among completed and failed; cost in US dollars as reported."""

    workflow_id: str
    name: str
    runs: int
    completed: int
    failed: int
    cancelled: int
    open: int
    success_rate: float | None
    p50_ms: float | None
    p95_ms: float | None
    cost: float | None
    input_tokens: int | None
    output_tokens: int | None
    estimated: bool = Field(description="Whether a part of the cost or the tokens is our estimate.")
    last_run: str

    @classmethod
    def of(cls, one: statistics.WorkflowFigures) -> WorkflowStatistics:
        """From the record."""
        return cls(
            workflow_id=one.workflow_id,
            name=one.name,
            runs=one.runs,
            completed=one.completed,
            failed=one.failed,
            cancelled=one.cancelled,
            open=one.open,
            success_rate=one.success,
            p50_ms=_ms(one.p50),
            p95_ms=_ms(one.p95),
            cost=one.cost,
            input_tokens=one.input_tokens,
            output_tokens=one.output_tokens,
            estimated=one.estimated,
            last_run=iso(one.last_at),
        )


class Statistics(Wire):
    """The workflow with the most runs first; at most 500."""

    workflows: list[WorkflowStatistics]


class DiffLine(Wire):
    """A line of two texts put together; `gap` stands for equal lines that are left out."""

    kind: Literal["same", "removed", "added", "gap"]
    text: str


class NodeComparison(Wire):
    """A node in both runs. `left` or `right` is null where the run does not have it or did not come to it."""

    node_id: str
    label: str
    left: NodeResult | None
    right: NodeResult | None
    params_differ: bool
    output_differs: bool
    lines: list[DiffLine]
    cut: bool = Field(description="Whether the outputs are too long to be compared to their end.")
    only: Literal["left", "right"] | None = Field(description="The one run whose workflow has the node.")
    compared: bool = Field(description="Whether both runs have a result of it.")

    @classmethod
    def of(cls, pair: comparison.NodePair) -> NodeComparison:
        """From the record. Outputs are in `lines`, so they are not repeated."""
        sides = [side and NodeResult.of(side).model_copy(update={"output": None}) for side in (pair.left, pair.right)]
        return cls(
            node_id=pair.node_id,
            label=pair.label,
            left=sides[0],
            right=sides[1],
            params_differ=pair.params_differ,
            output_differs=pair.output_differs,
            lines=[DiffLine(kind=line.kind, text=line.text) for line in pair.lines],
            cut=pair.cut,
            only=pair.only,
            compared=pair.compared,
        )


class ComparisonAnswer(Wire):
    """Two runs, node by node."""

    left: RunSummary
    right: RunSummary
    config_differs: bool
    nodes: list[NodeComparison]


def page_as_json(page: HistoryPage, entries: Iterable[HistoryEntry]) -> str:
    """The page with these entries, one after the other: all of them in one call would keep everybody waiting."""
    totals = page.model_dump_json(exclude={"history"})
    return f'{totals[:-1]},"history":[{",".join(entry.model_dump_json() for entry in entries)}]}}'


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
