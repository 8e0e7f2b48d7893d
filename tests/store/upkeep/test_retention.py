"""Removing many runs, retention, and room that is really given back."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.exc import OperationalError
from support.history import History, open_history
from support.past import past_run

from voicegraph import clock
from voicegraph.errors import NotFound
from voicegraph.graph.model import RunId
from voicegraph.nodes.output import Output
from voicegraph.run.state import RunStatus
from voicegraph.settings import Settings
from voicegraph.store.upkeep import removal as removals
from voicegraph.store.upkeep.removal import Removal
from voicegraph.store.upkeep.retention import Upkeep
from voicegraph.store.views.filters import RunFilter

DAY = 86_400.0


@pytest.fixture
async def upkeep(history: History) -> AsyncIterator[Upkeep]:
    one = Upkeep(history.engine, history.reader, history.journal, history.settings)
    yield one
    await one.close()


async def done(removal: Removal) -> Removal:
    assert removal.task
    await asyncio.wait({removal.task})
    return removal


async def left(history: History) -> set[RunId]:
    return {run.id for run in (await history.queries.page(RunFilter(), 200)).runs}


async def test_all_that_fits_is_removed_but_no_run_that_goes_on(history: History, upkeep: Upkeep, monkeypatch):
    monkeypatch.setattr(removals, "BATCH", 2)
    stay = {await past_run(history, "keep me"), await past_run(history, "news", RunStatus.WAITING)}
    for _ in range(5):
        await past_run(history, "news of the day")
    removal = await done(await upkeep.removals.start_filter(RunFilter(text="news")))
    assert (removal.state, removal.total, removal.deleted) == ("done", 5, 5)
    assert await left(history) == stay
    for table in ("run_payloads", "run_events", "run_search"):
        assert history.rows(f"SELECT count(*) FROM {table}") == [(2,)], table
    assert upkeep.removals.get(removal.id) is removal


async def test_chosen_runs_are_removed_once_and_what_cannot_be_is_passed_over(history: History, upkeep: Upkeep):
    one, other, going_on = [await past_run(history, status=s) for s in (*[RunStatus.FAILED] * 2, RunStatus.RUNNING)]
    removal = await done(await upkeep.removals.start_ids([one, one, going_on, RunId("run_unknown")]))
    assert (removal.total, removal.deleted) == (1, 1)
    assert await left(history) == {other, going_on}


async def test_a_removal_can_be_cancelled_between_batches(history: History, upkeep: Upkeep, monkeypatch):
    monkeypatch.setattr(removals, "BATCH", 1)
    for _ in range(4):
        await past_run(history)
    removal = await upkeep.removals.start_filter(RunFilter())
    cancelled = await upkeep.removals.cancel(removal.id)
    assert cancelled.state == "cancelled"
    assert len(await left(history)) >= 4 - cancelled.deleted - 1  # the batch in hand is not taken back
    assert (await upkeep.removals.cancel(removal.id)).state == "cancelled"
    with pytest.raises(NotFound):
        upkeep.removals.get("del_unknown")


async def test_retention_by_age_by_number_and_by_both(history: History, upkeep: Upkeep):
    now = clock.now()
    old, older = await past_run(history, at=now - 9 * DAY), await past_run(history, at=now - 20 * DAY)
    waiting = await past_run(history, status=RunStatus.WAITING, at=now - 30 * DAY)
    new = await past_run(history)
    assert ((await upkeep.plan(10)).count, (await upkeep.plan(10)).kept) == (1, 2)
    assert (await upkeep.plan(None, 1)).count == 2
    assert (await upkeep.plan(None, 3)).count == 0
    assert (await upkeep.plan(5, 2)).count == 2
    assert (await upkeep.plan()).before is None
    assert await upkeep.apply(await upkeep.plan()) is None
    removal = await upkeep.apply(await upkeep.plan(None, 2))
    assert removal
    assert (await done(removal)).deleted == 1
    assert await left(history) == {old, waiting, new}
    assert older not in await left(history)


async def test_a_round_keeps_to_the_limits_of_the_settings(history: History, settings: Settings):
    for _ in range(3):
        await past_run(history)
    limited = Upkeep(history.engine, history.reader, history.journal, settings.model_copy(update={"retention_runs": 1}))
    await limited.round()
    assert len(await left(history)) == 1
    await limited.close()


async def test_what_is_removed_is_given_back_to_the_disk(history: History, upkeep: Upkeep):
    for _ in range(30):
        await past_run(history, outputs={"a": Output(text="x", data="y" * 200_000)})
    before = await upkeep.disk()
    await done(await upkeep.removals.start_filter(RunFilter()))
    freed = await upkeep.tidy()
    after = await upkeep.disk()
    assert min(before.database, before.left, after.database) > 0
    if history.engine.dialect.name == "sqlite":
        assert freed > 4e6
        assert after.database + after.log < before.database + before.log - 4e6
        assert after.free < 2e6
    await past_run(history)  # and it can be written to


async def test_upkeep_survives_any_error_and_says_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicegraph.rounds.FIRST_PAUSE", 0.01)
    monkeypatch.setattr("voicegraph.store.upkeep.retention.EVERY_SECONDS", 0.01)
    async with open_history(settings) as history:
        upkeep = Upkeep(history.engine, history.reader, history.journal, settings)
        errors: list[Exception] = [OperationalError("PRAGMA", {}, sqlite3.OperationalError("disk I/O error"))] * 3
        mended = asyncio.Event()

        async def tidy() -> int:
            if errors:
                raise errors.pop()
            mended.set()
            return 0

        monkeypatch.setattr(upkeep, "tidy", tidy)
        upkeep.open()
        async with asyncio.timeout(10):
            await mended.wait()
        assert upkeep.rounds.state.state in ("ok", "failing")
        await upkeep.close()


async def test_runs_that_were_written_in_another_order_than_asked_for_are_removed(
    history: History, upkeep: Upkeep, monkeypatch
):
    monkeypatch.setattr(removals, "BATCH", 2)
    for second in (5, 1, 4, 2, 6, 3, 7):
        await past_run(history, "news", at=1_000.0 + second)
    removal = await done(await upkeep.removals.start_filter(RunFilter(text="news")))
    assert (removal.state, removal.total, removal.deleted) == ("done", 7, 7)
    assert await left(history) == set()
