"""Plan and run on the command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Sequence
from typing import Any

from voicegraph.app import Runtime, running
from voicegraph.cli.doubts import require_consent, say_doubts
from voicegraph.cli.ending import while_read, whole, why
from voicegraph.cli.given import STDIN, allowing, read_given
from voicegraph.cli.remote import run_on_server, running_server
from voicegraph.cli.streams import say
from voicegraph.cli.values import fill, parse_assignments
from voicegraph.cli.view import Lines, Progress, out, print_json, print_workflow
from voicegraph.graph.model import RunId, Workflow
from voicegraph.history.queries import RunDetail
from voicegraph.pipeline import Pipeline, RunRequest
from voicegraph.plan.planner import PlannerName
from voicegraph.settings import Settings


async def show_plan(settings: Settings, sentence: str, as_json: bool, planner: PlannerName | None = None) -> None:
    """The workflow a sentence becomes, and how it was understood."""
    async with running(settings, background=False) as runtime:
        plan = await runtime.pipeline.plan(sentence, planner)
    if as_json:
        say_doubts(plan)
        print_json(plan.workflow.to_wire())
        return
    print_workflow(plan.workflow)
    out.print(plan.explanation)
    for assumption in plan.assumptions:
        if assumption not in plan.explanation:  # a model explains without them
            out.print(f"Assumed: {assumption}")


async def run_workflow(
    settings: Settings, what: str, background: bool, assignments: list[str], as_json: bool, allowed: Sequence[str] = (),
    *, sure: bool = False,
) -> str:  # fmt: skip
    """Run a sentence or a file to its end; answers the run's status. `sure`: a doubtful plan needs no yes.

    In the background beside a running server, the run is handed to that server: it owns the database.
    """
    server = await running_server(settings) if background else None
    async with running(settings, background=background and not server) as runtime:
        pipeline = runtime.pipeline
        given, command = await asyncio.to_thread(read_given, what)
        asks = what != STDIN and sys.stdin.isatty()
        workflow = allowing(given or await _planned(pipeline, command, asks=asks and not sure), allowed)
        config = parse_assignments(assignments)
        await fill(pipeline, workflow, config, asks=asks)
        request = RunRequest(workflow, config, command=command)
        if server:
            return await run_on_server(server, request, as_json)
        return await _follow(runtime, request, background, as_json)


async def _planned(pipeline: Pipeline, sentence: str, *, asks: bool) -> Workflow:
    plan = await pipeline.plan(sentence)
    require_consent(plan, asks=asks)
    return plan.workflow


async def _follow(runtime: Runtime, request: RunRequest, background: bool, as_json: bool) -> str:
    pipeline = runtime.pipeline
    start = pipeline.start_background if background else pipeline.start_live
    run_id = await started(pipeline, start(request), background)
    return await watch_to_the_end(pipeline, run_id, request.workflow, background, as_json)


async def started(pipeline: Pipeline, start: Coroutine[Any, Any, RunId], background: bool) -> RunId:
    """Await the start of a run; who is interrupted meanwhile has started it all the same, and ends it."""
    starting = asyncio.create_task(start)
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError as error:
        await _interrupted(pipeline, await whole(starting), background, error)
        raise


async def watch_to_the_end(
    pipeline: Pipeline, run_id: RunId, workflow: Workflow, background: bool, as_json: bool
) -> str:
    """Show the progress of a run of this process; answers its status. Whatever ends the command ends a live run."""
    try:
        async with while_read():
            await _watch(pipeline, run_id, None if as_json else _progress(workflow))
    except BaseException as error:
        await _interrupted(pipeline, run_id, background, error)
        raise
    return await _report(pipeline, run_id, as_json)


def _progress(workflow: Workflow) -> Progress | Lines:
    return Progress(workflow) if out.is_terminal else Lines(workflow)


async def _watch(pipeline: Pipeline, run_id: RunId, progress: Progress | Lines | None) -> None:
    if progress is None:
        async for event in pipeline.follow(run_id, whole=True):
            print_json(event.to_wire(whole=True))
        return
    with progress:
        async for event in pipeline.follow(run_id):
            progress.take(event)


async def _interrupted(pipeline: Pipeline, run_id: RunId, background: bool, error: BaseException) -> None:
    """A live run ends with its command; one in the background is on disk, and goes on with the next server."""
    if background:
        pipeline.background.told_to_stop()
        say(f"{run_id} goes on when VoiceGraph next runs in the background: `voicegraph serve`.")
        say("Stopping: nodes in flight may finish …  (Ctrl+C again stops at once)")
    elif await whole(asyncio.create_task(pipeline.cancel(run_id, why(error)))):
        say(f"{run_id} is cancelled: {why(error)}.")


async def _report(pipeline: Pipeline, run_id: RunId, as_json: bool) -> str:
    detail = await pipeline.queries.detail(run_id, whole=True)
    if not as_json:
        last = [node.output.text for node in detail.nodes if node.output and node.output.text][-1:]
        out.print(*last)
        out.print(f"Run {detail.summary.status}{_reason(detail)}  ({run_id})")
    return detail.summary.status


def _reason(run: RunDetail) -> str:
    """Where it failed, by the name the user gave the node, and why."""
    error = run.summary.error
    if not error:
        return ""
    label = next((node.get("label") for node in run.workflow["nodes"] if node["id"] == error.get("nodeId")), "")
    return f" at {label}: {error['message']}" if label else f": {error['message']}"
