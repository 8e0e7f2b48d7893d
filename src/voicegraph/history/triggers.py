"""Keep what triggers are doing in step with the workflow they stand in. Called where a workflow is saved, inside that
transaction, and nowhere else.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from voicegraph.db.workflow_tables import schedules, webhooks
from voicegraph.graph.model import Schedule, Webhook, Workflow, new_id
from voicegraph.graph.times import next_time


def keep_in_step(connection: Connection, workflow: Workflow, now: float) -> None:
    """A row for each trigger of the workflow; every trigger has its id. A schedule that stays the same goes on as it is."""
    wanted = {trigger.id: trigger for trigger in workflow.triggers if isinstance(trigger, Schedule)}
    query = select(schedules).where(schedules.c.workflow_id == workflow.workflow_id)
    known = {row["trigger_id"]: dict(row) for row in connection.execute(query).mappings().all()}
    for trigger_id, row in known.items():
        if trigger_id not in wanted:
            connection.execute(delete(schedules).where(schedules.c.id == row["id"]))
    _keep_webhooks(connection, workflow)
    for trigger_id, trigger in wanted.items():
        values = _values(trigger, known.get(trigger_id), now)
        if row := known.get(trigger_id):
            if values.items() - row.items():
                connection.execute(update(schedules).where(schedules.c.id == row["id"]).values(**values))
        else:
            own = {"id": new_id("sch"), "workflow_id": workflow.workflow_id, "trigger_id": trigger_id}
            connection.execute(insert(schedules).values(**own, **values))


def _keep_webhooks(connection: Connection, workflow: Workflow) -> None:
    wanted = {trigger.id for trigger in workflow.triggers if isinstance(trigger, Webhook)}
    mine = webhooks.c.workflow_id == workflow.workflow_id
    known = set(connection.execute(select(webhooks.c.trigger_id).where(mine)).scalars())
    for trigger_id in known - wanted:
        connection.execute(delete(webhooks).where(mine, webhooks.c.trigger_id == trigger_id))
    for trigger_id in wanted - known:
        own = {"id": new_id("hook"), "workflow_id": workflow.workflow_id, "trigger_id": trigger_id}
        connection.execute(insert(webhooks).values(**own))


def _values(trigger: Schedule, row: dict[str, Any] | None, now: float) -> dict[str, Any]:
    values: dict[str, Any] = {
        "cron": trigger.cron,
        "timezone": trigger.timezone,
        "misfire": trigger.misfire,
        "overlap": trigger.overlap,
    }
    if row is None or (row["cron"], row["timezone"]) != (trigger.cron, trigger.timezone):
        # Another time: what is past does not concern it.
        is_paused = row is not None and row["paused_at"] is not None
        values["next_at"] = None if is_paused else next_time(trigger.cron, trigger.timezone, now)
        values |= {"decided_at": now, "missed_count": None, "missed_from": None, "missed_until": None}
    return values
