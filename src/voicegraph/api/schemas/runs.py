"""Runs as the API gives them: summaries, events, node results, runs whole."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal, Self

from pydantic import Field, JsonValue

from voicegraph.api.event_labels import UNTITLED, Titles, titles_of, wire_of
from voicegraph.api.schemas.approvals import Waits
from voicegraph.api.schemas.common import Json
from voicegraph.clock import iso, ms
from voicegraph.graph.model import ID_PATTERN, Wire
from voicegraph.nodes.output import FileRef, Metrics, Output
from voicegraph.run.events import ItemRun, Kind, NodeRun, RunEvent
from voicegraph.run.queue import Place
from voicegraph.store.core.column_values import ErrorInfo
from voicegraph.store.views.details import RunDetail
from voicegraph.store.views.event_pages import EventPage
from voicegraph.store.views.item_pages import ItemPage
from voicegraph.store.views.lineage import RunLink as Link
from voicegraph.store.views.summaries import RunSummary as Summary

RunStatusName = Literal["pending", "running", "waiting", "completed", "failed", "cancelled"]

RunTriggerName = Literal["manual", "schedule", "webhook", "replay", "workflow", "error"]


Moment = Annotated[int | None, Field(description="Milliseconds since 1970, UTC; null before it is known.")]

ItemStatusName = Literal["running", "retrying", "completed", "failed", "cancelled"]


class EventOutput(Wire):
    """A node's result as an event carries it: the metrics stand beside it."""

    text: str
    data: JsonValue
    files: list[FileRef]
    meta: dict[str, JsonValue]
    branch: bool | None
    truncated: bool = Field(default=False, exclude_if=lambda cut: not cut, description="Only its beginning is here.")
    size: int | None = Field(default=None, exclude_if=lambda size: size is None)


class Event(Wire):
    """One event of a run; also the JSON of a server-sent event."""

    type: Kind
    node_id: str | None
    message: str
    output: EventOutput | None
    error: ErrorInfo | None
    timestamp: int = Field(description="Milliseconds since 1970, UTC.")
    seq: int
    attempt: int | None
    metrics: Metrics | None
    data: Json | None

    @classmethod
    def of(cls, event: RunEvent, titles: Titles = UNTITLED) -> Event:
        """From the record."""
        return cls.model_validate(wire_of(event, titles))


class LogPage(Wire):
    """Events of a run in their order. `count` is how many it has; `next` is the `after` of the page behind this one,
    `previous` the `before` of the page before it.
    """

    count: int
    logs: list[Event]
    next: int | None
    previous: int | None

    @classmethod
    def of(cls, page: EventPage, titles: Titles = UNTITLED) -> LogPage:
        """From the record."""
        logs = [Event.of(event, titles) for event in page.events]
        return cls(count=page.count, logs=logs, next=page.next, previous=page.previous)


class OutputPiece(Wire):
    """A part of the JSON text of a result: all parts one after the other are the whole."""

    text: str
    size: int = Field(description="Characters of the whole.")
    next: int | None = Field(description="The `offset` of the next part.")


class ItemTally(Wire):
    """How far a node with `each` is."""

    total: int
    done: int = Field(description="Items that gave a result.")
    failed: int = Field(description="Items that failed for good.")
    reused: int = Field(description="Of those that gave a result, items that were done in an earlier run.")


class ItemResult(Wire):
    """What became of an item."""

    item: int = Field(description="Its place in the list, from 0.")
    status: str
    attempt: int
    start_time: Moment
    end_time: Moment
    duration_ms: float | None
    output: Output | None
    error: ErrorInfo | None
    reused: bool = Field(description="It was done in an earlier run, and not run again.")
    reused_from: str | None = Field(description="The run that made this result; null when it is this one.")

    @classmethod
    def of(cls, item: ItemRun) -> ItemResult:
        """From the record."""
        return cls(item=item.item, reused=item.reused, reused_from=item.reused_from, **_tried(item))


class ItemsPage(Wire):
    """Items that were started, in their order. `next` is the `after` of the next page."""

    count: ItemTally
    items: list[ItemResult]
    next: int | None

    @classmethod
    def of(cls, page: ItemPage) -> ItemsPage:
        """From the record."""
        tally = ItemTally.model_validate(asdict(page.counts))
        return cls(count=tally, items=[ItemResult.of(item) for item in page.items], next=page.next)


class NodeResult(Wire):
    """What became of a node. With `each` its items are pages of their own."""

    node_id: str
    status: str
    attempt: int
    start_time: Moment
    end_time: Moment
    duration_ms: float | None
    output: Output | None
    error: ErrorInfo | None
    reused_from: str | None = Field(description="The run that made this result; null when it is this one.")
    items: ItemTally | None = None
    waits: Waits | None = None

    @classmethod
    def of(cls, node: NodeRun) -> NodeResult:
        """From the record."""
        tally = ItemTally.model_validate(asdict(node.items)) if node.items else None
        waits = Waits.of(node)
        told = _tried(node)
        if waits and waits.kind == "turn":
            told["status"] = "waiting"
        return cls(node_id=node.node_id, items=tally, reused_from=node.reused_from, waits=waits, **told)


