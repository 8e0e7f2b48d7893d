"""Runs whose entries the database refused for good: taken up again by this process, each time later, at last given up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from voicegraph.errors import NodeError, StorageError
from voicegraph.graph.model import RunId
from voicegraph.run.events import Entry
from voicegraph.run.ports import EventSink

log = logging.getLogger(__name__)

WRITE_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries to write what became of a node."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
MAX_TRIES = 5
REFUSED = NodeError(
    "not_recorded",
    "The database refused what became of this run, again and again. The server's log has its words. Run it again.",
)


class Refusals:
    """`again` goes on with a run from what is on disk; `give_up` fails it, and is called until it does not come back."""

    def __init__(self, again: Callable[[RunId], None], give_up: Callable[[RunId], None]) -> None:
        self._again = again
        self._give_up = give_up
        self._tries: dict[RunId, int] = {}
        self._timers: dict[RunId, asyncio.TimerHandle] = {}

    def note(self, run_id: RunId) -> None:
        """It was refused once more."""
        tries = self._tries[run_id] = self._tries.get(run_id, 0) + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(tries - 1, 32))
        next_try = self._again if tries <= MAX_TRIES else self._give_up
        self._timers[run_id] = asyncio.get_running_loop().call_later(pause, next_try, run_id)

    def forget(self, run_id: RunId) -> None:
        """It is over."""
        self._tries.pop(run_id, None)
        if timer := self._timers.pop(run_id, None):
            timer.cancel()

    def close(self) -> None:
        """What is left is the next process's."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()


class HalfWritten(StorageError):
    """What was done is on disk. What follows from it is refused again and again."""


async def write(sink: EventSink, entry: Entry) -> None:
    """Write an entry. Where it is refused, what is done is written alone, so that it is never done again, and each part
    is tried for a while. StorageError; HalfWritten when only what follows is refused.
    """
    try:
        await sink.record(entry)
    except StorageError as error:
        log.warning("Run %s: an entry is refused, and tried again: %s", entry.run_id, error.message)
        done, rest = split(entry)
        if done:
            await _patiently(sink, done)
        try:
            await _patiently(sink, rest)
        except StorageError as again:
            raise HalfWritten(again.message) if done else again from error


def split(entry: Entry) -> tuple[Entry | None, Entry]:
    """What is done with the lines about it, and all the rest. None: one of the two would be empty."""
    nodes = [row for row in entry.nodes if not row.status.open]
    items = [row for row in entry.items if not row.status.open]
    if entry.create or not (nodes or items):
        return None, entry
    ids = {row.node_id for row in (*nodes, *items)}
    events = [event for event in entry.events if event.node_id in ids]
    rest = replace(
        entry,
        nodes=[row for row in entry.nodes if row.status.open],
        items=[row for row in entry.items if row.status.open],
        events=[event for event in entry.events if event.node_id not in ids],
    )
    if not (rest.nodes or rest.items or rest.events or rest.change):
        return None, entry
    return Entry(entry.run_id, nodes=nodes, items=items, events=events), rest


def bare(entry: Entry) -> Entry:
    """The end of a run without its rows: those that are open are cancelled where they are, whatever they hold."""
    return replace(entry, nodes=[], items=[], drops_nodes=True, drops_items=True)


async def _patiently(sink: EventSink, entry: Entry) -> None:
    for pause in WRITE_PAUSES:
        try:
            await sink.record(entry)
        except StorageError:
            await asyncio.sleep(pause)
        else:
            return
    await sink.record(entry)


def refusal(cause: Exception) -> NodeError:
    """Of a node whose result the database refuses: the node has failed, and is not tried again."""
    return NodeError("internal", f"VoiceGraph could not record the result: {type(cause).__name__}: {cause}")
