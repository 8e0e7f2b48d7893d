"""What the history shows: pages of runs, one run whole, its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection, RowMapping, Select, case, func, select

from voicegraph.db.tables import node_runs, outbox, run_events, run_payloads, runs
from voicegraph.errors import Conflict, NotFound
from voicegraph.graph.model import NodeId, RunId
from voicegraph.history.approvals import Approval, OpenApprovals, one_approval, open_approvals
from voicegraph.history.filters import Finder, RunFilter, in_order
from voicegraph.history.items import ItemPage, page_of
from voicegraph.history.lenient import Lenient, error_of
from voicegraph.history.lineage import Lineage, lineage_of
from voicegraph.history.listed import Listed, listed
from voicegraph.history.load import load_origin, load_run
from voicegraph.history.outputs import MAX_PIECE, Piece, piece_of, room_for, same, shown
from voicegraph.history.statistics import WorkflowFigures, figures
from voicegraph.history.store import Reader
from voicegraph.nodes.output import Output
from voicegraph.nodes.shortened import FIRST_CHARACTERS, SHOWN_CHARACTERS
from voicegraph.run.events import NodeRun, RunEvent, StoredRun

MAX_PAGE = 200
MAX_EVENTS = 2_000
MAX_MESSAGES = 1 << 20
"""Events, and characters of them, that are read with their run; the others are read by `seq`."""
SETTLED = ("completed", "failed", "skipped", "cancelled")
_GOING_ON = RunFilter(("pending", "running", "waiting"))


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A line of the list. Times in seconds since the epoch; `done_count` counts nodes that will not run any more."""

    id: RunId
    workflow_id: str
    name: str
    status: str
    engine: str
    trigger: str
    command: str
    node_count: int
    done_count: int
    created_at: float
    started_at: float | None
    finished_at: float | None
    error: Mapping[str, JsonValue] | None
    engine_run_id: str | None
    cost: float | None
    input_tokens: int | None
    output_tokens: int | None
    estimated: int | None
    origin_run_id: RunId | None
    parent_run_id: RunId | None
    parent_node_id: NodeId | None
    unsent: bool
    """Stored, but the engine's server could not be reached yet: it waits in the outbox."""
    trigger_id: str | None


