from __future__ import annotations

import asyncio

from voicegraph.graph.model import RunId
from voicegraph.run.events import Entry, RunChange, RunEvent
from voicegraph.run.state import RunStatus
from voicegraph.store.core.event_feed import CAPACITY, EventFeed, StatusChange, Watcher

RUN, OTHER = RunId("run_1"), RunId("run_2")


def said(run_id: RunId, *messages: str) -> Entry:
    return Entry(run_id, events=[RunEvent("log", 1.0, message) for message in messages])


async def drain(watcher: Watcher[RunEvent]) -> list[str]:
    """What is waiting; the watcher must have been ended."""
    messages: list[str] = []
    async with asyncio.timeout(5):
        while (event := await watcher.get()) is not None:
            messages.append(event.message)
    return messages


async def test_a_watcher_hears_of_its_run_alone():
    feed = EventFeed()
    with feed.watch(RUN) as first, feed.watch(RUN) as second:
        feed.publish(said(RUN, "a", "b"))
        feed.publish(said(OTHER, "c"))
        first.end()
        second.end()
        assert await drain(first) == await drain(second) == ["a", "b"]


async def test_nobody_is_remembered_after_leaving():
    feed = EventFeed()
    with feed.watch(RUN) as stays:
        with feed.watch(RUN) as leaves:
            pass
        feed.publish(said(RUN, "a"))
        stays.end()
        leaves.end()
        assert await drain(stays) == ["a"]
        assert await drain(leaves) == []
    feed.publish(said(RUN, "nobody listens"))
    assert not feed._runs


async def test_a_slow_watcher_is_dropped_and_the_others_are_served():
    feed = EventFeed()
    with feed.watch(RUN) as slow, feed.watch(RUN) as quick:
        for number in range(CAPACITY + 5):
            feed.publish(said(RUN, str(number)))
            event = await quick.get()
            assert event
            assert event.message == str(number)
        assert slow.dropped
        assert not quick.dropped
        assert await drain(slow) == [str(number) for number in range(CAPACITY)], "what it gets has no gap"


async def test_status_changes_of_all_runs():
    feed = EventFeed()
    with feed.watch_all() as watcher:
        feed.publish(Entry(RUN, change=RunChange(RunStatus.RUNNING)))
        feed.publish(said(RUN, "no news"))
        feed.publish(Entry(OTHER, change=RunChange(RunStatus.COMPLETED)))
        watcher.end()
        assert [await watcher.get() for _ in range(3)] == [
            StatusChange(RUN, RunStatus.RUNNING),
            StatusChange(OTHER, RunStatus.COMPLETED),
            None,
        ]


async def test_closing_ends_every_watcher_now_and_later():
    feed = EventFeed()
    with feed.watch(RUN) as early, feed.watch_all() as everything:
        feed.publish(said(RUN, "a"))
        feed.close()
        assert await drain(early) == ["a"]
        assert await everything.get() is None
        with feed.watch(RUN) as late, feed.watch_all() as later:
            assert await drain(late) == []
            assert await later.get() is None


async def test_closing_twice_and_dropping_at_once_do_no_harm():
    feed = EventFeed()
    with feed.watch(RUN) as watcher:
        feed.publish(said(RUN, *map(str, range(CAPACITY))))
        feed.close()
        feed.close()
        assert watcher.dropped
        assert (await drain(watcher))[-1] == str(CAPACITY - 1)


async def test_a_listener_that_fails_keeps_nothing_from_the_others():
    feed, heard = EventFeed(), list[Entry]()

    def fail(_: Entry) -> None:
        raise KeyError("runId")

    feed.listen(fail)
    feed.listen(heard.append)
    with feed.watch_all() as watcher:
        feed.publish(Entry(RUN, change=RunChange(RunStatus.CANCELLED)))
        feed.poke(OTHER, RunStatus.COMPLETED)
        watcher.end()
        assert [await watcher.get() for _ in range(2)] == [
            StatusChange(RUN, RunStatus.CANCELLED),
            StatusChange(OTHER, RunStatus.COMPLETED),
        ]
    assert [entry.run_id for entry in heard] == [RUN, OTHER]
