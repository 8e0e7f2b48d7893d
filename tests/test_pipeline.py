"""The way of the data, from a sentence to a run that is watched: the doors every surface goes through."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.api import seed, settings_in, steps, template, wait
from support.history import migrated
from support.site import site_on_loopback

from voicegraph.app import running
from voicegraph.errors import GraphError, NotFound, Refusal, UserError
from voicegraph.graph.model import RunId
from voicegraph.graph.validate import parse_workflow
from voicegraph.pipeline import MissingValues, Pipeline, RunRequest
from voicegraph.run.events import RunEvent
from voicegraph.store.views.filters import RunFilter

__all__ = ["migrated"]
MAIL = {"id": "send", "type": "email", "action": "send", "label": "Mail it"}


@pytest.fixture
async def pipeline(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pipeline]:
    shutil.copytree(migrated, tmp_path / "data")
    async with running(settings_in(tmp_path, monkeypatch, allow_private_hosts=["127.0.0.1"])) as runtime:
        yield runtime.pipeline


def request(*nodes: dict[str, Any], **more: Any) -> RunRequest:
    return RunRequest(parse_workflow(steps(*nodes)), **more)


async def followed(pipeline: Pipeline, run_id: RunId, after: int = 0) -> list[RunEvent]:
    async with asyncio.timeout(20):
        return [event async for event in pipeline.follow(run_id, after)]


async def count(pipeline: Pipeline) -> int:
    return (await pipeline.queries.page(RunFilter())).total


async def test_a_sentence_becomes_a_run_that_is_watched(pipeline: Pipeline) -> None:
    """The whole way, as `pipeline.py` draws it."""
    with site_on_loopback() as site:
        page = site.put("/page", "<html><body><article><p>The sky is blue.</p></article></body></html>")
        plan = await pipeline.plan(f"Read {page} and email me a summary")
        edit = await pipeline.edit("remove the email", plan.workflow)
        check = await pipeline.check(edit.workflow, {})
        assert (check.problems, check.missing) == ([], [])
        run_id = await pipeline.start_background(RunRequest(edit.workflow, command="read it to me"))
        events = await followed(pipeline, run_id)
    assert events[-1].kind == "complete"
    assert events[-2].output
    assert "The sky is blue." in events[-2].output.text


async def test_refusals_of_the_planner_are_passed_on(pipeline: Pipeline) -> None:
    with pytest.raises(Refusal) as refused:
        await pipeline.plan("What is the capital of France?")
    assert refused.value.example


@pytest.mark.parametrize("start", ["start_live", "start_background"])
async def test_a_run_is_recorded_with_everything_that_was_asked(pipeline: Pipeline, start: str) -> None:
    asked = request(
        seed("Ada"),
        template("{{ input }} {{ config.x }}"),
        config={"x": 1},
        command="greet",
        trigger="replay",
    )
    run_id = await getattr(pipeline, start)(asked)
    assert (await followed(pipeline, run_id))[-1].kind == "complete"
    run = await pipeline.queries.detail(run_id)
    assert (run.summary.command, run.summary.trigger, run.config) == ("greet", "replay", {"x": 1})
    assert run.summary.engine == ("live" if start == "start_live" else "embedded")
    assert run.nodes[-1].output
    assert run.nodes[-1].output.text == "Ada 1"


@pytest.mark.parametrize("start", ["start_live", "start_background"])
async def test_what_cannot_run_is_refused_before_it_is_recorded(pipeline: Pipeline, start: str) -> None:
    for asked, kind, code in (
        (RunRequest(parse_workflow({"nodes": []})), UserError, "empty_workflow"),
        (request({"type": "x", "action": "y"}), GraphError, "invalid_workflow"),
        (request(seed(), MAIL), MissingValues, "missing_values"),
    ):
        with pytest.raises(kind) as refused:
            await getattr(pipeline, start)(asked)
        assert refused.value.code == code
    assert await count(pipeline) == 0


async def test_one_open_value_and_several_are_said_in_words(pipeline: Pipeline) -> None:
    with pytest.raises(MissingValues, match=r"^Mail it still needs a value for “To”\.$") as one:
        await pipeline.start_live(request(seed(), {**MAIL, "params": {"subject": "s"}}))
    assert [missing["config"] for missing in one.value.details] == ["recipientEmail"]
    page = {"type": "web_page", "action": "fetch"}
    with pytest.raises(MissingValues, match=r", and 2 more are open\.$"):
        await pipeline.start_live(request(page, page, MAIL))


async def test_the_same_key_is_the_same_run_whoever_is_first(pipeline: Pipeline) -> None:
    asked = request(seed(), idempotency_key="once")
    ids = set(await asyncio.gather(*(pipeline.start_background(asked) for _ in range(20))))
    assert len(ids) == 1
    assert await pipeline.start_background(asked) in ids
    assert await count(pipeline) == 1


async def test_cancel_finds_the_run_wherever_it_is(pipeline: Pipeline) -> None:
    for start in (pipeline.start_live, pipeline.start_background):
        run_id = await start(request(wait()))
        assert await pipeline.cancel(run_id) is True
        assert await pipeline.cancel(run_id) is False
        assert (await followed(pipeline, run_id))[-1].kind == "cancelled"
    with pytest.raises(NotFound):
        await pipeline.cancel(RunId("run_unknown"))


async def test_following_starts_where_the_watcher_stopped(pipeline: Pipeline) -> None:
    run_id = await pipeline.start_background(request(seed(), seed(), seed()))
    whole = await followed(pipeline, run_id)
    for seen in range(len(whole) + 1):
        assert await followed(pipeline, run_id, seen) == whole[seen:]
    with pytest.raises(NotFound):
        await followed(pipeline, RunId("run_unknown"))


async def test_many_runs_at_once_keep_apart(pipeline: Pipeline) -> None:
    asked = [request(seed(f"run {number}"), template("{{ input }}!")) for number in range(60)]
    ids = await asyncio.gather(*(pipeline.start_background(one) for one in asked))
    for number, run_id in enumerate(ids):
        events = await followed(pipeline, run_id)
        assert events[-2].output
        assert events[-2].output.text == f"run {number}!"
