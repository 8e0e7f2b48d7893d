"""Settle the times of a schedule that have come: each becomes a row, and a run where its policy says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from voicegraph.db.workflow_tables import schedule_slots, schedules
from voicegraph.graph.model import Overlap
from voicegraph.run.events import Entry
from voicegraph.store.triggers.schedule_rows import is_active

MAX_QUEUED = 100
"""Times of one schedule that wait for their turn; more are skipped."""
KEPT_SLOTS = 50
KEPT_SECONDS = 7 * 86_400.0
"""So far the clock may be set back without a time coming twice. Older slots are kept to be shown, 50 of them."""
STILL_BUSY = "A run of this schedule was still under way."
FULL = f"{MAX_QUEUED} times were waiting for their turn already."


@dataclass(frozen=True, slots=True)
class Firing:
    """The times to be settled, with the entries of their runs; none where `problem` says why it cannot run.

    `expected` is the next time as it was when this was decided, `next_at` the one after. `missed` is (how many, from,
    until) where times are late. `in_turn`: one after the other, whatever the overlap policy is.
    """

    schedule_id: str
    expected: float
    times: Sequence[tuple[float, Entry | None]]
    now: float
    decided_at: float
    next_at: float | None
    missed: tuple[int, float, float] | None = None
    problem: str | None = None
    in_turn: bool = False


@dataclass(slots=True)
class SettledSlots:
    """The outcomes of the times that were settled."""

    entries: list[Entry] = field(default_factory=list[Entry])
    outcomes: list[str] = field(default_factory=list[str])


def settle(connection: Connection, firing: Firing, overlap: Overlap) -> SettledSlots:
    """Write the slots and what the schedule knows. The schedule's row is locked. A slot that was taken is passed over."""
    settled = SettledSlots()
    mine = schedule_slots.c.schedule_id == firing.schedule_id
    dues = [due for due, _ in firing.times]
    taken = set(
        connection.execute(select(schedule_slots.c.due_at).where(mine, schedule_slots.c.due_at.in_(dues))).scalars()
    )
    waiting = connection.execute(
        select(func.count()).select_from(schedule_slots).where(mine, schedule_slots.c.outcome == "queued")
    ).scalar_one()
    is_busy = waiting > 0 or bool(connection.execute(select(is_active(firing.schedule_id))).scalar())
    for due, entry in firing.times:
        if due in taken:
            continue
        outcome, note = _outcome(firing, overlap, entry, is_busy, waiting)
        run_id = entry.run_id if entry and outcome == "started" else None
        slot = {"due_at": due, "outcome": outcome, "note": note, "run_id": run_id}
        connection.execute(insert(schedule_slots).values(schedule_id=firing.schedule_id, **slot))
        settled.outcomes.append(outcome)
        waiting += outcome == "queued"
        if entry and run_id:
            settled.entries.append(entry)
            is_busy = True
    connection.execute(update(schedules).where(schedules.c.id == firing.schedule_id).values(**_known(firing)))
    _prune(connection, firing)
    return settled


def _outcome(
    firing: Firing, overlap: Overlap, entry: Entry | None, is_busy: bool, waiting: int
) -> tuple[str, str | None]:
    if entry is None:
        return "refused", firing.problem
    if not is_busy or (overlap == "allow" and not firing.in_turn):
        return "started", None
    if overlap == "queue" or firing.in_turn:
        return ("queued", None) if waiting < MAX_QUEUED else ("skipped", FULL)
    return "skipped", STILL_BUSY


def _known(firing: Firing) -> dict[str, Any]:
    known: dict[str, Any] = {"next_at": firing.next_at, "decided_at": firing.decided_at}
    if firing.missed:
        known["missed_count"], known["missed_from"], known["missed_until"] = firing.missed
    return known


def _prune(connection: Connection, firing: Firing) -> None:
    mine = schedule_slots.c.schedule_id == firing.schedule_id
    newest = select(schedule_slots.c.due_at).where(mine).order_by(schedule_slots.c.due_at.desc()).limit(KEPT_SLOTS)
    connection.execute(
        delete(schedule_slots).where(
            mine,
            schedule_slots.c.due_at < firing.now - KEPT_SECONDS,
            schedule_slots.c.outcome != "queued",
            schedule_slots.c.due_at.not_in(newest),
        )
    )