class Queued(Wire):
    """Why a run waits to be started: `position` in the line of its owner, from 1."""

    position: int
    reason: Literal["turn", "workflow_limit"]
    message: str

    @classmethod
    def of(cls, place: Place) -> Queued:
        """From the record."""
        if place.reason == "group":
            message = f"Waits for another run of this workflow: {place.limit} at a time"
            return cls(position=place.position, reason="workflow_limit", message=message)
        return cls(position=place.position, reason="turn", message=f"Number {place.position} in the queue")


class RunSummary(Wire):
    """A line of the history."""

    id: str
    workflow_id: str
    name: str
    status: RunStatusName
    engine: Literal["live", "embedded", "inngest"]
    trigger: RunTriggerName
    transcribed_text: str
    created_at: str
    start_time: Moment
    end_time: Moment
    duration_ms: float | None
    error: ErrorInfo | None
    node_count: int
    done_count: int
    origin_run_id: str | None = Field(description="The run this one is a replay of.")
    cost: float | None = Field(default=None, description="US dollars, as the providers of the models reported it.")
    input_tokens: int | None = None
    output_tokens: int | None = None
    estimated: bool = Field(default=False, description="Whether a part of the cost or the tokens is our estimate.")
    engine_url: str | None = Field(None, description="The run at the server of its engine, once that has begun it.")
    queued: Queued | None = Field(None, description="Why a pending run waits, where this server keeps the queue.")
    unsent: bool = Field(description="Stored; the server of its engine could not be reached yet.")
    trigger_id: str | None = None
    parent_run_id: str | None = Field(default=None, description="The run this one is a step of.")
    parent_node_id: str | None = None

    @classmethod
    def of(cls, run: Summary, **more: Any) -> Self:
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
            "start_time": _ms(run.started_at),
            "end_time": _ms(run.finished_at),
            "duration_ms": _duration(run.started_at, run.finished_at),
            "error": run.error,
            "node_count": run.node_count,
            "done_count": run.done_count,
            "cost": run.cost,
            "input_tokens": run.input_tokens,
            "output_tokens": run.output_tokens,
            "estimated": bool(run.estimated),
            "origin_run_id": run.origin_run_id,
            "unsent": run.unsent,
            "trigger_id": run.trigger_id,
            "parent_run_id": run.parent_run_id,
            "parent_node_id": run.parent_node_id,
        }
        return cls.model_validate(values | more)


class RunLink(Wire):
    """A run that another names."""

    id: str
    name: str
    status: RunStatusName
    created_at: str

    @classmethod
    def of(cls, link: Link) -> RunLink:
        """From the record."""
        return cls.model_validate(
            {"id": link.id, "name": link.name, "status": link.status, "created_at": iso(link.created_at)}
        )


class Run(RunSummary):
    """One run whole. `origin` is null when the run is no replay or its origin was deleted; `replays` are newest first."""

    workflow: Json
    config: Json
    trigger_data: Json
    logs: list[Event] = Field(description="The first events, 2,000 at most; with `tail`, the last.")
    log_count: int = Field(description="How many there are; `/logs` gives the others by pages.")
    nodes: list[NodeResult]
    origin: RunLink | None
    replays: list[RunLink]

    @classmethod
    def of_detail(cls, run: RunDetail, **more: Any) -> Run:
        """From the record."""
        titles = titles_of(run.workflow)
        return cls.of(
            run.summary,
            workflow=run.workflow,
            config=run.config,
            trigger_data=run.trigger_data,
            logs=[Event.of(event, titles) for event in run.events],
            log_count=run.event_count,
            nodes=[NodeResult.of(node) for node in run.nodes],
            origin=RunLink.of(run.lineage.origin) if run.lineage.origin else None,
            replays=[RunLink.of(link) for link in run.lineage.replays],
            **more,
        )


class HistoryBody(Wire):
    """Which run; `workflowId` is the run's id, as the first clients send it."""

    workflow_id: str = Field(pattern=ID_PATTERN)


class RunAnswer(Wire):
    """One run."""

    success: Literal[True] = True
    run: Run


def _tried(row: NodeRun | ItemRun) -> dict[str, Any]:
    return {
        "status": row.status,
        "attempt": row.attempt,
        "start_time": _ms(row.started_at),
        "end_time": _ms(row.finished_at),
        "duration_ms": _duration(row.started_at, row.finished_at),
        "output": row.output,
        "error": ErrorInfo.model_validate(row.error) if row.error else None,
    }


def _ms(at: float | None) -> int | None:
    return ms(at) if at is not None else None


def _duration(start: float | None, end: float | None) -> float | None:
    return round((end - start) * 1000, 1) if start is not None and end is not None else None
