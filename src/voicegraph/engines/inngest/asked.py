"""Runs that are asked for in Inngest's dashboard: an event sent by hand, an invoked function, a run that is run again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import inngest
from pydantic import JsonValue, ValidationError

from voicegraph.errors import UserError
from voicegraph.graph.model import Workflow, first_id
from voicegraph.run.events import StoredRun
from voicegraph.run.ports import Starter
from voicegraph.run.replay import Replay

INVOKED_EVENT = "inngest/function.invoked"
EXPECTED = (
    'The data of the event must be {"workflow": {…}, "config": {…}} with a workflow as VoiceGraph exports it, or '
    '{"workflowId": "…", "config": {…}} with the id of a saved one; "config" may be left out.'
)
OVER = "This run is over. Rerun the function run that it began with, or replay it in VoiceGraph, for a new run."
A_MOMENT = 1.0
"""Seconds: clocks of ours and Inngest's differ."""


async def start_asked(ctx: inngest.Context, starter: Starter) -> str:
    """The id of the run that the event asks for. NonRetriableError says what is expected."""
    data = ctx.event.data
    if "workflow" in data:
        try:
            wanted = Workflow.model_validate(data["workflow"])
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise _refused(f"The workflow cannot be read ({where}: {first['msg']}). {EXPECTED}") from None
    elif isinstance(wanted := data.get("workflowId"), str):
        pass
    else:
        raise _refused(EXPECTED)
    config = data.get("config") or {}
    if not isinstance(config, dict):
        raise _refused(f"“config” is no object. {EXPECTED}")
    try:
        return await starter.start_asked(wanted, cast("Mapping[str, JsonValue]", config), f"inngest:{ctx.run_id}")
    except UserError as error:
        raise _refused(error.message) from None


def is_rerun(ctx: inngest.Context, stored: StoredRun) -> bool:
    """Whether somebody ran a run again that was over: Inngest begins a new function run with the same event.

    An event that comes twice is none of this: what is done must not be done again because a message was late. So the
    function run must have begun after the run's end, which another one had brought about.
    """
    ends = [row.finished_at for row in stored.nodes.values() if row.finished_at is not None]
    end = max([*ends, stored.started_at or 0.0, stored.run.created_at]) + A_MOMENT
    begun_elsewhere = stored.engine_run_id not in (None, ctx.run_id)
    bound = first_id("run", end).removeprefix("run_")  # Inngest's ids begin with their time, as ours do
    return stored.status.terminal and begun_elsewhere and len(ctx.run_id) == len(bound) and ctx.run_id.lower() > bound


async def rerun(ctx: inngest.Context, stored: StoredRun, starter: Starter) -> str:
    """The id of the replay."""
    run_id = stored.run.run_id
    if ctx.event.id != run_id:
        raise _refused(OVER)  # the event was sent again for the same run; it may have waited at Inngest
    try:
        return await starter.replay(run_id, Replay(), live=False, key=f"inngest:{ctx.run_id}")
    except UserError as error:
        raise _refused(error.message) from None


def _refused(words: str) -> inngest.NonRetriableError:
    return inngest.NonRetriableError(words, quiet=True)
