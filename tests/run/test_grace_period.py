from __future__ import annotations

import asyncio

from voicegraph.run.grace_period import GracePeriod


async def nothing_more() -> None:
    await asyncio.Event().wait()


async def test_it_ends_with_the_last_task() -> None:
    quick = [asyncio.create_task(asyncio.sleep(0)) for _ in range(3)]
    async with asyncio.timeout(20):
        await GracePeriod(3600).wait(quick)
    assert all(task.done() for task in quick)


async def test_it_ends_after_its_seconds_and_the_tasks_go_on() -> None:
    task = asyncio.create_task(nothing_more())
    await GracePeriod(0.01).wait([task])
    assert not task.done()
    task.cancel()


async def test_whoever_waits_may_be_told_that_it_is_over_at_any_moment() -> None:
    task = asyncio.create_task(nothing_more())
    patience = GracePeriod(3600)
    waiting = [asyncio.create_task(patience.wait([task])) for _ in range(2)]
    await asyncio.sleep(0)
    patience.end()
    async with asyncio.timeout(20):
        await asyncio.gather(*waiting)
        await patience.wait([task])
        await GracePeriod(3600).wait([])
    assert not task.done()
    task.cancel()
