"""Plan and run on the command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

import typer

from voicegraph.app import Runtime, running
from voicegraph.cli.exit_status import asking
from voicegraph.cli.local_run import LocalRun
from voicegraph.cli.run_input import STDIN, allowing, read_given
from voicegraph.cli.run_values import fill, parse_assignments
from voicegraph.cli.server_client import run_on_server, running_server
from voicegraph.cli.terminal import err, out, print_json, print_workflow
from voicegraph.db.opening import require_room_to_run
from voicegraph.graph.model import Workflow
from voicegraph.pipeline import Pipeline, RunRequest
from voicegraph.plan.planner import Plan, PlannerName
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
    if not server:
        require_room_to_run(settings)
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
    watch = LocalRun(runtime, background=background, as_json=as_json)
    start = runtime.pipeline.start_background if background else runtime.pipeline.start_live
    return await watch.to_the_end(await watch.started(start(request)), request.workflow)


# -- doubts of the planner: told on standard error, as the output may be a file or another program


def doubts(plan: Plan) -> list[str]:
    """A line for each part of the sentence that is a best guess, and for each thing that was assumed."""
    labels = {node.id: node.label or node.id for node in plan.workflow.nodes}
    guesses = [
        f"A guess: “{clause.text}” became {', then '.join(labels[one] for one in clause.node_ids) or 'nothing'}."
        for clause in plan.clauses
        if clause.doubtful
    ]
    return [*guesses, *(f"Assumed: {assumption}" for assumption in plan.assumptions)]


def say_doubts(plan: Plan) -> bool:
    """Whether there are any."""
    found = doubts(plan)
    for line in found:
        err.print(line)
    return bool(found)


def require_consent(plan: Plan, *, asks: bool) -> None:
    """Say the doubts; where there is somebody to ask, such a plan is run only after a yes, as on the page. Else Exit."""
    if say_doubts(plan) and asks:
        with asking():
            sure = typer.confirm("Run it all the same?", err=True)
        if not sure:
            err.print("Nothing was run. `voicegraph plan` shows the whole workflow; say the sentence in other words.")
            raise typer.Exit(1)
