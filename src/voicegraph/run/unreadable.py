"""A run whose rows cannot be read: nobody can go on with it, so it fails as it is, and what is to follow starts."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Container

from voicegraph.errors import NodeError, NotFound, StorageError, Unreadable
from voicegraph.graph.model import RunId
from voicegraph.run.events import EngineName
from voicegraph.run.ports import EventSink, RunStore
from voicegraph.run.recovery import closing
from voicegraph.run.run_tasks import Decisions

log = logging.getLogger(__name__)


def unreadable(error: Exception) -> NodeError:
    """The reason of a run that is closed because it cannot be read."""
    message = error.message if isinstance(error, Unreadable) else "It cannot be read."
    return NodeError("unreadable", message)


def not_answered(error: Unreadable) -> Unreadable:
    """What somebody is told whose answer a run cannot take: it is over by then, or was before."""
    return Unreadable(f"{error.message} It takes no answer any more. Look at it, and run it again if need be.")


async def close_parked(
    store: RunStore,
    engine: EngineName,
    decisions: Decisions,
    driven: Container[RunId],
    close: Callable[[RunId, Unreadable], Awaitable[None]],
) -> None:
    """Close what cannot be read of the runs that wait for somebody: else they are read when that one answers, if ever."""
    try:
        async for run_id, error in _unread(store, engine):
            async with decisions.of(run_id):
                if run_id not in driven:
                    await close(run_id, error)
    except StorageError as error:  # the rest is closed when it is answered
        log.warning("Not all runs that wait for an answer could be looked at: %s", error.reason)
    except Exception:
        log.exception("Not all runs that wait for an answer could be looked at")


async def _unread(store: RunStore, engine: EngineName) -> AsyncGenerator[tuple[RunId, Unreadable]]:
    """One is read at a time, beside the work of the engine."""
    for run_id in await store.parked(engine):
        try:
            await store.load(run_id)
        except NotFound:
            continue  # deleted meanwhile
        except Unreadable as error:
            yield run_id, error


async def close_unread(
    store: RunStore, sink: EventSink, run_id: RunId, reason: NodeError, *, frees: bool = False
) -> None:
    """Fail a run without reading it; one that is over stays as it is. `frees` as in `EventSink.record`.

    StorageError when the database refuses.
    """
    if not await store.is_open(run_id):
        return  # it ended meanwhile: it would fail a second time, and what follows would start again
    follow_up = await store.follow_up(run_id)
    await sink.record(closing(run_id, reason, follow_up=follow_up), frees=frees)
