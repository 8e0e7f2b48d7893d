"""Many runs on the command line: statistics, retention."""

from __future__ import annotations

import asyncio

from rich.table import Table
from rich.text import Text

from voicegraph.api.schemas.history import RetentionAnswer, Statistics, WorkflowStatistics
from voicegraph.app import running
from voicegraph.cli.history import took
from voicegraph.cli.terminal import out, print_json
from voicegraph.errors import UserError
from voicegraph.settings import Settings
from voicegraph.store.views.filters import RunFilter


async def show_statistics(settings: Settings, which: RunFilter, as_json: bool) -> None:
    """A line for each workflow."""
    async with running(settings, background=False) as runtime:
        found = [WorkflowStatistics.of(one) for one in await runtime.pipeline.queries.statistics(which)]
    if as_json:
        print_json(Statistics(workflows=found))
        return
    if not found:
        out.print("No run fits.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("workflow", "runs", "success", "p50", "p95", "cost", "tokens in", "tokens out"):
        table.add_column(heading, justify="left" if heading == "workflow" else "right")
    for one in found:
        success = "–" if one.success_rate is None else f"{one.success_rate:.0%}"
        cost = "–" if one.cost is None else f"${one.cost:.4f}{' (partly estimated)' if one.estimated else ''}"
        tokens = ["–" if count is None else f"{count:,}" for count in (one.input_tokens, one.output_tokens)]
        table.add_row(Text(one.name), f"{one.runs:,}", success, took(one.p50_ms), took(one.p95_ms), cost, *tokens)
    out.print(table)


async def keep_to_limits(settings: Settings, days: int | None, runs: int | None, dry_run: bool, as_json: bool) -> None:
    """Count, remove, tidy."""
    async with running(settings, background=False) as runtime:
        upkeep = runtime.pipeline.upkeep
        assert upkeep  # noqa: S101 - `running` always makes one
        plan = await upkeep.plan(days, runs)
        removal = None if dry_run else await upkeep.apply(plan)
        if removal and removal.task:
            await asyncio.wait({removal.task})
        freed = 0 if dry_run else await upkeep.tidy()
    if removal and removal.error:
        raise UserError("not_removed", removal.error)
    if as_json:
        print_json(RetentionAnswer.of(plan, removal))
        return
    if plan.days is None and plan.runs is None:
        out.print("Nothing limits the history. Set VOICEGRAPH_RETENTION_DAYS or _RUNS, or say --days or --runs.")
        return
    if dry_run:
        out.print(f"{plan.count} runs would be removed, {plan.kept} kept. Runs that are not over stay.")
        return
    out.print(f"{removal.deleted if removal else 0} runs removed, {plan.kept} kept, {freed / 1e6:.1f} MB given back.")
