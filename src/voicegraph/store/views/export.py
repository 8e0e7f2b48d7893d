"""Runs as CSV or JSON, piece by piece: a hundred thousand of them take no more memory than one page."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Sequence

from voicegraph.clock import iso
from voicegraph.nodes.text.csv_rows import guarded
from voicegraph.store.views.details import RunDetail
from voicegraph.store.views.filters import RunFilter
from voicegraph.store.views.queries import RunQueries
from voicegraph.store.views.summaries import RunSummary

PAGE = 200
COLUMNS = (
    "id", "status", "workflow_id", "name", "command", "trigger", "engine", "created", "started", "finished",
    "seconds", "nodes", "error_code", "error", "cost_usd", "input_tokens", "output_tokens", "estimated",
)  # fmt: skip


def cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it."""
    return guarded("" if value is None else str(value))


def csv_lines(rows: Sequence[Sequence[object]]) -> str:
    """Lines as RFC 4180 wants them."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([cell(value) for value in row] for row in rows)
    return written.getvalue()


async def pages(queries: RunQueries, which: RunFilter) -> AsyncIterator[list[RunSummary]]:
    """All runs that fit, newest first."""
    cursor = None
    while True:
        found, cursor = await queries.summaries(which, PAGE, cursor)
        if found:
            yield found
        if cursor is None:
            return


async def as_csv(queries: RunQueries, which: RunFilter) -> AsyncIterator[str]:
    """The summaries, a header first."""
    yield csv_lines([COLUMNS])
    async for page in pages(queries, which):
        yield csv_lines([_row(run) for run in page])


def one_as_csv(run: RunSummary) -> str:
    """The summary of one run, a header first."""
    return csv_lines([COLUMNS, _row(run)])


async def details(queries: RunQueries, which: RunFilter) -> AsyncIterator[RunDetail]:
    """The runs whole, one after the other; one that is deleted meanwhile is left out."""
    from voicegraph.errors import NotFound

    async for page in pages(queries, which):
        for run in page:
            try:
                yield await queries.detail(run.id)
            except NotFound:
                continue


def _row(run: RunSummary) -> list[object]:
    over = run.started_at is not None and run.finished_at is not None
    seconds = round((run.finished_at or 0) - (run.started_at or 0), 3) if over else None
    error = run.error or {}
    return [
        run.id, run.status, run.workflow_id, run.name, run.command, run.trigger, run.engine, iso(run.created_at),
        _iso(run.started_at), _iso(run.finished_at), seconds, run.node_count, error.get("code"), error.get("message"),
        run.cost, run.input_tokens, run.output_tokens, "yes" if run.estimated else "no",
    ]  # fmt: skip


def _iso(at: float | None) -> str | None:
    return None if at is None else iso(at)
