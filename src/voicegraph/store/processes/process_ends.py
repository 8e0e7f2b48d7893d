"""The end of the process before this one, and what of it is laid to the nodes that were at work.

The time is that of a file beside the database, touched every few seconds: a row would cost a write to the disk each time.
The file holds a word while a process lives, and is emptied when it is told to stop: that needs no room on a full disk.
"""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, and_, select, update

from voicegraph.db.private_files import private_file
from voicegraph.db.tables import TERMINAL_STATUSES, item_runs, node_runs, runs
from voicegraph.graph.model import NodeId, RunId
from voicegraph.run.crash_blame import Death, Flight, blamed
from voicegraph.run.events import EngineName
from voicegraph.run.state import NodeStatus
from voicegraph.store.core.journal import Journal

log = logging.getLogger(__name__)

ALIVE = "alive"
"""What the file holds until the process is told to stop. Anything else is no evidence against a node."""


class ProcessRecord:
    """The lives of the processes that own this database, one after the other."""

    def __init__(self, path: Path, journal: Journal) -> None:
        self._path = path
        self._journal = journal

    async def begin(self, engine: EngineName) -> None:
        """A life begins: lay the death before it to nodes of this engine's runs. StorageError when that cannot be written."""
        death = self._last()
        flights, guilty = await self._journal.execute(lambda connection: _judge(connection, engine, death))
        if flights and not death.planned:
            log.warning("The server stopped while %d nodes were at work; it counts against %d", flights, guilty)
        self._begun()

    def beat(self) -> None:
        """The process is alive."""
        with contextlib.suppress(OSError):  # a death that nobody knows the time of is laid to nobody
            os.utime(self._path)

    def stopping(self) -> None:
        """The process was told to stop: however it ends, no node is to blame."""
        try:
            private_file(self._path)
            os.truncate(self._path, 0)
        except OSError as error:
            self._warn(error)

    def _last(self) -> Death:
        try:
            return Death(self._path.stat().st_mtime, planned=self._path.read_text() != ALIVE)
        except (OSError, ValueError):
            return Death(None)

    def _begun(self) -> None:
        """Mark this life. The word of a life that was cut off stays: written anew, a full disk might refuse it."""
        try:
            private_file(self._path)
            if self._path.read_bytes() != ALIVE.encode():
                self._path.write_text(ALIVE)
        except OSError as error:
            self._warn(error)
        self.beat()

    def _warn(self, error: OSError) -> None:
        log.warning("%s cannot be written (%s)", self._path, error.strerror)


def _judge(connection: Connection, engine: EngineName, death: Death) -> tuple[int, int]:
    """How many were at work, and against how many it counts. None of them is at work any more."""
    flights = [
        _flight(row, engine)
        for table in (node_runs, item_runs)
        for row in connection.execute(
            select(table, runs.c.engine)
            .join(runs)
            .where(runs.c.status.not_in(TERMINAL_STATUSES), runs.c.engine.in_((engine, "live")), _at_work(table))
        ).mappings()
    ]
    guilty = blamed(flights, death)
    for one in guilty:
        table = node_runs if one.item is None else item_runs
        connection.execute(update(table).where(_is(table, one)).values(deaths=table.c.deaths + 1))
    ours = select(runs.c.id).where(runs.c.status.not_in(TERMINAL_STATUSES), runs.c.engine == engine)
    for table in (node_runs, item_runs):
        connection.execute(update(table).where(table.c.run_id.in_(ours), _at_work(table)).values(begun_at=None))
    return sum(one.ours for one in flights), len(guilty)


def _at_work(table: Table) -> ColumnElement[bool]:
    return and_(table.c.status == str(NodeStatus.RUNNING), table.c.begun_at.is_not(None))


def _is(table: Table, flight: Flight) -> ColumnElement[bool]:
    node = and_(table.c.run_id == flight.run_id, table.c.node_id == flight.node_id)
    return node if flight.item is None else and_(node, table.c.item == flight.item)


def _flight(row: RowMapping, engine: EngineName) -> Flight:
    return Flight(
        RunId(row["run_id"]),
        NodeId(row["node_id"]),
        row.get("item"),
        row["begun_at"],
        row["deaths"],
        row["engine"] == engine,
    )
