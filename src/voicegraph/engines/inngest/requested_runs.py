"""Runs that are asked for in Inngest's dashboard: an event sent by hand, an invoked function, a run that is run again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeGuard, cast

import inngest
from pydantic import JsonValue

from voicegraph.errors import GraphError, UserError
from voicegraph.graph.json_decoder import config_flaws
from voicegraph.graph.model import ID_PATTERN, Workflow, first_id
from voicegraph.graph.read import of_value
from voicegraph.nodes.params.targets import OUTSIDE_TARGET
from voicegraph.run.events import StoredRun
from voicegraph.run.ports import Starter
from voicegraph.run.replay import Replay

INVOKED_EVENT = "inngest/function.invoked"
EXPECTED = (
    'The data of the event must be {"workflow": {…}, "config": {…}} with a workflow as VoiceGraph exports it, or '
    '{"workflowId": "…", "config": {…}} with the id of a saved one; "config" may be left out.'
)
NO_RUN = "“runId” is no id of a run."
SAVE_IT = "An event allows no node anything: save the workflow, allow it there, and send its workflowId."
OVER = "This run is over. Rerun the function run that it began with, or replay it in VoiceGraph, for a new run."
A_MOMENT = 1.0
"""Seconds: clocks of ours and Inngest's differ."""


def is_id(value: object) -> TypeGuard[str]:
    """Whether a run or a workflow may have this id: events hold anything, and a database takes no NUL."""
    return isinstance(value, str) and re.fullmatch(ID_PATTERN, value) is not None


async def start_asked(ctx: inngest.Context, starter: Starter) -> str:
    """The id of the run that the event asks for. NonRetriableError says what is wrong, or what is expected.

    Its workflow is read as a file is, so without what it allows itself: VoiceGraph has not seen who sends an event.
    """
    data = ctx.event.data
    config: object = data.get("config")
    config = cast("dict[str, JsonValue]", {}) if config is None else config
    if not isinstance(config, dict):
        raise refused(f"“config” is no object. {EXPECTED}")
    try:
        if data.get("workflow") is not None:
            wanted = _read(data["workflow"])
        elif is_id(wanted := data.get("workflowId")):
            pass
        else:
            raise refused(EXPECTED)
        if problems := config_flaws(config):
            raise GraphError(problems)
        return await starter.start_asked(wanted, cast("Mapping[str, JsonValue]", config), f"inngest:{ctx.run_id}")
    except GraphError as error:
        raise refused(_with_a_way(error)) from None
    except UserError as error:
        raise refused(error.message) from None


def _read(value: object) -> Workflow:
    try:
        return of_value(value)
    except GraphError as error:
        raise refused(f"The workflow cannot be read. {error.message}") from None


def _with_a_way(error: GraphError) -> str:
    """The breach; and where a permission is missing, how to give it."""
    allowed = any(problem.code == OUTSIDE_TARGET for problem in error.problems)
    return f"{error.message} {SAVE_IT}" if allowed else error.message


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
        raise refused(OVER)  # the event was sent again for the same run; it may have waited at Inngest
    try:
        return await starter.replay(run_id, Replay(), live=False, key=f"inngest:{ctx.run_id}")
    except UserError as error:
        raise refused(error.message) from None


def refused(words: str) -> inngest.NonRetriableError:
    """It ends the function run at once, with these words."""
    return inngest.NonRetriableError(words, quiet=True)