@dataclass(frozen=True, slots=True)
class RunPage:
    """Newest first. `total` counts all that match, `running` all runs that are not over; `next` is the next cursor."""

    runs: list[RunSummary]
    total: int
    running: int
    next: str | None


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


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events in their order. `count` is how many the run has; `next` is the `after` of the page behind this one,
    `previous` the `before` of the page before it.
    """

    events: list[RunEvent]
    count: int
    next: int | None
    previous: int | None


class RunQueries:
    """Reads of the history."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def page(self, which: RunFilter, limit: int = 50, cursor: str | None = None) -> RunPage:
        """A page after `cursor` (the id of the last run of the page before)."""
        return await self._reader.read(
            lambda connection: _page(connection, which, max(1, min(limit, MAX_PAGE)), cursor)
        )

    async def summaries(
        self, which: RunFilter, limit: int, cursor: str | None = None
    ) -> tuple[list[RunSummary], RunId | None]:
        """A page without its totals, and the next cursor."""

        def work(connection: Connection) -> tuple[list[RunSummary], RunId | None]:
            ids = Finder(connection, which).ids(limit + 1, cursor)
            page = _summaries(connection, in_order(connection, ids[:limit]))
            return page, ids[limit - 1] if len(ids) > limit else None

        return await self._reader.read(work)

    async def listed(self, run_ids: Sequence[RunId]) -> Mapping[RunId, Listed]:
        """What was run and the end of the log, for a page of the list; runs that are gone are left out."""
        return await self._reader.read(lambda connection: listed(connection, run_ids))

    async def statistics(self, which: RunFilter) -> list[WorkflowFigures]:
        """Figures for each workflow, the one with the most runs first."""
        return await self._reader.read(lambda connection: figures(connection, which))

    async def summary(self, run_id: RunId) -> RunSummary:
        """One line; NotFound."""
        return await self._reader.read(lambda connection: _summary(connection, run_id))

    async def detail(self, run_id: RunId, *, whole: bool = False, tail: int | None = None) -> RunDetail:
        """The run, to be shown, or with its results `whole`; with its first events, or its last `tail`. NotFound."""
        return await self._reader.read(lambda connection: _detail(connection, run_id, whole, tail))

    async def workflow(self, run_id: RunId) -> Mapping[str, Any]:
        """The graph as it was run; an empty one where it cannot be read."""

        def work(connection: Connection) -> Mapping[str, Any]:
            text = connection.execute(select(run_payloads.c.workflow).where(run_payloads.c.run_id == run_id)).scalar()
            return Lenient().workflow(text or "", {"nodes": [], "edges": []})

        return await self._reader.read(work)

    async def trigger_data(self, run_id: RunId) -> Mapping[str, Any]:
        """What started the run, whole; nothing where it cannot be read."""

        def work(connection: Connection) -> Mapping[str, Any]:
            payload = connection.execute(_payload_of(run_id, whole=True)).mappings().one_or_none()
            return _trigger_data(payload, Lenient())

        return await self._reader.read(work)

    async def events(self, run_id: RunId, after: int = 0, limit: int = 500, *, whole: bool = False) -> list[RunEvent]:
        """Events with a `seq` greater than `after`, in order. Large results are their beginnings, unless `whole`."""
        return await self._reader.read(lambda connection: _events(connection, run_id, after, limit, whole))

    async def event_page(self, run_id: RunId, after: int, limit: int, before: int | None = None) -> EventPage:
        """Events after `after`, or the last ones before `before`, as many as an answer holds; NotFound."""

        def work(connection: Connection) -> EventPage:
            _summary(connection, run_id)
            if before is None:
                events = _within_room(_events(connection, run_id, after, limit))
            else:
                events = _last_events(connection, run_id, before, limit)
            count = _event_count(connection, run_id)
            following = events[-1].seq if events and events[-1].seq < count else None
            return EventPage(events, count, following, events[0].seq if events and events[0].seq > 1 else None)

        return await self._reader.read(work)

    async def output_piece(
        self, run_id: RunId, node_id: NodeId, item: int | None = None, offset: int = 0, most: int = MAX_PIECE
    ) -> Piece:
        """A part of the JSON of a node's result, or of one of its items, of `most` characters; NotFound."""
        return await self._reader.read(lambda connection: piece_of(connection, run_id, node_id, item, offset, most))

    async def same_outputs(self, left: RunId, right: RunId) -> set[NodeId]:
        """Nodes whose results are the same in both runs."""
        return await self._reader.read(lambda connection: same(connection, left, right))

    async def stored(self, run_id: RunId) -> StoredRun:
        """The run as an engine goes on with it; NotFound."""
        return await self._reader.read(lambda connection: load_run(connection, run_id))

    async def origin(self, run_id: RunId) -> StoredRun:
        """As `stored`, with the items that a run made from it may take over."""
        return await self._reader.read(lambda connection: load_origin(connection, run_id))

    async def open_approvals(self, limit: int = 50, run_id: RunId | None = None) -> OpenApprovals:
        """What waits for people, the oldest first."""
        return await self._reader.read(lambda connection: open_approvals(connection, limit, run_id))

    async def approval(self, run_id: RunId, node_id: NodeId) -> Approval:
        """One approval, open or answered; NotFound."""
        return await self._reader.read(lambda connection: one_approval(connection, run_id, node_id))

    async def items(
        self, run_id: RunId, node_id: NodeId, after: int = -1, limit: int = 100, status: str | None = None
    ) -> ItemPage:
        """Items of a node with `each` that were started, in order, those after item `after`; NotFound for the run."""
        return await self._reader.read(lambda connection: page_of(connection, run_id, node_id, after, limit, status))

    async def ping(self) -> None:
        """Raises what the database raises when it does not answer."""
        await self._reader.read(lambda connection: connection.execute(select(1)).scalar())

    async def by_idempotency_key(self, key: str, digest: str | None = None) -> RunId | None:
        """The run that was made with this key; Conflict when both requests are known and differ."""
        query = select(runs.c.id, runs.c.request_digest).where(runs.c.idempotency_key == key)
        found = await self._reader.read(lambda connection: connection.execute(query).one_or_none())
        if found is None:
            return None
        require_same_request(found.id, found.request_digest, digest)
        return RunId(found.id)


def require_same_request(run_id: str, known: str | None, digest: str | None) -> None:
    """Conflict when both requests that came with one key are known by their digests, and differ."""
    if digest and known and digest != known:
        message = f"This Idempotency-Key was used for another request, which made the run {run_id}. Send another key."
        raise Conflict("key_used", message)


def _page(connection: Connection, which: RunFilter, limit: int, cursor: str | None) -> RunPage:
    finder = Finder(connection, which)
    ids = finder.ids(limit + 1, cursor)
    page = _summaries(connection, in_order(connection, ids[:limit]))
    has_all = not cursor and len(ids) <= limit  # then a second look at every run, to count, is spared
    total = len(ids) if has_all else finder.count()
    running = Finder(connection, _GOING_ON).count()
    return RunPage(page, total, running, ids[limit - 1] if len(ids) > limit else None)


def _summary(connection: Connection, run_id: RunId) -> RunSummary:
    return _summaries(connection, [_row(connection, run_id)])[0]


def _row(connection: Connection, run_id: RunId) -> RowMapping:
    rows = connection.execute(select(runs).where(runs.c.id == run_id)).mappings().all()
    if not rows:
        raise NotFound(f"There is no run {run_id}.")
    return rows[0]


