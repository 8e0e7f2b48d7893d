"""The events of a run, as many at a time as an answer holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from voicegraph.db.tables import node_runs, run_events
from voicegraph.graph.model import NodeId, RunId
from voicegraph.nodes.output import Output
from voicegraph.run.events import RunEvent
from voicegraph.store.core.lenient_reader import Lenient
from voicegraph.store.core.outputs import room_for, shown
from voicegraph.store.views.summaries import run_row

MAX_EVENTS = 2_000
MAX_MESSAGES = 1 << 20
"""Events, and characters of them, that are read with their run; the others are read by `seq`."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events in their order. `count` is how many the run has; `next` is the `after` of the page behind this one,
    `previous` the `before` of the page before it.
    """

    events: list[RunEvent]
    count: int
    next: int | None
    previous: int | None


def page_of_events(connection: Connection, run_id: RunId, after: int, limit: int, before: int | None) -> EventPage:
    """Events after `after`, or the last ones before `before`, as many as an answer holds; NotFound for the run."""
    run_row(connection, run_id)
    if before is None:
        events = within_room(events_of(connection, run_id, after, limit))
    else:
        events = last_events(connection, run_id, before, limit)
    count = event_count(connection, run_id)
    following = events[-1].seq if events and events[-1].seq < count else None
    return EventPage(events, count, following, events[0].seq if events and events[0].seq > 1 else None)


def event_count(connection: Connection, run_id: RunId) -> int:
    """How many events the run has."""
    last = select(func.max(run_events.c.seq)).where(run_events.c.run_id == run_id)  # `seq` has no gaps
    return connection.execute(last).scalar() or 0


def within_room(events: list[RunEvent]) -> list[RunEvent]:
    """The first of these, as far as their messages are not too much for one answer; at least one."""
    room = MAX_MESSAGES
    for number, event in enumerate(events):
        room -= len(event.message)
        if room < 0 and number:
            return events[:number]
    return events


def last_events(connection: Connection, run_id: RunId, before: int, limit: int, **more: Any) -> list[RunEvent]:
    """The last `limit` of those before `before`, as far as an answer has room for them."""
    first = max(0, before - 1 - limit)  # `seq` has no gaps
    events = events_of(connection, run_id, first, min(limit, before - 1 - first), **more)
    return within_room(events[::-1])[::-1]


def events_of(
    connection: Connection,
    run_id: RunId,
    after: int,
    limit: int,
    whole: bool = False,
    known: Mapping[NodeId, Output | None] | None = None,
    reading: Lenient | None = None,
) -> list[RunEvent]:
    """Those with a `seq` greater than `after`; `known`: the results, where they were read already."""
    reading = reading or Lenient()
    query = (
        select(run_events)
        .where(run_events.c.run_id == run_id, run_events.c.seq > after)
        .order_by(run_events.c.seq)
        .limit(limit)
    )
    rows = connection.execute(query).mappings().all()
    with_output = {row["node_id"] for row in rows if row["kind"] in ("success", "error") and row["node_id"]}
    outputs = _outputs(connection, run_id, with_output, whole, reading) if known is None else known
    return [
        reading.event(row, outputs.get(row["node_id"]) if row["kind"] in ("success", "error") else None) for row in rows
    ]


def _outputs(
    connection: Connection, run_id: RunId, node_ids: set[NodeId], whole: bool, reading: Lenient
) -> Mapping[NodeId, Output | None]:
    if not node_ids:
        return {}
    columns = [*node_runs.c] if whole else shown(node_runs, room_for(connection, run_id))
    query = select(*columns).where(node_runs.c.run_id == run_id, node_runs.c.node_id.in_(node_ids))
    rows = connection.execute(query).mappings().all()
    return {NodeId(row["node_id"]): reading.output(row) for row in rows}
