"""Webhooks: what is known of each, and the calls they got.

No secret is here. A row has the salt a secret was made with, which is worth nothing without the key outside the database,
and the secret's SHA-256.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from voicegraph import clock
from voicegraph.db.tables import runs
from voicegraph.db.workflow_tables import webhook_calls, webhooks, workflows
from voicegraph.errors import NotFound
from voicegraph.graph.model import RunId, new_id
from voicegraph.run.events import Entry
from voicegraph.store.core.column_values import known_status, tidied
from voicegraph.store.core.idempotency import require_same_request
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.reader import Reader
from voicegraph.store.core.rows import plain
from voicegraph.store.triggers.schedule_rows import all_of

KEPT_CALLS = 50
"""Calls that are kept to be shown, of the accepted and of the refused each."""
KEPT_SECONDS = 86_400.0
"""For so long a delivery that comes again is known, however many came since."""


@dataclass(frozen=True, slots=True)
class LiveWebhook:
    """A webhook at work; `salt` and `secret_hash` are None until somebody asks for a secret.

    `paused_at` is when it was paused, in seconds since the epoch; None: it is not.
    """

    id: str
    workflow_id: str
    trigger_id: str
    salt: str | None
    secret_hash: str | None
    rotated_at: float | None
    paused_at: float | None
    workflow_name: str


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """One call: when, from what, how it was answered, and the run it started."""

    at: float
    status: int
    code: str
    message: str
    delivery_id: str | None
    content_type: str
    size: int
    run_id: str | None = None
    run_status: str | None = None


class Webhooks:
    """Reads and writes of webhooks. Saving and removing workflows makes and removes them (`store.triggers.trigger_rows`)."""

    def __init__(self, reader: Reader, journal: Journal) -> None:
        self._reader = reader
        self._journal = journal

    async def list(self, workflow_id: str | None = None) -> list[LiveWebhook]:
        """Of one workflow, or all (500 at most)."""
        where = [webhooks.c.workflow_id == workflow_id] if workflow_id else []
        return await self._reader.read(lambda connection: _hooks(connection, *where))

    async def get(self, hook_id: str) -> LiveWebhook:
        """One; NotFound."""
        found = await self._reader.read(lambda connection: _hooks(connection, webhooks.c.id == hook_id))
        if not found:
            raise NotFound(f"There is no webhook {hook_id}. A webhook lives once its workflow is saved.")
        return found[0]

    async def set_secret(self, hook_id: str, salt: str, secret_hash: str) -> None:
        """Let this secret be the one; the one before is worth nothing from now on. NotFound."""
        await self._change(hook_id, {"salt": salt, "secret_hash": secret_hash, "rotated_at": clock.now()})

    async def pause(self, hook_id: str) -> None:
        """No call starts a run until it is resumed. NotFound."""
        await self._change(hook_id, {"paused_at": func.coalesce(webhooks.c.paused_at, clock.now())})

    async def resume(self, hook_id: str) -> None:
        """Calls start runs again. NotFound."""
        await self._change(hook_id, {"paused_at": None})

    async def _change(self, hook_id: str, values: Mapping[str, Any]) -> None:
        def work(connection: Connection) -> None:
            if connection.execute(update(webhooks).where(webhooks.c.id == hook_id).values(**values)).rowcount == 0:
                raise NotFound(f"There is no webhook {hook_id}.")

        await self._journal.execute(work)

    async def calls(self, hook_id: str) -> list[WebhookCall]:
        """The last calls, the newest first."""
        query = (
            select(webhook_calls, runs.c.status.label("run_status"))
            .outerjoin(runs, runs.c.id == webhook_calls.c.run_id)
            .where(webhook_calls.c.hook_id == hook_id)
            .order_by(webhook_calls.c.id.desc())
            .limit(2 * KEPT_CALLS)
        )
        return await self._reader.read(lambda connection: [*map(_call, all_of(connection, query))])

    async def accept(self, hook_id: str, call: WebhookCall, entry: Entry) -> tuple[RunId, bool]:
        """Write the run and its delivery together. Answers the run of this delivery, and whether it is a new one.

        Conflict when another process takes the same delivery at the same moment, or its Idempotency-Key was used for
        another body; NotFound when the webhook is gone.
        """

        def work(connection: Connection) -> tuple[Sequence[Entry], tuple[RunId, bool]]:
            lock = select(webhooks.c.id).where(webhooks.c.id == hook_id).with_for_update()
            if connection.execute(lock).first() is None:
                raise NotFound(f"There is no webhook {hook_id}.")
            same = select(webhook_calls.c.run_id, runs.c.request_digest).outerjoin(
                runs, runs.c.id == webhook_calls.c.run_id
            )
            same = same.where(
                webhook_calls.c.hook_id == hook_id,
                webhook_calls.c.delivery_id == call.delivery_id,
                webhook_calls.c.run_id.is_not(None),
            )
            if known := connection.execute(same).first():
                require_same_request(known.run_id, known.request_digest, entry.create and entry.create.request_digest)
                return [], (RunId(known.run_id), False)
            _write(connection, hook_id, call, entry.run_id)
            return [entry], (entry.run_id, True)

        return await self._journal.transact(work)

    async def refuse(self, hook_id: str, call: WebhookCall) -> None:
        """Keep a call that was refused, to be shown."""

        def work(connection: Connection) -> None:
            if connection.execute(select(webhooks.c.id).where(webhooks.c.id == hook_id)).first():
                _write(connection, hook_id, call, None)

        await self._journal.execute(work)


def _hooks(connection: Connection, *where: Any) -> list[LiveWebhook]:
    query = (
        select(webhooks, workflows.c.name.label("workflow_name"))
        .join(workflows, workflows.c.id == webhooks.c.workflow_id)
        .where(*where)
        .order_by(webhooks.c.id)
        .limit(500)
    )
    return [LiveWebhook(**_tidied(row)) for row in all_of(connection, query)]


def _tidied(row: RowMapping) -> dict[str, Any]:
    name = tidied(workflows, {"name": row["workflow_name"]})["name"]
    return {**tidied(webhooks, row), "workflow_name": name}


def _call(row: RowMapping) -> WebhookCall:
    values: dict[str, Any] = {**tidied(webhook_calls, row), "run_status": known_status(row["run_status"])}
    return WebhookCall(**{name: values[name] for name in WebhookCall.__dataclass_fields__})


def _write(connection: Connection, hook_id: str, call: WebhookCall, run_id: RunId | None) -> None:
    values = {
        "at": call.at,
        "status": call.status,
        "code": call.code,
        "message": plain(call.message),
        "delivery_id": call.delivery_id,
        "content_type": call.content_type,
        "size": call.size,
        "run_id": run_id,
    }
    connection.execute(insert(webhook_calls).values(id=new_id("call"), hook_id=hook_id, **values))
    alike = (
        webhook_calls.c.hook_id == hook_id,
        webhook_calls.c.run_id.is_(None) if run_id is None else webhook_calls.c.run_id.is_not(None),
    )
    newest = select(webhook_calls.c.id).where(*alike).order_by(webhook_calls.c.id.desc()).limit(KEPT_CALLS)
    old = [webhook_calls.c.at < call.at - KEPT_SECONDS] if run_id else []
    connection.execute(delete(webhook_calls).where(*alike, *old, webhook_calls.c.id.not_in(newest)))
