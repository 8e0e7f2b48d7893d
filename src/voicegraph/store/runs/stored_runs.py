"""Read runs back for an engine that goes on with them (`run.ports.RunStore`)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, exists, func, or_, select, update

from voicegraph import clock
from voicegraph.db.tables import TERMINAL_STATUSES, item_runs, node_runs, runs
from voicegraph.graph.model import NodeId, RunId, WorkflowId
from voicegraph.run.earlier_items import DoneItem
from voicegraph.run.events import EngineName, ItemRun, StoredRun
from voicegraph.run.ports import StoredQueue
from voicegraph.run.queue import Ticket
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.reader import Reader
from voicegraph.store.core.run_rows import follow_up, load_run, load_whole
from voicegraph.store.runs.earlier_items import done_items, results_of
from voicegraph.store.runs.open_approvals import IS_WAITING
from voicegraph.store.runs.queue_rows import read_line, read_tickets
from voicegraph.store.runs.run_limit import admit, begun_of


class StoredRuns:
    """Runs as the engines need them."""

    def __init__(self, reader: Reader, journal: Journal) -> None:
        self._reader = reader
        self._journal = journal

    async def load(self, run_id: RunId) -> StoredRun:
        """The run, its payload and its node rows; NotFound."""
        return await self._reader.read(lambda connection: load_run(connection, run_id))

    async def load_whole(self, run_id: RunId) -> StoredRun:
        """As `load`, with the items of nodes in flight."""
        return await self._reader.read(lambda connection: load_whole(connection, run_id))

    async def is_open(self, run_id: RunId) -> bool:
        """Whether there is such a run that is not over, also where it cannot be read."""
        return bool(
            await self._ids(select(runs.c.id).where(runs.c.id == run_id, runs.c.status.not_in(TERMINAL_STATUSES)))
        )

    async def follow_up(self, run_id: RunId) -> WorkflowId | None:
        """What is started when this run fails, also where the run cannot be read."""
        return await self._reader.read(lambda connection: follow_up(connection, run_id))

    async def done_items(self, origin: RunId, node_id: NodeId) -> list[DoneItem]:
        """See `run.earlier_items.EarlierRuns`."""
        return await self._reader.read(lambda connection: done_items(connection, origin, node_id))

    async def results_of(self, node_id: NodeId, done: Sequence[DoneItem]) -> dict[DoneItem, ItemRun]:
        """See `run.earlier_items.EarlierRuns`."""
        return await self._reader.read(lambda connection: results_of(connection, node_id, done))

    async def unfinished(self, engine: EngineName) -> list[RunId]:
        """Runs that are not over and wait for no timer, oldest first."""
        return await self._ids(
            select(runs.c.id)
            .where(runs.c.status.not_in(TERMINAL_STATUSES), runs.c.engine == engine, runs.c.wake_at.is_(None))
            .order_by(runs.c.id)
        )

    async def parked(self, engine: EngineName) -> list[RunId]:
        """See `run.ports.RunStore`."""
        return await self._reader.read(lambda connection: parked_runs(connection, engine))

    async def line(self, engine: EngineName) -> StoredQueue:
        """See `run.ports.RunStore`."""
        return await self._reader.read(lambda connection: read_line(connection, engine))

    async def admit(self, run_id: RunId, workflow_id: str, limit: int, engine_run_id: str) -> bool:
        """Whether one more run of this workflow may begin; for engines whose line is elsewhere."""
        return await self._journal.execute(lambda c: admit(c, run_id, workflow_id, limit, engine_run_id))

    async def overdue(self, limit: int) -> list[RunId]:
        """Runs of Inngest that by their rows may wait for a call in vain."""
        return await self._reader.read(lambda connection: overdue_runs(connection, clock.now(), limit))

    async def begun(self, after: str, limit: int) -> list[RunId]:
        """Runs of Inngest that have begun and are not over, in order of their ids."""
        return await self._reader.read(lambda connection: begun_runs(connection, after, limit))

    async def tickets(self, run_ids: Sequence[RunId]) -> list[Ticket]:
        """See `run.ports.RunStore`."""
        return await self._reader.read(lambda connection: read_tickets(connection, run_ids)) if run_ids else []

    async def take_due(self, engine: EngineName, now: float) -> list[RunId]:
        """Runs whose timer has come. Their timer is cleared with the same statement, so that each is taken once."""
        taken = (
            update(runs)
            .where(runs.c.wake_at <= now, runs.c.engine == engine, runs.c.status.not_in(TERMINAL_STATUSES))
            .values(wake_at=None)
            .returning(runs.c.id)
        )
        if await self._ids(select(runs.c.id).where(runs.c.wake_at <= now).limit(1)):  # most looks find nothing to write
            return await self._journal.execute(lambda connection: [*map(RunId, connection.execute(taken).scalars())])
        return []

    async def next_wake(self, engine: EngineName) -> float | None:
        """When the next timer comes."""
        query = select(func.min(runs.c.wake_at)).where(runs.c.engine == engine, runs.c.status.not_in(TERMINAL_STATUSES))
        return await self._reader.read(lambda connection: connection.execute(query).scalar())

    async def _ids(self, query: Select[str]) -> list[RunId]:
        return await self._reader.read(lambda connection: [RunId(row) for row in connection.execute(query).scalars()])


# -- runs that wait for somebody's answer, found by their rows: nobody reads such a run until the answer comes


def parked_runs(connection: Connection, engine: EngineName) -> list[RunId]:
    """Those whose node waits for an answer, or that wait for nothing that can be seen.

    The others are read without this: at once, or when their timer comes.
    """
    mine = node_runs.c.run_id == runs.c.id
    answered = exists().where(mine, IS_WAITING, node_runs.c.waits_for.is_not(None))
    timed = exists().where(mine, node_runs.c.status.in_(("waiting", "retrying")))
    query = select(runs.c.id).where(
        runs.c.wake_at.is_not(None),
        runs.c.engine == engine,
        runs.c.status.not_in(TERMINAL_STATUSES),
        or_(answered, ~timed),
    )
    return [RunId(run_id) for run_id in connection.execute(query).scalars()]


# -- runs of Inngest that may wait for a call of it in vain: looked up by their rows, judged by the engine


_OPEN = ("running", "retrying", "waiting")


def overdue_runs(connection: Connection, now: float, limit: int) -> list[RunId]:
    """Runs with something that is due, with nothing that is under way, or in a line that has room; the oldest first."""
    begun = and_(
        runs.c.status.in_(("running", "waiting")), or_(_due(node_runs, now), _due(item_runs, now), ~_alive(now))
    )
    in_line = and_(runs.c.status == "pending", runs.c.engine_run_id.is_not(None), _has_room())
    query = select(runs.c.id).where(runs.c.engine == "inngest", or_(begun, in_line)).order_by(runs.c.id).limit(limit)
    return [RunId(run_id) for run_id in connection.execute(query).scalars()]


def begun_runs(connection: Connection, after: str, limit: int) -> list[RunId]:
    """Runs that have begun and are not over, in order of their ids."""
    query = (
        select(runs.c.id)
        .where(runs.c.engine == "inngest", runs.c.status.in_(("running", "waiting")), runs.c.id > after)
        .order_by(runs.c.id)
        .limit(limit)
    )
    return [RunId(run_id) for run_id in connection.execute(query).scalars()]


def _due(table: Table, now: float) -> ColumnElement[bool]:
    return exists().where(table.c.run_id == runs.c.id, table.c.status.in_(_OPEN), table.c.due_at <= now)


def _alive(now: float) -> ColumnElement[bool]:
    """A node that is claimed, sleeps, or waits for somebody's answer."""
    waits = and_(node_runs.c.status == "waiting", node_runs.c.due_at.is_(None))
    return exists().where(
        node_runs.c.run_id == runs.c.id, node_runs.c.status.in_(_OPEN), or_(node_runs.c.due_at > now, waits)
    )


def _has_room() -> ColumnElement[bool]:
    return or_(runs.c.concurrency.is_(None), begun_of(runs.c.workflow_id) < runs.c.concurrency)
