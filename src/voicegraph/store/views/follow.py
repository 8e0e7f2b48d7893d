"""Follow one run: what is on disk, then what comes, without a gap and without a repetition."""

from __future__ import annotations

from collections.abc import AsyncIterator

from voicegraph.graph.model import RunId
from voicegraph.run.events import RunEvent
from voicegraph.store.core.event_feed import EventFeed, WakeUp
from voicegraph.store.views.queries import RunQueries

PAGE = 500
LIVE_POLL = 1.0


async def follow(
    queries: RunQueries, feed: EventFeed, run_id: RunId, after: int = 0, *, whole: bool = False
) -> AsyncIterator[RunEvent]:
    """Events with a `seq` greater than `after`, until the run's last one, or until the feed drops this reader.

    The watch begins before the first read, so nothing falls between; what comes twice is passed over by its `seq`.
    When another process writes the run, a gap in `seq` or a poke sends us back to the database. Large results that come
    from there are their beginnings, unless `whole` was asked for. NotFound when there is no such run.
    """
    with feed.watch(run_id) as watcher:
        summary = await queries.summary(run_id)
        if summary.engine == "live":  # it may be a command line's, which announces nothing
            watcher.poll_every(LIVE_POLL)
        while True:
            async for event in _stored(queries, run_id, after, whole):
                yield event
                after = event.seq
                if event.final:
                    return
            if summary.finished_at is not None:
                return  # over before we came, and its last event was seen by the caller already
            while (item := await watcher.get()) is not None:
                if isinstance(item, WakeUp) or item.seq > after + 1:
                    break
                if item.seq == after + 1:
                    yield item
                    after = item.seq
                    if item.final:
                        return
            else:
                return


async def _stored(queries: RunQueries, run_id: RunId, after: int, whole: bool) -> AsyncIterator[RunEvent]:
    while page := await queries.events(run_id, after, PAGE, whole=whole):
        for event in page:
            yield event
        after = page[-1].seq
