"""The error workflow of a failed run: started once, whatever happens in between."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from support.api import seed, settings_in, steps
from support.history import migrated
from support.hosts import PATIENCE

from voicegraph.app import Runtime, running
from voicegraph.errors import GraphError
from voicegraph.graph.model import RunId, Workflow
from voicegraph.graph.validate import parse_workflow
from voicegraph.pipeline import Pipeline, RunRequest
from voicegraph.settings import Settings
from voicegraph.store.views.filters import RunFilter
from voicegraph.store.views.summaries import RunSummary

__all__ = ["migrated"]
BROKEN = {"id": "bad", "type": "condition", "action": "if", "label": "Judge", "params": {"expression": "data.x > 1"}}
REPORT = steps(seed("{{ trigger.run.name }}: {{ trigger.error.message }} ({{ trigger.error.nodeId }})", id="a"))


@pytest.fixture
def settings(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    shutil.copytree(migrated, tmp_path / "data")
    return settings_in(tmp_path, monkeypatch)


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[Runtime]:
    async with running(settings) as runtime:
        await runtime.pipeline.save(parse_workflow({**REPORT, "workflowId": "wf_report", "name": "Report"}))
        yield runtime


def failing(**more: object) -> Workflow:
    return parse_workflow({**steps(BROKEN), "name": "Digest", "errorWorkflow": "wf_report", **more})


async def over(pipeline: Pipeline, run_id: RunId) -> RunSummary:
    async with asyncio.timeout(PATIENCE):
        async for _ in pipeline.follow(run_id):
            pass
    return await pipeline.queries.summary(run_id)


async def reports(pipeline: Pipeline) -> list[RunSummary]:
    page = await pipeline.queries.page(RunFilter(workflow_id="wf_report"))
    return page.runs


async def first_report(pipeline: Pipeline) -> RunSummary:
    async with asyncio.timeout(PATIENCE):
        with pipeline.feed.watch_all() as watcher:
            while not (found := await reports(pipeline)):
                await watcher.get()
    return await over(pipeline, found[0].id)


@pytest.mark.parametrize("live", [True, False])
async def test_it_gets_the_failed_run(settings: Settings, live: bool):
    async with started(settings) as runtime:
        pipeline = runtime.pipeline
        start = pipeline.start_live if live else pipeline.start_background
        run_id = await start(RunRequest(failing(), command="Judge it"))
        report = await first_report(pipeline)
        assert (report.status, report.trigger, report.command) == ("completed", "error", "“Digest” failed")
        (node,) = (await pipeline.queries.detail(report.id)).nodes
        assert node.output
        assert node.output.text.startswith("Digest: The condition cannot be judged")
        assert node.output.text.endswith("(bad)")
        assert (await pipeline.queries.by_idempotency_key(f"error:{run_id}")) == report.id
        assert await runtime.error_workflows.open_rows() == []


async def test_a_crash_before_or_after_the_start_starts_it_once(settings: Settings):
    async with started(settings) as runtime:
        await runtime.error_workflows.close()  # as if killed before it looked
        run_id = await runtime.pipeline.start_background(RunRequest(failing()))
        assert (await over(runtime.pipeline, run_id)).status == "failed"
        (row,) = await runtime.error_workflows.open_rows()
    async with started(settings) as runtime:
        await first_report(runtime.pipeline)
        await runtime.error_workflows.close()
        await runtime.error_workflows.start(row)  # as if killed before the row was gone
        assert len(await reports(runtime.pipeline)) == 1


@pytest.mark.parametrize(
    "damage",
    ["UPDATE node_runs SET waits = '{x'", "UPDATE run_payloads SET config = '{x' WHERE workflow LIKE '%Digest%'"],
)
async def test_a_run_that_fails_because_it_cannot_be_read_starts_it(settings: Settings, damage: str):
    waits = {"type": "wait", "action": "delay", "params": {"duration": "1 hour"}}
    graph = parse_workflow({**steps(waits), "name": "Digest", "errorWorkflow": "wf_report"})
    async with started(settings) as runtime:
        run_id = await runtime.pipeline.start_background(RunRequest(graph))
        async for event in runtime.pipeline.follow(run_id):
            if event.kind == "waiting":
                break
        journal = runtime.pipeline.workflows._journal
        for statement in map(text, (damage, "UPDATE runs SET wake_at = 1.0")):
            await journal.execute(lambda connection, one=statement: connection.execute(one) and None)
    async with started(settings) as runtime:
        report = await first_report(runtime.pipeline)
        (node,) = (await runtime.pipeline.queries.detail(report.id)).nodes
        assert node.output
        assert "cannot be read" in node.output.text


async def test_its_own_failure_starts_no_other(settings: Settings):
    async with started(settings) as runtime:
        pipeline = runtime.pipeline
        bad = {**steps(BROKEN), "workflowId": "wf_bad", "name": "Bad report", "errorWorkflow": "wf_report"}
        await pipeline.save(parse_workflow(bad))
        await pipeline.start_background(RunRequest(failing(errorWorkflow="wf_bad")))
        async with asyncio.timeout(PATIENCE):
            with pipeline.feed.watch_all() as watcher:
                while not (found := (await pipeline.queries.page(RunFilter(workflow_id="wf_bad"))).runs):
                    await watcher.get()
        assert (await over(pipeline, found[0].id)).status == "failed"
        assert await runtime.error_workflows.open_rows() == []
        assert await reports(pipeline) == []


async def test_one_that_is_gone_by_then_is_named_in_the_logs(settings: Settings, caplog: pytest.LogCaptureFixture):
    async with started(settings) as runtime:
        pipeline = runtime.pipeline
        await runtime.error_workflows.close()
        run_id = await pipeline.start_background(RunRequest(failing()))
        await over(pipeline, run_id)
        await pipeline.workflows.delete("wf_report")
        (row,) = await runtime.error_workflows.open_rows()
        await runtime.error_workflows.start(row)
        assert await runtime.error_workflows.open_rows() == []
        assert "its error workflow wf_report was not started" in caplog.text
        await runtime.error_workflows.start(row)  # as another process that was slower
        final, *after = [e for e in (await pipeline.queries.detail(run_id)).events if e.node_id is None][-2:]
        assert (final.kind, [event.kind for event in after]) == ("error", ["log"])
        assert "not started: There is no saved workflow wf_report" in after[0].message
        assert after[0].seq == final.seq + 1
        assert [event.seq async for event in pipeline.follow(run_id, final.seq)] == [after[0].seq]


async def test_a_workflow_names_one_that_is_there(settings: Settings):
    async with started(settings) as runtime:
        for other, words in (("wf_none", "There is no saved workflow"), ("wf_self", "its own")):
            with pytest.raises(GraphError, match=words) as caught:
                await runtime.pipeline.save(failing(errorWorkflow=other, workflowId="wf_self"))
            assert caught.value.problems[0].where == "errorWorkflow"
