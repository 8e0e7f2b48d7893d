"""Notices of runs that somebody wants to hear of: noted by the database, decided once, sent from an outbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, tuple_, update

from voicegraph import clock
from voicegraph.db.notice_tables import notices, notify_messages, notify_states, notify_wanted
from voicegraph.db.tables import run_payloads, runs
from voicegraph.graph.model import new_id
from voicegraph.store.core.column_values import Row, tidied
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.lenient_reader import BROKEN, Lenient, error_of
from voicegraph.store.core.reader import Reader
from voicegraph.store.core.rows import dump, plain

BATCH = 100
KEPT = 500
"""Messages that are sent, or given up, and still shown."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to a run: `failed`, `completed` or `waiting` (for approval)."""

    run_id: str
    kind: str
    workflow_id: str
    name: str
    command: str
    error: str
    at: float
    wishes: Mapping[str, Any] | None
    """`notify` of the workflow as it was run."""


@dataclass(frozen=True, slots=True)
class State:
    """The state of what watchers were told of one kind. `held` facts wait for a digest; `fact` is the last of them."""

    workflow_id: str
    kind: str
    sent_at: float
    held: int = 0
    digest_at: float | None = None
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """A message that is to be sent. `channel`: `mail` or `chat`; `target`: addresses of a mail."""

    channel: str
    target: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class NoticeDecision:
    """The consequences of a fact, or of a digest that is due."""

    states: Sequence[State] = ()
    drafts: Sequence[MessageDraft] = ()


@dataclass(frozen=True, slots=True)
class NoticeMessage:
    """A draft in the outbox, and what became of it. Without `due_at` nothing more happens with it."""

    id: str
    workflow_id: str
    kind: str
    channel: str
    target: str
    subject: str
    body: str
    made_at: float
    tries: int
    due_at: float | None
    sent_at: float | None
    error: str | None


States = Mapping[str, State]
"""By kind, those of one workflow."""


class Notices:
    """All that is kept for notifications."""

    def __init__(self, reader: Reader, journal: Journal) -> None:
        self._reader = reader
        self._journal = journal

    async def want(self, kinds: Sequence[str]) -> None:
        """What is wanted of workflows that say nothing themselves."""

        def work(connection: Connection) -> None:
            connection.execute(delete(notify_wanted))
            if kinds:
                connection.execute(insert(notify_wanted), [{"kind": kind} for kind in dict.fromkeys(kinds)])

        await self._journal.execute(work)

    async def decide(
        self, judge: Callable[[Fact, States], NoticeDecision], digest: Callable[[State], NoticeDecision]
    ) -> int:
        """Judge what is new and what is due. What follows is written with the deletion of its cause. How many."""
        now = clock.now()
        if not await self._reader.read(lambda connection: _pending(connection, now)):
            return 0
        return await self._journal.execute(lambda connection: _decide(connection, judge, digest, now))

    async def claim(self, limit: int, seconds: float) -> list[NoticeMessage]:
        """Messages that are due. For `seconds` nobody else gets them."""
        now = clock.now()
        due = notify_messages.c.due_at <= now
        if not await self._reader.read(lambda c: c.execute(select(notify_messages.c.id).where(due).limit(1)).first()):
            return []

        def work(connection: Connection) -> list[NoticeMessage]:
            query = select(notify_messages).where(due).order_by(notify_messages.c.due_at).limit(limit)
            rows = connection.execute(query.with_for_update(skip_locked=True)).mappings().all()
            ids = [row["id"] for row in rows]
            taken = update(notify_messages).where(notify_messages.c.id.in_(ids))
            connection.execute(taken.values(due_at=now + seconds, tries=notify_messages.c.tries + 1))
            return [_message(row) for row in rows]

        return await self._journal.execute(work)

    async def settle(self, message_id: str, *, error: str | None = None, again_at: float | None = None) -> None:
        """It was sent; or it was not, and is tried again or given up."""
        values = {"due_at": again_at, "error": error, "sent_at": None if error else clock.now()}
        change = update(notify_messages).where(notify_messages.c.id == message_id).values(**values)
        await self._journal.execute(lambda connection: connection.execute(change) and None)

    async def recent(self, limit: int = 50) -> list[NoticeMessage]:
        """The last messages, newest first."""
        return await self._reader.read(lambda connection: latest(connection, limit))

    async def next_due(self) -> float | None:
        """When something is to be sent, or a digest to be written."""
        queries = [select(func.min(column)) for column in (notify_messages.c.due_at, notify_states.c.digest_at)]
        found = await self._reader.read(lambda connection: [connection.execute(query).scalar() for query in queries])
        return min((at for at in found if at is not None), default=None)


