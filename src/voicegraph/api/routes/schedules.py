"""Schedules at work: what comes next, pause, resume, run now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from voicegraph.api.deps import Id, Started
from voicegraph.api.request_body import JsonRoute
from voicegraph.api.schemas.schedules import CronAnswer, CronBody, RunNowAnswer, ScheduleAnswer, ScheduleList
from voicegraph.graph.model import ID_PATTERN
from voicegraph.triggers.schedules import preview

router = APIRouter(prefix="/api", tags=["triggers"], route_class=JsonRoute)


@router.get("/schedules")
async def list_schedules(
    triggers: Started,
    workflow: Annotated[str | None, Query(pattern=ID_PATTERN, description="A workflow's id.")] = None,
) -> ScheduleList:
    """The schedules of all saved workflows, the next to come first (500 at most); `problem` is told of one workflow's."""
    found = await triggers.schedules.list(workflow)
    return ScheduleList(schedules=[*map(ScheduleAnswer.of, found)])


@router.post("/schedule-preview")
async def preview_schedule(body: CronBody) -> CronAnswer:
    """What a cron line means, in words and as the next five times, before anything is saved."""
    return CronAnswer.of(preview(body.cron, body.timezone))


@router.get("/schedules/{schedule_id}")
async def get_schedule(schedule_id: Id, triggers: Started) -> ScheduleAnswer:
    """One of them."""
    return ScheduleAnswer.of(await triggers.schedules.get(schedule_id))


@router.post("/schedules/{schedule_id}/pause")
async def pause_schedule(schedule_id: Id, triggers: Started) -> ScheduleAnswer:
    """Its times do not come until it is resumed. Runs under way go on."""
    return ScheduleAnswer.of(await triggers.schedules.pause(schedule_id))


@router.post("/schedules/{schedule_id}/resume")
async def resume_schedule(schedule_id: Id, triggers: Started) -> ScheduleAnswer:
    """Its next time comes again; what passed meanwhile was not missed."""
    return ScheduleAnswer.of(await triggers.schedules.resume(schedule_id))


@router.post("/schedules/{schedule_id}/run-now", status_code=202)
async def run_schedule_now(schedule_id: Id, triggers: Started) -> RunNowAnswer:
    """One run more, at once, in the background."""
    return RunNowAnswer(run_id=await triggers.schedules.run_now(schedule_id))
