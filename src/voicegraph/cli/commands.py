"""All commands. Heavy parts are imported when a command needs them, so that `--help` answers at once."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from pydantic import ValidationError

from voicegraph import __version__, logs
from voicegraph.cli.exit_status import Commands, finish
from voicegraph.cli.filter_options import OfWorkflow, Search, Since, Statuses, Triggers, Until, run_filter
from voicegraph.errors import ConfigError, UserError
from voicegraph.plan.planner import PlannerName
from voicegraph.setting_formats import wrong_address
from voicegraph.setting_names import name_in_use
from voicegraph.settings import Settings

app = typer.Typer(
    cls=Commands,
    help="Say a workflow, see it as a graph, run it: live or durably in the background.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
ExportFormat = Literal["csv", "json"]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def _settings() -> Settings:
    """From the environment; ConfigError names the first setting that is wrong, and never shows its value."""
    from voicegraph.run.redaction.redact import Redactor

    if wrong := wrong_address(os.environ):
        name, reason = wrong
        raise ConfigError(name, f"{name} is wrong: {reason.rstrip('.')}. Mend it in the environment.")
    try:
        settings = Settings()
        logs.set_up(Redactor.of_settings(settings).text, logging.WARNING)
        return settings
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper()
        field = name.removeprefix("VOICEGRAPH_").lower()
        name = name_in_use(field) if field in Settings.model_fields else name
        reason = first["msg"].removeprefix("Value error, ").rstrip(".")
        message = f"{name} is wrong: {reason}. Mend it in the environment, in .env or in voicegraph.toml."
        raise ConfigError(name, message) from error
    except (ValueError, OSError) as error:  # of the reader of a file, with the place
        where = _unreadable_file()
        raise ConfigError(where, f"{where} cannot be read: {error}") from error


def _unreadable_file() -> str:
    """Which of the two files of settings is not text in UTF-8; the broken TOML, where both are."""
    try:
        Path(".env").read_text("utf-8")
    except FileNotFoundError:
        return "voicegraph.toml"
    except (UnicodeDecodeError, OSError):
        return ".env"
    return "voicegraph.toml"


def _exit(*, good: bool) -> NoReturn:
    raise typer.Exit(0 if good else 1)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _before(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None: ...


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (127.0.0.1 by default).")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port (8000 by default); 0 takes a free one.")
    ] = None,
) -> None:
    """Start the server and the web page."""
    from voicegraph.cli.server.serve import serve as start

    changes = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    start(_settings().model_copy(update=changes))


@app.command()
def plan(
    sentence: Annotated[str, typer.Argument(help='For example "Upload a CSV and summarize it".')],
    planner: Annotated[PlannerName | None, typer.Option(help="Force one; without it, the settings decide.")] = None,
    json: Json = False,
) -> None:
    """Show the workflow a sentence becomes."""
    from voicegraph.cli.run import show_plan

    finish(show_plan(_settings(), sentence, json, planner))


@app.command()
def run(
    what: Annotated[
        str, typer.Argument(help="A sentence, or a workflow file (JSON or YAML); - reads either from standard input.")
    ],
    background: Annotated[bool, typer.Option("--background", help="Run durably, with retries.")] = False,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A value the run needs: recipientEmail=me@example.com or step-0.url=https://…"),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-outside-target",
            metavar="NODE",
            help="Let fetched text or a model's answer say whom or what this node reaches. A file cannot allow it.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before a plan is run that was guessed.")] = False,
    json: Json = False,
) -> None:
    """Run a sentence or a workflow file and show its progress. Exit code 1 when the run fails."""
    from voicegraph.cli.run import run_workflow

    status = finish(run_workflow(_settings(), what, background, set_ or [], json, allow or [], sure=yes))
    _exit(good=status == "completed")


@app.command()
def replay(
    run_id: Annotated[str, typer.Argument(metavar="RUN")],
    start: Annotated[
        str | None, typer.Option("--from", metavar="NODE|failed", help="Start there; else the whole run is repeated.")
    ] = None,
    background: Annotated[bool, typer.Option("--background", help="Run durably, with retries.")] = False,
    set_: Annotated[list[str] | None, typer.Option("--set", help="A value that is other than it was.")] = None,
    json: Json = False,
) -> None:
    """Run an earlier run again: whole, from a node, or from where it failed. Exit code 1 when the new run fails."""
    from voicegraph.cli.replay import replay_run

    status = finish(replay_run(_settings(), run_id, start, background, set_ or [], json))
    _exit(good=status == "completed")


@app.command()
def transcribe(
    file: Annotated[Path, typer.Argument(help="A recording: WebM, MP4, WAV, OGG or MP3.")], json: Json = False
) -> None:
    """Print what is said in a recording."""
    from voicegraph.cli.voice import transcribe_file

    finish(transcribe_file(_settings(), file, json))


@app.command()
def listen(
    show: Annotated[bool, typer.Option("--plan", help="Show the workflow it becomes.")] = False,
    run: Annotated[bool, typer.Option("--run", help="Run the workflow it becomes.")] = False,
    background: Annotated[bool, typer.Option("--background", help="With --run: durably, with retries.")] = False,
    device: Annotated[str | None, typer.Option(help="Microphone, by name or number.")] = None,
    json: Json = False,
) -> None:
    """Listen to the microphone until you stop speaking, and print what was said."""
    from voicegraph.cli.run import run_workflow, show_plan
    from voicegraph.cli.voice import listen_once

    settings = _settings()
    text = finish(listen_once(settings, device, json and not (show or run)))
    if run:
        status = finish(run_workflow(settings, text, background, [], json))
        _exit(good=status == "completed")
    if show:
        finish(show_plan(settings, text, json))


@app.command()
def history(
    status: Statuses = None,
    search: Search = None,
    workflow: OfWorkflow = None,
    trigger: Triggers = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 20,
    json: Json = False,
) -> None:
    """List runs, newest first."""
    from voicegraph.cli.history import list_runs

    which = run_filter(status, search, workflow, trigger, since, until)
    finish(list_runs(_settings(), which, limit, json))


@app.command()
def show(run_id: Annotated[str, typer.Argument(metavar="RUN")], json: Json = False) -> None:
    """Show one run: its nodes, results and log."""
    from voicegraph.cli.history import show_run

    finish(show_run(_settings(), run_id, json))


@app.command()
def approve(
    run_id: Annotated[str, typer.Argument(metavar="RUN")],
    reject: Annotated[bool, typer.Option("--reject", help="Reject it instead.")] = False,
    comment: Annotated[str, typer.Option("--comment", help="Kept with the answer.", show_default=False)] = "",
    node: Annotated[str | None, typer.Option("--node", help="Which step, when several wait.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask again.")] = False,
) -> None:
    """Show what a run waits with, and approve or reject it."""
    from voicegraph.cli.approve import approve_run

    finish(approve_run(_settings(), run_id, node, approved=not reject, comment=comment, asks=not yes))


@app.command()
def export(
    run_id: Annotated[str | None, typer.Argument(metavar="[RUN]", help="One run; without it all that fit.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; else standard output.")] = None,
    format_: Annotated[ExportFormat, typer.Option("--format", help="csv: a line a run; json: runs whole.")] = "json",
    status: Statuses = None,
    search: Search = None,
    workflow: OfWorkflow = None,
    trigger: Triggers = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Write a run, or all runs that fit, as JSON or CSV."""
    from voicegraph.cli.exports import export_run, export_runs

    which = run_filter(status, search, workflow, trigger, since, until)
    if run_id is None:
        finish(export_runs(_settings(), which, format_, output))
    elif which == run_filter():
        finish(export_run(_settings(), run_id, format_, output))
    else:
        raise UserError("bad_command", "Name one run, or choose runs with options such as --status; not both.")


