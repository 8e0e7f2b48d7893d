"""Keep what triggers are doing in step with the workflow they stand in. Called where a workflow is saved, inside that
transaction, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from voicegraph.db.workflow_tables import removed_triggers, schedules, webhooks
from voicegraph.graph.model import Schedule, Trigger, TriggerId, Webhook, Workflow, new_id
from voicegraph.graph.schedule_times import next_time

KEPT_REMOVED = 50
"""Triggers of a workflow that were taken out, and can come back as they were."""
_PREFIXES = {schedules.name: "sch", webhooks.name: "hook"}
_STATE = ("id", "salt", "secret_hash", "rotated_at", "paused_at")


def keep_in_step(connection: Connection, workflow: Workflow, now: float) -> None:
    """A row for each trigger of the workflow; every trigger has its id. A schedule that stays the same goes on as it is.

    One that was taken out and comes back is paused as it was, and has its address and its secret.
    """
    for kind, table in ((Schedule, schedules), (Webhook, webhooks)):
        _keep(connection, workflow, kind, table, now)


def removed_ids(connection: Connection, workflow_id: str) -> set[TriggerId]:
    """The triggers that were taken out of it: no other trigger gets an id of theirs."""
    mine = select(removed_triggers.c.trigger_id).where(removed_triggers.c.workflow_id == workflow_id)
    return {TriggerId(found) for found in connection.execute(mine).scalars()}


def _keep(connection: Connection, workflow: Workflow, kind: type[Trigger], table: Table, now: float) -> None:
    wanted = {trigger.id: trigger for trigger in workflow.triggers if isinstance(trigger, kind)}
    query = select(table).where(table.c.workflow_id == workflow.workflow_id)
    known = {row["trigger_id"]: dict(row) for row in connection.execute(query).mappings().all()}
    for trigger_id in known.keys() - wanted.keys():
        _remove(connection, table, known[trigger_id], now)
    for trigger_id, trigger in wanted.items():
        row = known.get(trigger_id)
        if row is None:
            key = {"workflow_id": workflow.workflow_id, "trigger_id": trigger_id}
            state = _taken_back(connection, table, key) or {"id": new_id(_PREFIXES[table.name])}
            values = _values(trigger, None, state.get("paused_at"), now)
            connection.execute(insert(table).values(**key, **state, **values))
        elif (values := _values(trigger, row, row["paused_at"], now)).items() - row.items():
            connection.execute(update(table).where(table.c.id == row["id"]).values(**values))


def _remove(connection: Connection, table: Table, row: Mapping[str, Any], now: float) -> None:
    connection.execute(delete(table).where(table.c.id == row["id"]))
    key = {name: row[name] for name in ("workflow_id", "trigger_id")}
    connection.execute(delete(removed_triggers).filter_by(**key))
    state = {name: row.get(name) for name in _STATE}
    connection.execute(insert(removed_triggers).values(**key, **state, kind=table.name, removed_at=now))
    mine = removed_triggers.c.workflow_id == row["workflow_id"]
    last = select(removed_triggers.c.id).where(mine).order_by(removed_triggers.c.removed_at.desc()).limit(KEPT_REMOVED)
    connection.execute(delete(removed_triggers).where(mine, removed_triggers.c.id.not_in(last)))


def _taken_back(connection: Connection, table: Table, key: Mapping[str, Any]) -> dict[str, Any]:
    """What the trigger was when it was taken out; nothing for a new one."""
    row = connection.execute(select(removed_triggers).filter_by(**key, kind=table.name)).mappings().one_or_none()
    connection.execute(delete(removed_triggers).filter_by(**key))
    return {name: row[name] for name in _STATE if name in table.c} if row else {}


def _values(trigger: Trigger, row: Mapping[str, Any] | None, paused_at: float | None, now: float) -> dict[str, Any]:
    if not isinstance(trigger, Schedule):
        return {}
    values: dict[str, Any] = {
        "cron": trigger.cron,
        "timezone": trigger.timezone,
        "misfire": trigger.misfire,
        "overlap": trigger.overlap,
    }
    if row is None or (row["cron"], row["timezone"]) != (trigger.cron, trigger.timezone):
        # Another time: what is past does not concern it.
        values["next_at"] = None if paused_at is not None else next_time(trigger.cron, trigger.timezone, now)
        values |= {"decided_at": now, "missed_count": None, "missed_from": None, "missed_until": None}
    return values
