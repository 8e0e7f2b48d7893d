"""The composition root: what opens, what closes, and in which order, on a real database."""

from __future__ import annotations

import asyncio
import shutil
import threading
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import create_engine, text
from support.api import api_of, seed, settings_in, steps, wait
from support.history import migrated
from support.stores import LateStore

from voicegraph.app import make_planners, running
from voicegraph.asgi import create_app
from voicegraph.db.presence import Presence
from voicegraph.errors import ConfigError, StorageError
from voicegraph.graph.validate import parse_workflow
from voicegraph.nodes.builtin import builtin_registry
from voicegraph.pipeline import RunRequest
from voicegraph.run.events import Entry
from voicegraph.settings import Settings
from voicegraph.store.views.filters import RunFilter

__all__ = ["migrated"]


@pytest.fixture
def settings(migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    shutil.copytree(migrated, tmp_path / "data")
    return settings_in(tmp_path, monkeypatch)


def request(*nodes: dict) -> RunRequest:
    return RunRequest(parse_workflow(steps(*nodes)))


async def test_a_first_start_makes_the_folder_and_the_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_in(tmp_path, monkeypatch, data_dir=tmp_path / "a" / "b")
    async with running(settings) as runtime:
        await runtime.pipeline.queries.ping()
    assert (tmp_path / "a/b/voicegraph.db").is_file()


async def test_one_owner_a_database(settings: Settings) -> None:
    async with running(settings) as first:
        with pytest.raises(ConfigError, match="Another VoiceGraph command or server"):
            async with running(settings):
                pass
        await first.pipeline.start_background(request(seed()))
    async with running(settings) as next_one:  # the lock is given back
        assert (await next_one.pipeline.queries.page(RunFilter())).total == 1


async def test_without_the_lock_another_process_may_read_and_run_live(settings: Settings) -> None:
    async with running(settings), running(settings, background=False) as beside:
        run_id = await beside.pipeline.start_live(request(seed("x")))
        events = [event async for event in beside.pipeline.follow(run_id)]
        assert events[-1].kind == "complete"


@pytest.mark.parametrize("background", [True, False], ids=["a server", "a command"])
@pytest.mark.parametrize("moment", ["before it is made", "when it is over"])
async def test_a_database_that_does_not_answer_for_a_moment_loses_no_live_run_of_a_step(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, moment: str, background: bool
) -> None:
    monkeypatch.setattr("voicegraph.run.children.AGAIN", 0.05)
    async with asyncio.timeout(20), running(settings, background=background) as runtime:
        pipeline = runtime.pipeline
        late = LateStore(runtime.children._families._store)
        monkeypatch.setattr(runtime.children._families, "_store", late)
        await pipeline.workflows.save(parse_workflow(steps(wait("0.3 seconds"), name="Step")))
        fault = StorageError("The database did not answer.")

        def when_over(entry: Entry) -> None:
            if entry.change and entry.change.status.terminal and entry.run_id != run_id:
                late.errors.append(fault)

        if moment == "before it is made":
            late.errors.append(fault)
        else:
            pipeline.feed.listen(when_over)
        run_id = await pipeline.start_live(
            request({"type": "workflow", "action": "run", "params": {"workflow": "Step"}}, seed())
        )
        assert [event async for event in pipeline.follow(run_id)][-1].kind == "complete"
    assert not late.errors


async def test_who_is_cancelled_before_the_process_stops_takes_its_steps_along(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = settings.model_copy(update={"drain_seconds": 0.0})
    async with asyncio.timeout(20), running(quick, background=False) as runtime:
        pipeline = runtime.pipeline
        late = LateStore(cast("Any", runtime.children._families))
        monkeypatch.setattr(runtime.children, "_families", late)
        await pipeline.workflows.save(parse_workflow(steps(wait("1 hour"), name="Step")))
        step = {"type": "workflow", "action": "run", "params": {"workflow": "Step"}}
        begun = asyncio.Event()
        pipeline.feed.listen(lambda entry: begun.set() if len(pipeline.live._drivers) == 2 else None)
        run_id = await pipeline.start_live(request(step))
        await begun.wait()
        while runtime.children._tasks:
            await asyncio.wait(runtime.children._tasks)
        hold = late.hold_next()
        await pipeline.cancel(run_id)
        draining = asyncio.create_task(runtime.drain())
        await late.held.wait()
        while not runtime.children._closing:  # noqa: ASYNC110 - a few turns of the loop
            await asyncio.sleep(0)
        hold.set()
        await draining
        page = await pipeline.queries.page(RunFilter())
    assert [run.status for run in page.runs] == ["cancelled", "cancelled"]


async def test_everything_is_closed_when_it_ends(settings: Settings) -> None:
    async with running(settings) as runtime:
        pipeline = runtime.pipeline
        assert "journal" in {thread.name for thread in threading.enumerate()}
    assert "journal" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(StorageError, match="stopping"):
        await pipeline.start_background(request(seed()))


async def test_it_closes_after_an_error_too(settings: Settings) -> None:
    with pytest.raises(RuntimeError, match="of the body"):
        async with running(settings):
            raise RuntimeError("of the body")
    assert "journal" not in {thread.name for thread in threading.enumerate()}


async def test_a_run_that_is_over_cannot_be_cancelled_though_its_command_still_shows_it(settings: Settings) -> None:
    async with running(settings, background=False) as runtime:
        run_id = await runtime.pipeline.start_live(request(seed("x")))
        assert [event async for event in runtime.pipeline.follow(run_id)][-1].kind == "complete"
        while runtime.pipeline.live._drivers:  # noqa: ASYNC110 - a few turns of the loop, until its own mark is gone
            await asyncio.sleep(0)
        presence = Presence(settings.data_dir)
        presence.mark(run_id)
        assert not await runtime.pipeline.cancel(run_id)
        presence.unmark(run_id)


async def test_whoever_cannot_wait_for_nodes_leaves_them_to_the_next_process(settings: Settings) -> None:
    patient = settings.model_copy(update={"drain_seconds": 60.0})
    async with asyncio.timeout(20):
        async with running(patient) as runtime:
            run_id = await runtime.pipeline.start_background(request(wait("0.9 seconds"), wait("0.9 seconds")))
            draining = asyncio.create_task(runtime.drain())
            await asyncio.sleep(0)
            draining.cancel()
            await asyncio.wait([draining])
        assert (settings.data_dir / "engine.alive").read_text() == ""
        async with running(settings) as runtime:
            assert [event async for event in runtime.pipeline.follow(run_id)][-1].kind == "complete"


async def test_draining_twice_does_no_harm(settings: Settings) -> None:
    async with running(settings) as runtime:
        await runtime.pipeline.start_background(request(wait()))
        await runtime.drain()
        await runtime.drain()


async def test_a_run_that_rests_is_taken_up_by_the_next_process(settings: Settings) -> None:
    async with running(settings) as runtime:
        run_id = await runtime.pipeline.start_background(request(seed(), wait("0.5 seconds"), seed("end")))
    async with running(settings) as runtime, asyncio.timeout(20):
        events = [event async for event in runtime.pipeline.follow(run_id)]
    assert events[-1].kind == "complete"
    assert [event.seq for event in events] == list(range(1, len(events) + 1))


async def test_a_live_run_ends_with_its_process(settings: Settings) -> None:
    quick = settings.model_copy(update={"drain_seconds": 0.0})
    async with running(quick) as runtime:
        run_id = await runtime.pipeline.start_live(request(wait()))
    async with running(settings) as runtime:
        summary = await runtime.pipeline.queries.summary(run_id)
    assert summary.status == "failed"
    assert summary.error
    assert summary.error["code"] == "interrupted"


async def test_a_newer_database_is_refused(settings: Settings) -> None:
    engine = create_engine(f"sqlite:///{settings.data_dir}/voicegraph.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(ConfigError, match="newer VoiceGraph"):
        async with running(settings):
            pass


async def test_the_application_is_whole(settings: Settings) -> None:
    async with api_of(create_app(settings)) as api:
        assert (await api.call("GET", "/api/health/ready"))["status"] == "ok"
        assert api.app.state.runtime.pipeline is api.app.state.pipeline


def test_the_planner_is_chosen_by_the_settings(settings: Settings) -> None:
    def kind(**given: str) -> str:
        return type(make_planners(settings.model_copy(update=given), builtin_registry()).usual).__name__

    assert kind() == "RulesPlanner"
    assert kind(model="ollama:llama3.2") == "SureFirst"
    assert kind(model="ollama:llama3.2", planner="llm") == "LlmPlanner"
    assert kind(model="ollama:llama3.2", planner="rules") == "RulesPlanner"