@app.command()
def stats(
    workflow: OfWorkflow = None,
    trigger: Triggers = None,
    since: Since = None,
    until: Until = None,
    json: Json = False,
) -> None:
    """Show for each workflow: runs, success, durations, cost and tokens of models."""
    from voicegraph.cli.retention import show_statistics

    which = run_filter(workflow=workflow, trigger=trigger, since=since, until=until)
    finish(show_statistics(_settings(), which, json))


@app.command()
def retention(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would be removed, and remove nothing.")
    ] = False,
    days: Annotated[
        int | None, typer.Option(min=0, help="Keep runs of so many days (VOICEGRAPH_RETENTION_DAYS).")
    ] = None,
    runs: Annotated[int | None, typer.Option(min=0, help="Keep so many runs (VOICEGRAPH_RETENTION_RUNS).")] = None,
    json: Json = False,
) -> None:
    """Remove old runs and give their room back to the disk. Runs that are not over always stay."""
    from voicegraph.cli.retention import keep_to_limits

    finish(keep_to_limits(_settings(), days, runs, dry_run, json))


@app.command()
def schedules(
    pause: Annotated[str | None, typer.Option(metavar="SCHEDULE", help="Let none of its times come.")] = None,
    resume: Annotated[str | None, typer.Option(metavar="SCHEDULE", help="Let its times come again.")] = None,
    run_now: Annotated[str | None, typer.Option(metavar="SCHEDULE", help="One run more, by the server.")] = None,
    json: Json = False,
) -> None:
    """List the schedules of saved workflows, the next to come first; pause, resume, or run one now."""
    from voicegraph.cli.schedules import change_schedule, list_schedules

    wanted = {"pause": pause, "resume": resume, "run-now": run_now}
    changes = [(change, schedule_id) for change, schedule_id in wanted.items() if schedule_id is not None]
    if len(changes) > 1:
        raise UserError("one_change", "One change at a time: --pause, --resume or --run-now.")
    if changes:
        change, schedule_id = changes[0]
        finish(change_schedule(_settings(), schedule_id, change, json))
    else:
        finish(list_schedules(_settings(), json))


@app.command()
def worker() -> None:
    """Run steps for Inngest over a connection of its own, without a web page or a port."""
    from voicegraph.cli.inngest_worker import work

    work(_settings())


@app.command()
def doctor(json: Json = False) -> None:
    """Check database, model, speech, the services that nodes use, mail, Inngest and web page, and say how to mend them.

    The model is asked one short question: with a hosted provider it costs a few tokens. Nothing is changed.
    """
    from voicegraph.cli.doctor.report import examine

    healthy = finish(examine(_settings(), json))
    _exit(good=healthy)


@app.command()
def openapi() -> None:
    """Print the OpenAPI description of the HTTP API."""
    import json as library

    from voicegraph.api.build import build_api

    typer.echo(library.dumps(build_api(_settings()).openapi(), indent=2, ensure_ascii=False))


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)
