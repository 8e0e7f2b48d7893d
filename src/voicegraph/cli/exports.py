"""Runs written to a file or to standard output, piece by piece: one, or all that fit."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path

from voicegraph.api.schemas.runs import Run
from voicegraph.api.whole_results import run_as_file, runs_as_json
from voicegraph.app import running
from voicegraph.cli.terminal import out
from voicegraph.errors import UserError
from voicegraph.graph.model import RunId
from voicegraph.settings import Settings
from voicegraph.store.views.export import as_csv, one_as_csv
from voicegraph.store.views.filters import RunFilter
from voicegraph.store.views.queries import RunQueries


async def export_run(settings: Settings, run_id: str, written: str, output: Path | None) -> None:
    """One run: its line as CSV, or all of it as JSON, as the API gives it as a file."""
    async with running(settings, background=False) as runtime:
        queries = runtime.pipeline.queries
        read = _one_as_csv if written == "csv" else _one_as_json
        await _write(await read(queries, RunId(run_id)), output)


async def export_runs(settings: Settings, which: RunFilter, written: str, output: Path | None) -> None:
    """All runs that fit."""
    async with running(settings, background=False) as runtime:
        await _write((as_csv if written == "csv" else runs_as_json)(runtime.pipeline.queries, which), output)


async def _one_as_json(queries: RunQueries, run_id: RunId) -> AsyncIterator[str]:
    """NotFound is raised here, before a file is made."""
    return run_as_file(queries, Run.of_detail(await queries.detail(run_id)))


async def _one_as_csv(queries: RunQueries, run_id: RunId) -> AsyncIterator[str]:
    text = one_as_csv(await queries.summary(run_id))

    async def pieces() -> AsyncIterator[str]:
        yield text

    return pieces()


async def _write(pieces: AsyncIterator[str], output: Path | None) -> None:
    try:
        with output.open("w", encoding="utf-8", newline="") if output else nullcontext(sys.stdout) as file:
            async for piece in pieces:
                file.write(piece)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UserError("no_file", f"{output or 'The output'} cannot be written ({error.strerror}).") from error
    if output:
        out.print(f"Written to {output}")