def latest(connection: Connection, limit: int) -> list[NoticeMessage]:
    """The last messages, newest first."""
    query = select(notify_messages).order_by(notify_messages.c.id.desc()).limit(limit)
    return [_message(row) for row in connection.execute(query).mappings().all()]


def _message(row: RowMapping) -> NoticeMessage:
    return NoticeMessage(**tidied(notify_messages, row))


def _pending(connection: Connection, now: float) -> bool:
    due = select(notify_states.c.kind).where(notify_states.c.digest_at <= now).limit(1)
    return any(connection.execute(query).first() for query in (select(notices.c.kind).limit(1), due))


def _decide(
    connection: Connection,
    judge: Callable[[Fact, States], NoticeDecision],
    digest: Callable[[State], NoticeDecision],
    now: float,
) -> int:
    facts = _take_facts(connection)
    for fact in facts:
        _apply(connection, fact.workflow_id, fact.kind, judge(fact, _states(connection, fact.workflow_id)), now)
    query = select(notify_states).where(notify_states.c.digest_at <= now).limit(BATCH)
    due = [_state(row) for row in connection.execute(query).mappings().all()]
    for state in due:
        _apply(connection, state.workflow_id, state.kind, digest(state), now)
    if facts or due:
        over = select(notify_messages.c.id).where(notify_messages.c.due_at.is_(None))
        old = connection.execute(over.order_by(notify_messages.c.id.desc()).offset(KEPT)).scalars().all()
        connection.execute(delete(notify_messages).where(notify_messages.c.id.in_(old)))
    return len(facts) + len(due)


def _take_facts(connection: Connection) -> list[Fact]:
    query = (
        select(notices.c.run_id, notices.c.kind, runs.c.workflow_id, runs.c.name, runs.c.command, runs.c.error,
               runs.c.finished_at, run_payloads.c.workflow)
        .join(runs, runs.c.id == notices.c.run_id)
        .join(run_payloads, run_payloads.c.run_id == runs.c.id)
        .order_by(notices.c.run_id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=notices)
    )  # fmt: skip
    rows = connection.execute(query).mappings().all()
    keys = [(row["run_id"], row["kind"]) for row in rows]
    if keys:
        connection.execute(delete(notices).where(tuple_(notices.c.run_id, notices.c.kind).in_(keys)))
    facts = [_fact(row) for row in rows]
    return sorted(facts, key=lambda fact: fact.at)


def _fact(row: RowMapping) -> Fact:
    wishes: Any = Lenient().workflow(row["workflow"], {}).get("notify")
    run = Lenient().run(row)
    error: Any = (error_of(run["error"]) or {}).get("message") or ""
    at = run["finished_at"] or clock.now()
    return Fact(run["run_id"], run["kind"], run["workflow_id"], run["name"], run["command"], str(error), at, wishes)


def _states(connection: Connection, workflow_id: str) -> States:
    query = select(notify_states).where(notify_states.c.workflow_id == workflow_id)
    return {row["kind"]: _state(row) for row in connection.execute(query).mappings().all()}


def _state(row: Row) -> State:
    row = tidied(notify_states, row)
    try:
        fact = Fact(**json.loads(row["fact"])) if row["fact"] else None
    except BROKEN:  # it is told without what happened last
        fact = None
    return State(row["workflow_id"], row["kind"], row["sent_at"], row["held"], row["digest_at"], fact)


def _apply(connection: Connection, workflow_id: str, kind: str, decision: NoticeDecision, now: float) -> None:
    for state in decision.states:
        values = asdict(replace(state, fact=None)) | {"fact": dump(asdict(state.fact)) if state.fact else None}
        key = (notify_states.c.workflow_id == state.workflow_id, notify_states.c.kind == state.kind)
        connection.execute(delete(notify_states).where(*key))
        connection.execute(insert(notify_states).values(**values))
    for draft in decision.drafts:
        words = {"target": plain(draft.target), "subject": plain(draft.subject), "body": plain(draft.body)}
        connection.execute(
            insert(notify_messages).values(
                id=new_id("msg"), workflow_id=workflow_id, kind=kind, channel=draft.channel,
                made_at=now, tries=0, due_at=now, **words,
            )
        )  # fmt: skip
