"""The history on the command line."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from voicegraph.api.schemas.history import HistoryEntry, HistoryPage
from voicegraph.api.schemas.runs import Run, RunSummary
from voicegraph.api.whole_results import cut_nodes, is_cut, is_data_cut
from voicegraph.app import running
from voicegraph.cli.streams import say
from voicegraph.cli.terminal import out, print_json, status_text
from voicegraph.clock import iso
from voicegraph.graph.model import RunId
from voicegraph.settings import Settings
from voicegraph.store.views.filters import RunFilter

HEADINGS = ("run", "status", "when (UTC)", "took", "what was said")
LESS = ("took", "when (UTC)")
"""Left out, in this order, where the terminal has no room for them: `voicegraph show` tells them."""
FEW = 20
"""Characters of what was said that are worth more than these."""
LEAST = 8
"""Characters of what was said, however narrow the terminal is."""
NAMED = 5
"""Nodes that are named in a line."""


async def list_runs(settings: Settings, which: RunFilter, limit: int, as_json: bool) -> None:
    """A page of runs."""
    async with running(settings, background=False) as runtime:
        page = await runtime.pipeline.queries.page(which, limit)
    lines = [HistoryEntry.of(run) for run in page.runs]
    if as_json:
        print_json(HistoryPage(count=page.total, running=page.running, history=lines, next=page.next))
        return
    if not lines and which != RunFilter():
        out.print("No run fits.")
        return
    if not lines:
        out.print('No runs yet. Try: voicegraph run "Read https://example.com and give me the key points"')
        return
    out.print(_table(lines))
    out.print(f"{page.total} runs, {page.running} not over.", style="dim")


def _table(lines: Sequence[RunSummary]) -> Table:
    """A line a run. What was said is cut here: a table that is too wide takes from every column, down to nothing."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    rows = [
        (
            Text(line.id),
            status_text(line.status),
            Text(line.created_at[:16].replace("T", " ")),
            Text(took(line.duration_ms)),
        )
        for line in lines
    ]
    columns = [[heading, *cells] for heading, *cells in zip(HEADINGS, *rows, strict=False)]
    widths = {heading: max(len(heading), *(cell.cell_len for cell in cells)) for heading, *cells in columns}
    while out.width - _taken(widths) < FEW and (less := next((one for one in LESS if one in widths), None)):
        del widths[less]
    shown = [HEADINGS.index(heading) for heading in widths]
    for heading, width in widths.items():
        table.add_column(heading, no_wrap=True, min_width=width)
    table.add_column(HEADINGS[-1], no_wrap=True)
    for line, cells in zip(lines, rows, strict=True):
        said = Text(" ".join((line.transcribed_text or line.name).split()))
        said.truncate(max(out.width - _taken(widths), LEAST), overflow="ellipsis")
        table.add_row(*(cells[index] for index in shown), said)
    return table


def _taken(widths: dict[str, int]) -> int:
    """Characters of a line beside what was said, with the spaces between."""
    return sum(widths.values()) + len(widths)


async def show_run(settings: Settings, run_id: str, as_json: bool) -> None:
    """One run, as the page shows it; where that is not all of it, a word about what is left out."""
    async with running(settings, background=False) as runtime:
        run = Run.of_detail(await runtime.pipeline.queries.detail(RunId(run_id)))
    if as_json:
        print_json(run)
    else:
        _print(run)
    if is_cut(run):
        say(_left_out(run))


def _print(run: Run) -> None:
    out.print(Text.assemble((run.transcribed_text or run.name, "bold"), "  ", status_text(run.status)))
    out.print(f"{run.id} · {run.engine} · {run.created_at} · {took(run.duration_ms)}", style="dim")
    for event in run.logs:
        out.print(
            Text(f"{iso(event.timestamp / 1000)[11:23]}  {event.type:<9} {event.node_id or '':<10} {event.message}")
        )
    for node in run.nodes:
        if node.output and node.output.text:
            out.print(Text(f"\n{node.node_id}", style="bold"))
            out.print(Text(node.output.text))


def _left_out(run: Run) -> str:
    """What is not shown of it, and how all of it is had."""
    parts: list[str] = []
    if len(run.logs) < run.log_count:
        parts.append(f"the first {len(run.logs):,} of {run.log_count:,} lines of the log")
    if cut := cut_nodes(run):
        named = ", ".join(cut[:NAMED]) + (f" and {len(cut) - NAMED:,} more" if len(cut) > NAMED else "")
        parts.append(f"the beginning of the {'result' if len(cut) == 1 else 'results'} of {named}")
    if is_data_cut(run):
        parts.append("the beginning of what started it")
    return f"Shown are only {' and '.join(parts)}. All of it: voicegraph export {run.id}"


def took(milliseconds: float | None) -> str:
    """A duration for people."""
    if milliseconds is None:
        return "–"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    minutes, seconds = divmod(milliseconds / 1000, 60)
    return f"{minutes:.0f} min {seconds:.0f} s" if minutes else f"{seconds:.1f} s"
