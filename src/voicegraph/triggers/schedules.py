"""Schedules as people see and steer them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from voicegraph import clock
from voicegraph.errors import UserError
from voicegraph.graph.cron import check_zone, parse_cron
from voicegraph.graph.model import RunId
from voicegraph.graph.schedule_times import in_words, next_times, server_zone
from voicegraph.pipeline import Pipeline, RunRequest
from voicegraph.store.triggers.due_slots import Schedules
from voicegraph.store.triggers.schedule_rows import ScheduleLine
from voicegraph.triggers.scheduler import Scheduler, trigger_data

SHOWN_TIMES = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """The meaning of a cron line: in words, the zone it is read in, and the next five times."""

    words: str
    zone: str
    times: Sequence[float]


@dataclass(frozen=True, slots=True)
class ScheduleInfo:
    """A live schedule and what it means; `problem` is why its workflow cannot run as it is saved, if that was asked."""

    line: ScheduleLine
    preview: Preview
    problem: str | None = None


class ScheduleService:
    """Lists, previews, pauses, resumes, runs."""

    def __init__(self, pipeline: Pipeline, schedules: Schedules, keeper: Scheduler) -> None:
        self._pipeline = pipeline
        self._schedules = schedules
        self._keeper = keeper

    async def list(self, workflow_id: str | None = None) -> list[ScheduleInfo]:
        """Of one workflow, with what keeps it from running; or of all, the next to come first."""
        lines = await self._schedules.lines(workflow_id)
        problem = await self._problem(workflow_id) if workflow_id and lines else None
        return await asyncio.to_thread(lambda: [_info(line, problem) for line in lines])  # rare times are searched for

    async def get(self, schedule_id: str) -> ScheduleInfo:
        """One of them; NotFound."""
        line = await self._schedules.line(schedule_id)
        return _info(line, await self._problem(line.schedule.workflow_id))

    async def pause(self, schedule_id: str) -> ScheduleInfo:
        """Its times do not come until it is resumed."""
        await self._schedules.pause(schedule_id)
        return await self.get(schedule_id)

    async def resume(self, schedule_id: str) -> ScheduleInfo:
        """Its next time comes again."""
        await self._schedules.resume(schedule_id)
        self._keeper.poke()
        return await self.get(schedule_id)

    async def run_now(self, schedule_id: str) -> RunId:
        """One run more, whatever the schedule says; paused or not. GraphError, MissingValues: the workflow cannot run."""
        schedule = (await self._schedules.line(schedule_id)).schedule
        workflow = await self._pipeline.workflows.get(schedule.workflow_id)
        data = {**trigger_data(schedule, clock.now()), "missed": 0}
        request = RunRequest(workflow, trigger="schedule", trigger_id=schedule.id, trigger_data=data, asked=True)
        return await self._pipeline.start_background(request)

    async def _problem(self, workflow_id: str) -> str | None:
        try:
            workflow = await self._pipeline.workflows.get(workflow_id)
            await self._pipeline.new_run(RunRequest(workflow, trigger="schedule"))  # for which no pin counts
        except UserError as error:
            return error.message
        return None


def preview(cron: str, zone: str | None, *, comes: bool = True) -> Preview:
    """What a cron line means from now on; without `comes` it has no times. UserError when it is wrong."""
    try:
        parse_cron(cron)
        if zone:
            check_zone(zone)
    except ValueError as error:
        raise UserError("bad_schedule", str(error)) from error
    name = zone or server_zone()
    times = [*_coming(cron, name, int(clock.now() // 60))] if comes else []
    return Preview(in_words(cron), name, times)


@lru_cache(maxsize=1_024)
def _coming(cron: str, zone: str, minute: int) -> Sequence[float]:
    """The times after a minute began are those after any moment in it."""
    return tuple(islice(next_times(cron, zone, minute * 60.0), SHOWN_TIMES))


def _info(line: ScheduleLine, problem: str | None) -> ScheduleInfo:
    schedule = line.schedule
    try:
        shown = preview(schedule.cron, schedule.timezone, comes=schedule.paused_at is None)
    except UserError as error:  # a row that is damaged, or a zone that is gone: the others are shown all the same
        return ScheduleInfo(line, Preview(error.message, schedule.timezone or server_zone(), []), error.message)
    return ScheduleInfo(line, shown, problem)
