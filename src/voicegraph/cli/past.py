"""The history on the command line."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from voicegraph.api.run_schemas import HistoryPage, Run, RunSummary
from voicegraph.app import running
from voicegraph.cli.view import out, print_json, status_text
from voicegraph.errors import UserError
from voicegraph.graph.model import RunId
from voicegraph.history.filters import RunFilter
from voicegraph.settings import Settings

WIDTHS = {"run": 30, "status": 9, "when (UTC)": 16, "took": 6}
"""What a column of the history needs; a narrow terminal cuts what was said, to one line a run."""


async def list_runs(settings: Settings, which: RunFilter, limit: int, as_json: bool) -> None:
    """A page of runs."""
    async with running(settings, background=False) as runtime:
        page = await runtime.pipeline.queries.page(which, limit)
    lines = [RunSummary.of(run) for run in page.runs]
    if as_json:
        print_json(HistoryPage(count=page.total, running=page.running, history=lines, next=page.next))
        return
    if not lines and which != RunFilter():
        out.print("No run fits.")
        return
    if not lines:
        out.print('No runs yet. Try: voicegraph run "Read https://example.com and give me the key points"')
        return
    table = Table(box=None, padding=(0, 1, 0, 0))
    for heading in ("run", "status", "when (UTC)", "took", "what was said"):
        table.add_column(heading, no_wrap=True, min_width=WIDTHS.get(heading))
    for line in lines:
        when = line.created_at[:16].replace("T", " ")
        table.add_row(
            line.id, status_text(line.status), when, took(line.duration_ms), Text(line.transcribed_text or line.name)
        )
    out.print(table)
    out.print(f"{page.total} runs, {page.running} not over.", style="dim")


async def show_run(settings: Settings, run_id: str, as_json: bool) -> None:
    """One run whole."""
    run = await _read(settings, run_id)
    if as_json:
        print_json(run)
        return
    out.print(Text.assemble((run.transcribed_text or run.name, "bold"), "  ", status_text(run.status)))
    out.print(f"{run.id} · {run.engine} · {run.created_at} · {took(run.duration_ms)}", style="dim")
    for event in run.logs:
        out.print(Text(f"{event.timestamp[11:23]}  {event.type:<9} {event.node_id or '':<10} {event.message}"))
    for node in run.nodes:
        if node.output and node.output.text:
            out.print(Text(f"\n{node.node_id}", style="bold"))
            out.print(Text(node.output.text))


async def export_run(settings: Settings, run_id: str, output: Path | None) -> None:
    """One run as JSON, to a file or to standard output."""
    text = (await _read(settings, run_id)).model_dump_json(by_alias=True, indent=2)
    if output is None:
        typer.echo(text)
        return
    try:
        output.write_text(text + "\n", "utf-8")
    except OSError as error:
        raise UserError("no_file", f"{output} cannot be written ({error.strerror}).") from error
    out.print(f"Written to {output}")


async def _read(settings: Settings, run_id: str) -> Run:
    async with running(settings, background=False) as runtime:
        return Run.of_detail(await runtime.pipeline.queries.detail(RunId(run_id)))


def took(milliseconds: float | None) -> str:
    """A duration for people."""
    if milliseconds is None:
        return "–"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    minutes, seconds = divmod(milliseconds / 1000, 60)
    return f"{minutes:.0f} min {seconds:.0f} s" if minutes else f"{seconds:.1f} s"
