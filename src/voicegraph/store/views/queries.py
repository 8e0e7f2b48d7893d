"""Queries of the history: pages of runs, one run whole, its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from voicegraph.db.tables import run_payloads, runs
from voicegraph.graph.model import NodeId, RunId
from voicegraph.run.events import RunEvent, StoredRun
from voicegraph.store.core.idempotency import require_same_request
from voicegraph.store.core.lenient_reader import Lenient
from voicegraph.store.core.outputs import MAX_PIECE, Piece, piece_of, same
from voicegraph.store.core.reader import Reader
from voicegraph.store.core.run_rows import load_origin, load_run
from voicegraph.store.runs.open_approvals import Approval, OpenApprovals, one_approval, open_approvals
from voicegraph.store.views.details import RunDetail, detail_of, payload_of, trigger_data_of
from voicegraph.store.views.event_pages import EventPage, events_of, page_of_events
from voicegraph.store.views.filters import Finder, RunFilter, in_order
from voicegraph.store.views.item_pages import ItemPage, page_of
from voicegraph.store.views.list_pages import ListedRun, listed
from voicegraph.store.views.statistics import WorkflowFigures, figures
from voicegraph.store.views.summaries import RunSummary, summaries_of, summary_of

MAX_PAGE = 200
_GOING_ON = RunFilter(("pending", "running", "waiting"))


@dataclass(frozen=True, slots=True)
class RunPage:
    """Newest first. `total` counts all that match, `running` all runs that are not over; `next` is the next cursor."""

    runs: list[RunSummary]
    total: int
    running: int
    next: str | None


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
            page = summaries_of(connection, in_order(connection, ids[:limit]))
            return page, ids[limit - 1] if len(ids) > limit else None

        return await self._reader.read(work)

    async def listed(self, run_ids: Sequence[RunId]) -> Mapping[RunId, ListedRun]:
        """What was run and the end of the log, for a page of the list; runs that are gone are left out."""
        return await self._reader.read(lambda connection: listed(connection, run_ids))

    async def statistics(self, which: RunFilter) -> list[WorkflowFigures]:
        """Figures for each workflow, the one with the most runs first."""
        return await self._reader.read(lambda connection: figures(connection, which))

    async def summary(self, run_id: RunId) -> RunSummary:
        """One line; NotFound."""
        return await self._reader.read(lambda connection: summary_of(connection, run_id))

    async def detail(self, run_id: RunId, *, whole: bool = False, tail: int | None = None) -> RunDetail:
        """The run, to be shown, or with its results `whole`; with its first events, or its last `tail`. NotFound."""
        return await self._reader.read(lambda connection: detail_of(connection, run_id, whole, tail))

    async def workflow(self, run_id: RunId) -> Mapping[str, Any]:
        """The graph as it was run; an empty one where it cannot be read."""

        def work(connection: Connection) -> Mapping[str, Any]:
            text = connection.execute(select(run_payloads.c.workflow).where(run_payloads.c.run_id == run_id)).scalar()
            return Lenient().workflow(text or "", {"nodes": [], "edges": []})

        return await self._reader.read(work)

    async def trigger_data(self, run_id: RunId) -> Mapping[str, Any]:
        """What started the run, whole; nothing where it cannot be read."""

        def work(connection: Connection) -> Mapping[str, Any]:
            payload = connection.execute(payload_of(run_id, whole=True)).mappings().one_or_none()
            return trigger_data_of(payload, Lenient())

        return await self._reader.read(work)

    async def events(self, run_id: RunId, after: int = 0, limit: int = 500, *, whole: bool = False) -> list[RunEvent]:
        """Events with a `seq` greater than `after`, in order. Large results are their beginnings, unless `whole`."""
        return await self._reader.read(lambda connection: events_of(connection, run_id, after, limit, whole))

    async def event_page(self, run_id: RunId, after: int, limit: int, before: int | None = None) -> EventPage:
        """Events after `after`, or the last ones before `before`, as many as an answer holds; NotFound."""
        return await self._reader.read(lambda connection: page_of_events(connection, run_id, after, limit, before))

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


def _page(connection: Connection, which: RunFilter, limit: int, cursor: str | None) -> RunPage:
    finder = Finder(connection, which)
    ids = finder.ids(limit + 1, cursor)
    page = summaries_of(connection, in_order(connection, ids[:limit]))
    has_all = not cursor and len(ids) <= limit  # then a second look at every run, to count, is spared
    total = len(ids) if has_all else finder.count()
    running = Finder(connection, _GOING_ON).count()
    return RunPage(page, total, running, ids[limit - 1] if len(ids) > limit else None)
