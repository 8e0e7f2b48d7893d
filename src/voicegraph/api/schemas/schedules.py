"""Schedules as the API gives them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voicegraph.api.schemas.runs import RunStatusName
from voicegraph.clock import iso
from voicegraph.graph.model import Misfire, Overlap, Wire
from voicegraph.triggers.schedules import Preview, ScheduleInfo


class CronBody(Wire):
    """A schedule that is being thought of."""

    cron: str = Field(max_length=200, examples=["0 9 * * 1"])
    timezone: str | None = Field(default=None, max_length=64, examples=["Europe/Berlin"])


class CronAnswer(Wire):
    """What it means. `zone` is the server's where none was given; `next` are the next five times."""

    words: str
    zone: str
    next: list[str]

    @classmethod
    def of(cls, preview: Preview) -> CronAnswer:
        """From the record."""
        return cls(words=preview.words, zone=preview.zone, next=[*map(iso, preview.times)])


class SlotAnswer(Wire):
    """What became of a time: a run, a place in the queue, or a reason."""

    due_at: str
    outcome: Literal["started", "queued", "skipped", "refused"]
    note: str | None
    run_id: str | None
    run_status: RunStatusName | None


class MissedTimes(Wire):
    """The last times that passed while no server ran. `count` stops at 100."""

    count: int
    since: str
    until: str


class ScheduleAnswer(Wire):
    """A live schedule. `next` is empty while it is paused; `problem` is why its workflow cannot run as it is saved."""

    id: str
    workflow_id: str
    workflow_name: str
    trigger_id: str
    cron: str
    timezone: str | None
    zone: str
    words: str
    misfire: Misfire
    overlap: Overlap
    paused: bool
    next: list[str]
    last: SlotAnswer | None
    queued: int
    missed: MissedTimes | None
    problem: str | None

    @classmethod
    def of(cls, info: ScheduleInfo) -> ScheduleAnswer:
        """From the record."""
        schedule, last = info.line.schedule, info.line.last
        missed = schedule.missed
        slot = last and {
            "due_at": iso(last.due_at),
            "outcome": last.outcome,
            "note": last.note,
            "run_id": last.run_id,
            "run_status": last.run_status,
        }
        return cls(
            id=schedule.id,
            workflow_id=schedule.workflow_id,
            workflow_name=info.line.workflow_name,
            trigger_id=schedule.trigger_id,
            cron=schedule.cron,
            timezone=schedule.timezone,
            zone=info.preview.zone,
            words=info.preview.words,
            misfire=schedule.misfire,
            overlap=schedule.overlap,
            paused=schedule.paused_at is not None,
            next=[*map(iso, info.preview.times)],
            last=SlotAnswer.model_validate(slot) if slot else None,
            queued=info.line.queued,
            missed=MissedTimes(count=missed[0], since=iso(missed[1]), until=iso(missed[2])) if missed else None,
            problem=info.problem,
        )


class ScheduleList(Wire):
    """Schedules, the next to come first."""

    schedules: list[ScheduleAnswer]


class RunNowAnswer(Wire):
    """The run that was started."""

    success: Literal[True] = True
    run_id: str
