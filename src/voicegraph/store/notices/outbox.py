"""Messages to the engine's server that were stored with the run they are about, until the server has them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, tuple_, update

from voicegraph import clock
from voicegraph.db.tables import outbox, run_payloads, runs
from voicegraph.graph.model import RunId
from voicegraph.run.state import RunStatus
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.reader import Reader

CAP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class EngineMessage:
    """`name` is the message's name at the server; `graph_version` tells one graph from another.

    `tries` failed since the server last took it, which it did `sends` times; `begun`: the server has started the run.
    """

    run_id: RunId
    name: str
    tries: int
    sends: int
    graph_version: str
    begun: bool
    created_at: float


class Outbox:
    """Claimed by due time, so that any number of processes may send."""

    def __init__(self, reader: Reader, journal: Journal) -> None:
        self._reader = reader
        self._journal = journal

    async def claim(self, limit: int, seconds: float) -> list[EngineMessage]:
        """Messages that are due, the oldest first. For `seconds` no other process gets them."""
        now = clock.now()
        if (due := await self.next_due()) is None or due > now:
            return []

        def work(connection: Connection) -> list[EngineMessage]:
            key = (outbox.c.run_id, outbox.c.name)
            due = (
                select(*key)
                .where(outbox.c.due_at <= now)
                .order_by(outbox.c.due_at)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            keys = connection.execute(due).all()
            if not keys:
                return []
            connection.execute(update(outbox).where(tuple_(*key).in_(keys)).values(due_at=now + seconds))
            return _messages(connection, keys)

        return await self._journal.execute(work)

    async def keep(self, messages: Collection[EngineMessage], pauses: Callable[[EngineMessage], float]) -> None:
        """The server has them. They are due again after a pause, in case nothing comes of them."""
        now = clock.now()

        def work(connection: Connection) -> None:
            for message in messages:
                _change(connection, message, tries=0, sends=message.sends + 1, due_at=now + pauses(message))

        await self._journal.execute(work)

    async def has(self, run_id: RunId, name: str) -> bool:
        """Whether this message waits to be sent, or to be sent again."""
        query = select(outbox.c.name).where(outbox.c.run_id == run_id, outbox.c.name == name)
        return await self._reader.read(lambda connection: connection.execute(query).first() is not None)

    async def drop(self, messages: Collection[EngineMessage]) -> None:
        """Nothing more is to be done with them."""
        keys = [(message.run_id, message.name) for message in messages]

        def work(connection: Connection) -> None:
            connection.execute(delete(outbox).where(tuple_(outbox.c.run_id, outbox.c.name).in_(keys)))

        await self._journal.execute(work)

    async def failed(self, messages: Collection[EngineMessage], base: float) -> None:
        """The server was not reached: try again after a pause that doubles from `base` to 30 seconds."""
        now = clock.now()

        def work(connection: Connection) -> None:
            for message in messages:
                pause = min(CAP_SECONDS, base * 2.0 ** min(message.tries, 32))
                _change(connection, message, tries=message.tries + 1, due_at=now + pause)

        await self._journal.execute(work)

    async def release(self, messages: Collection[EngineMessage]) -> None:
        """Give up a claim: whoever comes next may send at once."""
        keys = [(message.run_id, message.name) for message in messages]

        def work(connection: Connection) -> None:
            freed = update(outbox).where(tuple_(outbox.c.run_id, outbox.c.name).in_(keys))
            connection.execute(freed.values(due_at=clock.now()))

        await self._journal.execute(work)

    async def next_due(self) -> float | None:
        """When the next message may be sent; None when there is none."""
        query = select(outbox.c.due_at).order_by(outbox.c.due_at).limit(1)
        return await self._reader.read(lambda connection: connection.execute(query).scalar())


def _change(connection: Connection, message: EngineMessage, **values: float) -> None:
    key = (outbox.c.run_id == message.run_id, outbox.c.name == message.name)
    connection.execute(update(outbox).where(*key).values(**values))


def _messages(connection: Connection, keys: Collection[tuple[str, str]]) -> list[EngineMessage]:
    query = (
        select(outbox, runs.c.status, runs.c.engine_run_id, runs.c.created_at, run_payloads.c.workflow)
        .join(runs, runs.c.id == outbox.c.run_id)
        .join(run_payloads, run_payloads.c.run_id == runs.c.id)
        .where(tuple_(outbox.c.run_id, outbox.c.name).in_([*keys]))
    )
    return [
        EngineMessage(
            RunId(row["run_id"]),
            row["name"],
            row["tries"],
            row["sends"],
            graph_version(row["workflow"]),
            row["status"] != RunStatus.PENDING or row["engine_run_id"] is not None,
            row["created_at"],
        )
        for row in connection.execute(query).mappings()
    ]


def graph_version(workflow: str) -> str:
    """A digest of the graph as it is stored with the run."""
    return hashlib.sha256(workflow.encode()).hexdigest()[:16]
