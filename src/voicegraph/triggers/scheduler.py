"""The firing loop: notices what is due, and has it settled in one transaction with the runs it starts.

Any number of processes may run it on one database. A crash after that transaction loses nothing: the run is on disk, and
the engine takes it up when it starts.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from pydantic import JsonValue

from voicegraph import clock
from voicegraph.clock import iso
from voicegraph.errors import Conflict, UserError
from voicegraph.graph.model import RunId, new_id
from voicegraph.graph.schedule_times import next_time, times_until
from voicegraph.pipeline import Pipeline, RunRequest
from voicegraph.rounds import Rounds
from voicegraph.run.events import Entry, NewRun
from voicegraph.store.triggers.due_slots import Schedules
from voicegraph.store.triggers.firing import Firing
from voicegraph.store.triggers.schedule_rows import LiveSchedule
from voicegraph.triggers.misfire import MAX_CATCH_UP, judge

log = logging.getLogger(__name__)

MAX_SLEEP = 10.0
"""Seconds between looks: so soon a clock that was set, a machine that slept, or a change elsewhere is noticed."""


class Scheduler:
    """Keeps schedules. `poke` it when one changed."""

    def __init__(self, pipeline: Pipeline, schedules: Schedules) -> None:
        self._pipeline = pipeline
        self._schedules = schedules
        self.rounds = Rounds("schedules", self._keep, MAX_SLEEP)
        self._has_queue = False
        pipeline.feed.listen(self._note)

    def open(self) -> None:
        """Start. What was missed is seen to at once."""
        self.rounds.open()

    def poke(self) -> None:
        """Look now."""
        self.rounds.poke()

    async def close(self) -> None:
        """Stop when the look that is under way is done. Safe to call twice."""
        await self.rounds.close(finish=True)

    async def look(self) -> None:
        """See to everything that is due by now. StorageError, Overloaded: what is left is due at the next look."""
        now = clock.now()
        await self._schedules.rewind(now)
        for schedule in await self._schedules.due(now):
            await self._fire(schedule, schedule.next_at or now, now)
        if await self._schedules.has_queue():
            self._has_queue = True
            for schedule, due_at in await self._schedules.queued():
                await self._start_queued(schedule, due_at)
        else:
            self._has_queue = False

    # -- one schedule

    async def _fire(self, schedule: LiveSchedule, expected: float, now: float) -> None:
        try:
            firing = await self._firing(schedule, expected, now)
        except ValueError as error:  # its time zone is gone from the time zone data
            firing = Firing(schedule.id, expected, [(expected, None)], now, expected, None, problem=str(error))
        with contextlib.suppress(Conflict):  # another process took a slot of it
            if settled := await self._schedules.fire(firing):
                log.info("Schedule %s: %s", schedule.id, ", ".join(settled.outcomes) or "nothing to run")
                self._tell(settled.entries)

    async def _firing(self, schedule: LiveSchedule, expected: float, now: float) -> Firing:
        times = times_until(schedule.cron, schedule.timezone, expected, now, MAX_CATCH_UP)
        verdict = judge(times, now, schedule.misfire)
        late = len(verdict.missed)
        run, problem = await self._new_run(schedule)
        return Firing(
            schedule.id,
            expected,
            [(due, self._entry(run, schedule, due, late)) for due in verdict.fire],
            now,
            decided_at=times[-1] if times else now,
            next_at=next_time(schedule.cron, schedule.timezone, now),
            missed=(late, verdict.missed[0], verdict.missed[-1]) if late else None,
            problem=problem,
            in_turn=late > 0 and schedule.misfire == "all",
        )

    async def _start_queued(self, schedule: LiveSchedule, due_at: float) -> None:
        run, problem = await self._new_run(schedule)
        entry = self._entry(run, schedule, due_at, 0)
        if await self._schedules.start_queued(schedule.id, due_at, entry, problem) and entry:
            self._tell([entry])

    async def _new_run(self, schedule: LiveSchedule) -> tuple[NewRun | None, str | None]:
        """A run of its workflow as it is saved now, or why there cannot be one."""
        try:
            workflow = await self._pipeline.workflows.get(schedule.workflow_id)
            request = RunRequest(workflow, trigger="schedule", trigger_id=schedule.id)
            return await self._pipeline.new_run(request), None
        except UserError as error:
            return None, error.message

    def _entry(self, run: NewRun | None, schedule: LiveSchedule, due_at: float, late: int) -> Entry | None:
        if run is None:
            return None
        data = {**trigger_data(schedule, due_at), "missed": late}
        return self._pipeline.background.accepting(replace(run, run_id=RunId(new_id("run")), trigger_data=data))

    def _tell(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._pipeline.background.accepted(entry.run_id)

    # -- the loop

    async def _keep(self) -> float | None:
        await self.look()
        next_at = await self._schedules.next_due()
        return None if next_at is None else next_at - clock.now()

    def _note(self, entry: Entry) -> None:
        """The end of a run may be the turn of a time that waits."""
        if entry.change and entry.change.status.terminal and self._has_queue:
            self.poke()


def trigger_data(schedule: LiveSchedule, due_at: float) -> Mapping[str, JsonValue]:
    """What a run knows of the schedule that started it, as `{{ trigger }}`."""
    return {
        "scheduledAt": iso(due_at),
        "schedule": {"id": schedule.id, "cron": schedule.cron, "timezone": schedule.timezone},
    }