def _summaries(connection: Connection, rows: Sequence[RowMapping]) -> list[RunSummary]:
    """Lines of the list. What cannot be read of a run its error says; the others have nothing to do with it."""
    lines: list[RunSummary] = []
    for row, more in zip(rows, _more(connection, rows), strict=True):
        reading = Lenient()
        line = _line(row, reading, **more)
        lines.append(replace(line, error=reading.said(line.error)))
    return lines


def _line(row: RowMapping, reading: Lenient, **more: Any) -> RunSummary:
    values = reading.run(row)
    return RunSummary(**{name: values[name] for name in _PLAIN_COLUMNS}, error=error_of(values["error"]), **more)


def _more(connection: Connection, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """What stands in other tables."""
    ids = [row["id"] for row in rows]
    counts = (
        select(node_runs.c.run_id, func.count())
        .where(node_runs.c.run_id.in_(ids), node_runs.c.status.in_(SETTLED))
        .group_by(node_runs.c.run_id)
    )
    done = {run_id: count for run_id, count in connection.execute(counts)}  # noqa: C416
    unsent = _unsent(connection, [row["id"] for row in rows if row["status"] == "pending"])
    return [{"done_count": done.get(row["id"], 0), "unsent": row["id"] in unsent} for row in rows]


_READ = ("done_count", "error", "unsent")
_PLAIN_COLUMNS = [name for name in RunSummary.__dataclass_fields__ if name not in _READ]


def _unsent(connection: Connection, pending: list[str]) -> set[str]:
    """Of these runs, those that were tried to be sent, in vain."""
    if not pending:
        return set()
    query = select(outbox.c.run_id).where(outbox.c.run_id.in_(pending), outbox.c.tries > 0, outbox.c.sends == 0)
    return set(connection.execute(query).scalars())


def _detail(connection: Connection, run_id: RunId, whole: bool, tail: int | None) -> RunDetail:
    row, reading = _row(connection, run_id), Lenient()
    summary = _line(row, reading, **_more(connection, [row])[0])
    most = None if whole else room_for(connection, run_id)
    payload = connection.execute(_payload_of(run_id, whole)).mappings().one_or_none()
    none: dict[str, JsonValue] = {"id": summary.workflow_id, "name": summary.name, "nodes": [], "edges": []}
    workflow = reading.workflow(payload["workflow"] if payload else "", none)
    config = reading.object("config", payload["config"] if payload else "") or {}
    trigger_data = _trigger_data(payload, reading)
    nodes = [reading.node(row) for row in connection.execute(_nodes_of(run_id, most)).mappings().all()]
    outputs = {node.node_id: node.output for node in nodes}
    count = _event_count(connection, run_id)
    if tail is None:
        events = _within_room(_events(connection, run_id, 0, MAX_EVENTS, reading=reading, known=outputs))
    else:
        events = _last_events(connection, run_id, count + 1, tail, reading=reading, known=outputs)
    lineage = lineage_of(connection, run_id, summary.origin_run_id)
    summary = replace(summary, error=reading.said(summary.error))
    return RunDetail(summary, workflow, config, trigger_data, nodes, events, count, lineage)


def _event_count(connection: Connection, run_id: RunId) -> int:
    last = select(func.max(run_events.c.seq)).where(run_events.c.run_id == run_id)  # `seq` has no gaps
    return connection.execute(last).scalar() or 0


def _trigger_data(payload: RowMapping | None, reading: Lenient) -> dict[str, JsonValue]:
    """What started the run; where that is long, its beginning."""
    if payload is None or payload["trigger_size"] in (None, len(payload["trigger_data"])):
        return reading.object("trigger data", payload["trigger_data"] if payload else "") or {}
    return reading.beginning("trigger data", payload["trigger_data"], payload["trigger_size"])


def _payload_of(run_id: RunId, whole: bool) -> Any:
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


def _within_room(events: list[RunEvent]) -> list[RunEvent]:
    """The first of these, as far as their messages are not too much for one answer; at least one."""
    room = MAX_MESSAGES
    for number, event in enumerate(events):
        room -= len(event.message)
        if room < 0 and number:
            return events[:number]
    return events


def _last_events(connection: Connection, run_id: RunId, before: int, limit: int, **more: Any) -> list[RunEvent]:
    """The last `limit` of those before `before`, as far as an answer has room for them."""
    first = max(0, before - 1 - limit)  # `seq` has no gaps
    events = _events(connection, run_id, first, min(limit, before - 1 - first), **more)
    return _within_room(events[::-1])[::-1]


def _events(
    connection: Connection,
    run_id: RunId,
    after: int,
    limit: int,
    whole: bool = False,
    known: Mapping[NodeId, Output | None] | None = None,
    reading: Lenient | None = None,
) -> list[RunEvent]:
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
