"""Work that comes again and again survives whatever a round raises, says so, and comes back."""

from __future__ import annotations

import asyncio

import pytest

from voicegraph import rounds
from voicegraph.errors import StorageError
from voicegraph.rounds import Rounds

RAISED = [StorageError("The database is away."), ValueError("broken"), RecursionError(), asyncio.QueueEmpty()]


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
async def test_any_error_is_shown_and_the_rounds_go_on(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "FIRST_PAUSE", 0.001)
    failed, mended = asyncio.Event(), asyncio.Event()
    states: list[str] = []

    async def work() -> None:
        states.append(work_of.state.state)
        if len(states) <= 3:
            raise error
        failed.set()
        if len(states) > 4:
            mended.set()

    work_of = Rounds("the work", work, every=0.005)
    assert work_of.state.state == "stopped"
    work_of.open()
    async with asyncio.timeout(10):
        await mended.wait()
    assert states[:5] == ["ok", "failing", "failing", "failing", "ok"]
    assert work_of.state == rounds.RoundsState("the work", "ok")
    await work_of.close()
    assert work_of.state.state == "stopped"


async def test_what_fails_says_why_and_since_when_and_is_no_hot_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = asyncio.Event()
    count = 0

    async def work() -> None:
        nonlocal count
        count += 1
        failed.set()
        raise StorageError("The database is away.")

    looking = Rounds("the work", work, every=10)
    looking.open()
    await failed.wait()
    for _ in range(20):
        looking.poke()
        await asyncio.sleep(0)
    state = looking.state
    assert (state.state, state.error, count) == ("failing", "The database is away.", 1)
    assert state.since is not None
    await looking.close()


async def test_it_comes_when_it_is_poked_or_as_soon_as_it_said() -> None:
    done: asyncio.Queue[None] = asyncio.Queue()
    answers = [None, 0.0, None]

    async def work() -> float | None:
        done.put_nowait(None)
        return answers.pop(0) if answers else None

    looking = Rounds("the work", work, every=3600)
    looking.open()
    async with asyncio.timeout(10):
        await done.get()
        looking.poke()
        await done.get()
        await done.get()
        looking.poke()
        await done.get()
    await looking.close(finish=True)
    await looking.close()
