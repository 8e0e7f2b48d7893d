"""A live run that is over by the time its command is ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from support.api import seed, steps
from support.cli import Cli

from voicegraph.app import Runtime, running
from voicegraph.cli.local_run import LocalRun
from voicegraph.graph.model import RunId
from voicegraph.graph.validate import parse_workflow
from voicegraph.pipeline import Pipeline, RunRequest
from voicegraph.run.events import Entry, RunEvent
from voicegraph.settings import Settings
from voicegraph.store.core.journal import Journal
from voicegraph.store.views.details import RunDetail
from voicegraph.store.views.queries import RunQueries


@pytest.mark.parametrize("read", [True, False])
async def test_a_live_run_that_is_over_while_its_command_is_ended_is_said_to_be(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], read: bool
) -> None:
    """Its last event is said, and not yet on disk, when the output is closed."""
    monkeypatch.chdir(cli.home)
    come, gate = asyncio.Event(), asyncio.Event()
    record = Journal.record

    async def later(journal: Journal, entry: Entry, **how: bool) -> None:
        come.set()
        await gate.wait()
        await record(journal, entry, **how)

    def held(journal: Journal, entry: Entry, **how: bool) -> asyncio.Future[None]:
        is_end = entry.change is not None and entry.change.status.terminal
        return asyncio.ensure_future(later(journal, entry, **how)) if is_end else record(journal, entry, **how)

    async def drained(runtime: Runtime) -> None:
        gate.set()
        await drain(runtime)

    async def shown(queries: RunQueries, run_id: RunId, *, whole: bool = False) -> RunDetail:
        found = await detail(queries, run_id, whole=whole)
        gate.set()
        return found

    def unread(*_: object) -> None:
        raise BrokenPipeError

    def followed(pipeline: Pipeline, run_id: RunId, **how: bool) -> AsyncIterator[RunEvent]:
        following.set()
        return follow(pipeline, run_id, **how)

    drain, detail, follow, following = Runtime.drain, RunQueries.detail, Pipeline.follow, asyncio.Event()
    monkeypatch.setattr(Pipeline, "follow", followed)
    monkeypatch.setattr(Journal, "record", held)
    monkeypatch.setattr(Runtime, "drain", drained)
    monkeypatch.setattr(RunQueries, "detail", shown)
    if not read:
        monkeypatch.setattr(LocalRun, "_report", unread)
    workflow = parse_workflow(steps(seed("Ada")))
    async with running(Settings(), background=False) as runtime:
        run_id = await runtime.pipeline.start_live(RunRequest(workflow))
        command = asyncio.create_task(LocalRun(runtime, background=False, as_json=False).to_the_end(run_id, workflow))
        await following.wait()
        await come.wait()
        command.cancel()
        await asyncio.wait({command})
    said = capsys.readouterr()
    assert "goes on" not in said.err
    assert ("Run completed" in said.out) if read else (f"{run_id} had ended before: completed." in said.err), said
