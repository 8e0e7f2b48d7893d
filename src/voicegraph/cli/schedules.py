"""Schedules on the command line."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from voicegraph.api.schemas.schedules import RunNowAnswer, ScheduleAnswer, ScheduleList
from voicegraph.app import running
from voicegraph.cli.server_client import ask_server, running_server
from voicegraph.cli.terminal import out, print_json
from voicegraph.errors import UserError
from voicegraph.settings import Settings


async def list_schedules(settings: Settings, as_json: bool) -> None:
    """All of them, the next to come first."""
    async with running(settings, background=False) as runtime:
        lines = [ScheduleAnswer.of(info) for info in await runtime.triggers.schedules.list()]
    if as_json:
        print_json(ScheduleList(schedules=lines))
        return
    if not lines:
        out.print("No schedules yet. A schedule lives once the workflow it stands in is saved.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("schedule", "next", "last", "when", "workflow"):
        table.add_column(heading, no_wrap=heading in ("schedule", "next"))
    for line in lines:
        table.add_row(line.id, _next(line), _last(line), f"{line.words} ({line.zone})", Text(line.workflow_name))
    out.print(table)


async def change_schedule(settings: Settings, schedule_id: str, change: str, as_json: bool) -> None:
    """`pause`, `resume` or `run-now`. A server that runs does it: it keeps the schedules, and knows at once."""
    url = await running_server(settings)
    if url:
        answer = await ask_server(url, f"/api/schedules/{quote(schedule_id, safe='')}/{change}")
    elif change == "run-now":
        raise UserError("no_server", "No server runs on this data folder. Start one with: voicegraph serve")
    else:
        async with running(settings, background=False) as runtime:
            desk = runtime.triggers.schedules
            info = await (desk.pause if change == "pause" else desk.resume)(schedule_id)
        answer = ScheduleAnswer.of(info).model_dump(mode="json", by_alias=True)
    if as_json:
        print_json(answer)
    elif change == "run-now":
        run_id = RunNowAnswer.model_validate(answer).run_id
        out.print(f"Started: {run_id}  (voicegraph show {run_id})")
    else:
        line = ScheduleAnswer.model_validate(answer)
        out.print(f"{line.id}: {'paused' if line.paused else f'next {_next(line)}'}")


def _next(line: ScheduleAnswer) -> str:
    if line.paused:
        return "paused"
    if not line.next:
        return "never"
    at = datetime.fromisoformat(line.next[0]).astimezone(ZoneInfo(line.zone))
    return f"{at:%a %Y-%m-%d %H:%M}"


def _last(line: ScheduleAnswer) -> str:
    if line.last is None:
        return "–"
    return line.last.run_status or line.last.outcome
