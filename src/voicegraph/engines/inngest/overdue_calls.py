"""Runs that wait for a call of Inngest's that should have come: judged by the run's own rows."""

from __future__ import annotations

import hashlib

from voicegraph import clock
from voicegraph.engines.inngest.step_decisions import StepDecisions
from voicegraph.run.events import ItemRun, NodeRun
from voicegraph.run.run_limits import deadline_of
from voicegraph.run.state import NodeStatus, RunStatus


def overdue(look: StepDecisions, *, has_room: bool) -> str | None:
    """None while somebody is at work, or what the run waits for is yet to come; else a digest of how the run stands.

    The digest changes with everything that happens to the run. `has_room`: its workflow would let one more run begin.
    """
    stored = look.stored
    in_line = stored.status is RunStatus.PENDING
    if look.over or not (has_room if in_line else _needs_a_call(look)):
        return None
    rows = [(row.node_id, row.status, row.attempt, row.starts, row.due_at) for row in stored.nodes.values()]
    items = [(item.item, item.status, item.attempt, item.starts, item.due_at) for item in _open_items(look)]
    counts = [(row.items.total, row.items.done, row.items.failed) for row in stored.nodes.values() if row.items]
    return hashlib.sha256(repr((stored.status, sorted(rows), sorted(items), counts)).encode()).hexdigest()[:16]


def _needs_a_call(look: StepDecisions) -> bool:
    at = deadline_of(look.stored.run.workflow, look.stored.started_at)
    if look.ready - look.rows.keys() or (at is not None and at <= clock.now()):
        return True
    rows = [row for node_id in look.machine.open if (row := look.rows.get(node_id))]
    return any(_items_need_a_call(look, row) if row.items else _is_due(row) for row in rows)


def _is_due(row: NodeRun | ItemRun) -> bool:
    """A timer that has come, or a claim that was not renewed. Who waits for an answer alone is not due."""
    if row.due_at is None:
        return row.status is not NodeStatus.WAITING
    return row.due_at <= clock.now()


def _items_need_a_call(look: StepDecisions, row: NodeRun) -> bool:
    items = [item for item in _open_items(look) if item.node_id == row.node_id]
    return any(map(_is_due, items)) or not items  # some are still to be started


def _open_items(look: StepDecisions) -> list[ItemRun]:
    stored = look.stored
    open_items: list[ItemRun] = []
    for row in look.rows.values():
        if row.items and row.finished_at is None:
            read = stored.read_items if row.node_id not in stored.items else None
            items = read(row.node_id, None) if read else stored.items.get(row.node_id, {})
            open_items += [item for item in items.values() if item.finished_at is None]
    return open_items
