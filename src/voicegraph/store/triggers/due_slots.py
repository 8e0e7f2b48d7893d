"""Live schedules: what is due, and the one transaction that settles a slot together with the run it starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select, update

from voicegraph import clock
from voicegraph.db.workflow_tables import schedule_slots, schedules
from voicegraph.errors import NotFound
from voicegraph.graph.schedule_times import next_time
from voicegraph.run.events import Entry
from voicegraph.store.core.journal import Journal
from voicegraph.store.core.reader import Reader
from voicegraph.store.triggers.firing import Firing, SettledSlots, settle
from voicegraph.store.triggers.schedule_rows import LiveSchedule, ScheduleLine, all_of, is_active, read_lines

BATCH = 100


class Schedules:
    """Reads and writes of schedules. Saving and removing workflows makes and removes them (`store.triggers.trigger_rows`)."""

    def __init__(self, reader: Reader, journal: Journal) -> None:
        self._reader = reader
        self._journal = journal

    async def lines(self, workflow_id: str | None = None) -> list[ScheduleLine]:
        """Those of one workflow, or of all the next 500 to come; the next one first."""
        return await self._reader.read(lambda connection: read_lines(connection, workflow_id, None))

    async def line(self, schedule_id: str) -> ScheduleLine:
        """One; NotFound."""
        if found := await self._reader.read(lambda connection: read_lines(connection, None, schedule_id)):
            return found[0]
        raise _unknown(schedule_id)

    async def due(self, now: float) -> list[LiveSchedule]:
        """Those whose next time has come, the longest overdue first."""
        query = select(schedules).where(schedules.c.next_at <= now).order_by(schedules.c.next_at).limit(BATCH)
        return await self._reader.read(lambda connection: [*map(LiveSchedule.of, all_of(connection, query))])

    async def next_due(self) -> float | None:
        """When the next time of any schedule comes."""
        query = select(func.min(schedules.c.next_at))
        found = await self._reader.read(lambda connection: connection.execute(query).scalar())
        return found if isinstance(found, float) else None  # no time at all where a row is damaged

    async def queued(self) -> list[tuple[LiveSchedule, float]]:
        """Schedules that have times in the queue and no run under way, each with its oldest time."""
        oldest = (
            select(schedule_slots.c.schedule_id, func.min(schedule_slots.c.due_at).label("oldest"))
            .where(schedule_slots.c.outcome == "queued")
            .group_by(schedule_slots.c.schedule_id)
            .subquery()
        )
        query = (
            select(schedules, oldest.c.oldest)
            .join(oldest, oldest.c.schedule_id == schedules.c.id)
            .where(schedules.c.paused_at.is_(None), ~is_active(schedules.c.id))
        )
        return await self._reader.read(
            lambda connection: [(LiveSchedule.of(row), row["oldest"]) for row in all_of(connection, query)]
        )

    async def has_queue(self) -> bool:
        """Whether the end of a run may be somebody's turn."""
        query = select(schedule_slots.c.due_at).where(schedule_slots.c.outcome == "queued").limit(1)
        return await self._reader.read(lambda connection: connection.execute(query).first() is not None)

    async def rewind(self, now: float) -> None:
        """The clock was set back: times after `now` that did not come yet may come."""
        ahead = schedules.c.decided_at > now
        look = select(schedules.c.id).where(ahead).limit(1)
        if await self._reader.read(lambda connection: connection.execute(look).first() is None):
            return

        def work(connection: Connection) -> None:
            for row in all_of(connection, select(schedules).where(ahead).with_for_update()):
                next_at = next_time(row["cron"], row["timezone"], now) if row["paused_at"] is None else None
                back = update(schedules).where(schedules.c.id == row["id"])
                connection.execute(back.values(decided_at=now, next_at=next_at))

        await self._journal.execute(work)

    async def fire(self, firing: Firing) -> SettledSlots | None:
        """Settle the times of a firing with the runs they start; None when another process was faster."""

        def work(connection: Connection) -> tuple[Sequence[Entry], SettledSlots | None]:
            row = _locked(connection, firing.schedule_id)
            if row is None or row["next_at"] != firing.expected:
                return [], None
            settled = settle(connection, firing, row["overlap"])
            return settled.entries, settled

        return await self._journal.transact(work)

    async def start_queued(self, schedule_id: str, due_at: float, entry: Entry | None, problem: str | None) -> bool:
        """Let a queued time start its run, or refuse it; False when it is not its turn any more."""

        def work(connection: Connection) -> tuple[Sequence[Entry], bool]:
            row = _locked(connection, schedule_id)
            if (
                row is None
                or row["paused_at"] is not None
                or connection.execute(select(is_active(schedule_id))).scalar()
            ):
                return [], False
            slot = update(schedule_slots).where(
                schedule_slots.c.schedule_id == schedule_id,
                schedule_slots.c.due_at == due_at,
                schedule_slots.c.outcome == "queued",
            )
            values = (
                {"outcome": "started", "run_id": entry.run_id} if entry else {"outcome": "refused", "note": problem}
            )
            is_taken = connection.execute(slot.values(**values)).rowcount == 0
            return [entry] if entry and not is_taken else [], not is_taken

        return await self._journal.transact(work)

    async def pause(self, schedule_id: str) -> None:
        """None of its times comes until it is resumed. NotFound."""
        await self._change(schedule_id, lambda row: {"paused_at": row["paused_at"] or clock.now(), "next_at": None})

    async def resume(self, schedule_id: str) -> None:
        """Go on with the next time from now on; what passed meanwhile was not missed. NotFound."""

        def values(row: RowMapping) -> dict[str, Any]:
            now = clock.now()
            if row["paused_at"] is None:
                return {}
            next_at = next_time(row["cron"], row["timezone"], now)
            return {"paused_at": None, "next_at": next_at, "decided_at": now, "missed_count": None}

        await self._change(schedule_id, values)

    async def _change(self, schedule_id: str, values: Callable[[RowMapping], dict[str, Any]]) -> None:
        def work(connection: Connection) -> None:
            row = _locked(connection, schedule_id)
            if row is None:
                raise _unknown(schedule_id)
            if changed := values(row):
                connection.execute(update(schedules).where(schedules.c.id == schedule_id).values(**changed))

        await self._journal.execute(work)


def _locked(connection: Connection, schedule_id: str) -> RowMapping | None:
    query = select(schedules).where(schedules.c.id == schedule_id).with_for_update()
    return connection.execute(query).mappings().one_or_none()


def _unknown(schedule_id: str) -> NotFound:
    return NotFound(f"There is no schedule {schedule_id}. A schedule lives once its workflow is saved.")
