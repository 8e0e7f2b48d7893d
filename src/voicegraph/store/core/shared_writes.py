"""Write runs that other processes write too (engine Inngest): one after the other, by a lock on the run's row.

PostgreSQL locks the row; SQLite has one writer at a time anyway. Under the lock `seq` is read and not remembered, a run
that is over takes nothing more, and an event that was told already is not told again. What is committed is announced
to the other processes with the same transaction (`store.processes.listener`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, func, select, text, update

from voicegraph import clock
from voicegraph.db.tables import TERMINAL_STATUSES, outbox, run_events, runs
from voicegraph.graph.model import RunId
from voicegraph.run.events import Entry, RunEvent
from voicegraph.store.core.backlog_limit import Backlog
from voicegraph.store.core.rows import EntryWriter

CHANNEL = "voicegraph_runs"
ONCE = frozenset({"start", "success", "error", "retry", "waiting", "skipped"})
"""Kinds that are told once for a node and attempt; lines of log and progress may repeat."""


class SharedEntryWriter(EntryWriter):
    """See the module. `process` tells our own announcements from those of others; new runs need room in the backlog."""

    def __init__(self, dialect: Dialect, process: int, backlog: Backlog) -> None:
        super().__init__(dialect)
        self._announces = dialect.name == "postgresql"
        self._process = process
        self._backlog = backlog
        self._put = _put(dialect.name)

    def lock(self, connection: Connection, run_ids: Collection[RunId]) -> None:
        """Keep other writers from these runs until the transaction ends. In order of ids, so that none waits in a circle."""
        super().lock(connection, run_ids)
        if run_ids and self._announces:
            query = select(runs.c.id).where(runs.c.id.in_(run_ids)).order_by(runs.c.id).with_for_update()
            connection.execute(query).all()

    def write(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """As the base class; entries of runs that are over or gone are emptied. Overloaded: too many wait to begin."""
        if not entries:
            return
        if more := sum(1 for entry in entries if entry.create and entry.create.engine == self._backlog.engine):
            self._backlog.admit(connection, more)
        self._look(connection, {entry.run_id for entry in entries if entry.create is None}, entries)
        super().write(connection, entries)
        self._send(connection, entries)
        if self._announces:
            self._announce(connection, entries)

    def committed(self, entries: Sequence[Entry]) -> None:
        """Nothing is remembered: the next writer may be another process."""
        self._last_seq.clear()

    def _look(self, connection: Connection, run_ids: set[RunId], entries: Sequence[Entry]) -> None:
        last = func.coalesce(func.max(run_events.c.seq), 0)
        query = (
            select(runs.c.id, runs.c.status, last)
            .outerjoin(run_events, run_events.c.run_id == runs.c.id)
            .where(runs.c.id.in_(run_ids))
            .group_by(runs.c.id, runs.c.status)
        )
        found: Sequence[tuple[str, str, int]] = connection.execute(query).all() if run_ids else []
        self._last_seq = {RunId(run_id): seq for run_id, _, seq in found}
        open_runs = {run_id for run_id, status, _ in found if status not in TERMINAL_STATUSES}
        told = self._told(connection, run_ids, entries)
        for entry in entries:
            if entry.create is None and entry.run_id not in open_runs:
                _empty(entry)
            entry.events = [event for event in entry.events if _is_new(entry.run_id, event, told)]
            if entry.change and entry.change.status.terminal:
                open_runs.discard(entry.run_id)

    def _told(self, connection: Connection, run_ids: set[RunId], entries: Sequence[Entry]) -> set[tuple[str, str]]:
        keys = {key for entry in entries for event in entry.events if (key := event_key(event))}
        if not keys or not run_ids:
            return set()
        columns = (run_events.c.run_id, run_events.c.event_key)
        query = select(*columns).where(columns[0].in_(run_ids), columns[1].in_(keys))
        return set(connection.execute(query).all())

    def _event_row(
        self, connection: Connection, seqs: dict[RunId, int], run_id: RunId, event: RunEvent
    ) -> dict[str, Any]:
        return super()._event_row(connection, seqs, run_id, event) | {"event_key": event_key(event)}

    def _send(self, connection: Connection, entries: Iterable[Entry]) -> None:
        now = clock.now()
        rows = [{"run_id": e.run_id, "name": e.send, "tries": 0, "due_at": now} for e in entries if e.send]
        if rows:
            connection.execute(self._put, rows)
        for entry in entries:
            if entry.create and entry.create.engine == "live":
                entry.engine_run_id = str(self._process)  # such a run ends with its process
            if entry.engine_run_id:
                known = update(runs).where(runs.c.id == entry.run_id).values(engine_run_id=entry.engine_run_id)
                connection.execute(known)

    def _announce(self, connection: Connection, entries: Iterable[Entry]) -> None:
        status: dict[RunId, str | None] = {}
        for entry in entries:
            changed = entry.change.status if entry.change else "pending" if entry.create else entry.news
            if changed or entry.events:
                status[entry.run_id] = changed or status.get(entry.run_id)
        notify = text("SELECT pg_notify(:channel, :payload)")
        for run_id, changed in status.items():
            payload = json.dumps([self._process, run_id, changed])
            connection.execute(notify, {"channel": CHANNEL, "payload": payload})


def _put(dialect: str) -> Any:
    """A message that waits in the outbox already is due again: the second may say that more has happened."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as upsert
    else:
        from sqlalchemy.dialects.sqlite import insert as upsert
    statement = upsert(outbox)
    return statement.on_conflict_do_update(
        index_elements=["run_id", "name"], set_={"tries": 0, "due_at": statement.excluded.due_at}
    )


def event_key(event: RunEvent) -> str | None:
    """What makes an event of a node the same as another of the same run."""
    return f"{event.node_id}:{event.attempt}:{event.kind}" if event.node_id and event.kind in ONCE else None


def _is_new(run_id: RunId, event: RunEvent, told: set[tuple[str, str]]) -> bool:
    key = event_key(event)
    if key is None:
        return True
    if (run_id, key) in told:
        return False
    told.add((run_id, key))
    return True


def _empty(entry: Entry) -> None:
    entry.events, entry.nodes, entry.items = [], [], []
    entry.drops_items = entry.drops_nodes = False
    entry.change = entry.send = entry.engine_run_id = entry.news = entry.follow_up = None
