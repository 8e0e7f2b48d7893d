"""One run whole, as the history shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection, RowMapping, Select, case, func, select

from voicegraph.db.tables import node_runs, run_payloads
from voicegraph.graph.model import RunId
from voicegraph.nodes.output_previews import FIRST_CHARACTERS, SHOWN_CHARACTERS
from voicegraph.run.events import NodeRun, RunEvent
from voicegraph.store.core.lenient_reader import Lenient
from voicegraph.store.core.outputs import room_for, shown
from voicegraph.store.views.event_pages import MAX_EVENTS, event_count, events_of, last_events, within_room
from voicegraph.store.views.lineage import Lineage, lineage_of
from voicegraph.store.views.summaries import RunSummary, line_of, more_of, run_row


@dataclass(frozen=True, slots=True)
class RunDetail:
    """One run whole: the graph as it was run, its config, what started it, its nodes' results and its events.

    `events` are the first or, where a `tail` was asked for, the last; `event_count` is how many there are. Unless it was asked for whole, large results and large
    data of what started it are their beginnings.
    """

    summary: RunSummary
    workflow: Mapping[str, Any]
    config: Mapping[str, Any]
    trigger_data: Mapping[str, Any]
    nodes: list[NodeRun]
    events: list[RunEvent]
    event_count: int
    lineage: Lineage


def detail_of(connection: Connection, run_id: RunId, whole: bool, tail: int | None) -> RunDetail:
    """The run with its results and events, each as far as an answer has room for it, or `whole`; NotFound."""
    row, reading = run_row(connection, run_id), Lenient()
    summary = line_of(row, reading, **more_of(connection, [row])[0])
    most = None if whole else room_for(connection, run_id)
    payload = connection.execute(payload_of(run_id, whole)).mappings().one_or_none()
    none: dict[str, JsonValue] = {"id": summary.workflow_id, "name": summary.name, "nodes": [], "edges": []}
    workflow = reading.workflow(payload["workflow"] if payload else "", none)
    config = reading.object("config", payload["config"] if payload else "") or {}
    trigger_data = trigger_data_of(payload, reading)
    nodes = [reading.node(row) for row in connection.execute(_nodes_of(run_id, most)).mappings().all()]
    outputs = {node.node_id: node.output for node in nodes}
    count = event_count(connection, run_id)
    if tail is None:
        events = within_room(events_of(connection, run_id, 0, MAX_EVENTS, reading=reading, known=outputs))
    else:
        events = last_events(connection, run_id, count + 1, tail, reading=reading, known=outputs)
    lineage = lineage_of(connection, run_id, summary.origin_run_id)
    summary = replace(summary, error=reading.said(summary.error))
    return RunDetail(summary, workflow, config, trigger_data, nodes, events, count, lineage)


def trigger_data_of(payload: RowMapping | None, reading: Lenient) -> dict[str, JsonValue]:
    """What started the run; where that is long, its beginning."""
    if payload is None or payload["trigger_size"] in (None, len(payload["trigger_data"])):
        return reading.object("trigger data", payload["trigger_data"] if payload else "") or {}
    return reading.beginning("trigger data", payload["trigger_data"], payload["trigger_size"])


def payload_of(run_id: RunId, whole: bool) -> Any:
    """The query for what the run was made of; what started it shortened, unless `whole`."""
    data = run_payloads.c.trigger_data
    size = func.length(data)
    shown_data = data if whole else case((size <= SHOWN_CHARACTERS, data), else_=func.substr(data, 1, FIRST_CHARACTERS))
    columns = (run_payloads.c.workflow, run_payloads.c.config, shown_data.label("trigger_data"))
    return select(*columns, size.label("trigger_size")).where(run_payloads.c.run_id == run_id)


def _nodes_of(run_id: RunId, most: int | None) -> Select[Any]:
    """What was taken over, then in the order they were started; what was skipped never was, and comes last."""
    order = (
        node_runs.c.reused_from.is_(None),
        node_runs.c.started_at.is_(None),
        node_runs.c.started_at,
        node_runs.c.node_id,
    )
    columns = [*node_runs.c] if most is None else shown(node_runs, most)
    return select(*columns).where(node_runs.c.run_id == run_id).order_by(*order)
