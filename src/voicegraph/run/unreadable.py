"""A run whose rows cannot be read: nobody can go on with it, so it fails as it is, and what is to follow starts."""

from __future__ import annotations

from voicegraph.errors import NodeError, Unreadable
from voicegraph.graph.model import RunId
from voicegraph.run.ports import EventSink, RunStore
from voicegraph.run.restore import closing


def unreadable(error: Exception) -> NodeError:
    """The reason of a run that is closed because it cannot be read."""
    message = error.message if isinstance(error, Unreadable) else f"It cannot be read ({type(error).__name__})."
    return NodeError("unreadable", message)


def not_answered(error: Unreadable) -> Unreadable:
    """What somebody is told whose answer a run cannot take: it is closed by then."""
    return Unreadable(f"{error.message} It cannot go on, and has failed. Run it again.")


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
