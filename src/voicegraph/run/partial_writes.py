"""Write an entry of a run that the database refuses as a whole: what is done first, so that it is never done again."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from voicegraph.errors import StorageError
from voicegraph.graph.model import NodeId
from voicegraph.run.events import Entry, RunEvent
from voicegraph.run.ports import EventSink

log = logging.getLogger(__name__)

WRITE_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between tries to write what became of a node."""


class HalfWritten(StorageError):
    """A half-written outcome: what was done is on disk, and what follows from it is refused again and again."""


async def write(sink: EventSink, entry: Entry) -> None:
    """Write an entry. Where it is refused, what is done is written alone, so that it is never done again, and each part
    is tried for a while. StorageError; HalfWritten when only what follows is refused.
    """
    try:
        await sink.record(entry)
    except StorageError as error:
        log.warning("Run %s: an entry is refused. It is tried again by itself: %s", entry.run_id, error.reason)
        done, rest = split(entry)
        if done:
            await _keep(sink, done)
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


async def _keep(sink: EventSink, done: Entry) -> None:
    """Of several that are done together, one that is refused keeps none of the others from the disk."""
    try:
        await _patiently(sink, done)
    except StorageError as error:
        refused: StorageError | None = None
        parts = _parts(done)
        for part in parts:
            try:
                await sink.record(part)
            except StorageError as again:
                refused = again
        if refused or not parts:
            raise refused or error from error


def _parts(done: Entry) -> list[Entry]:
    """Each row with the lines about it, where there are several."""
    if len(done.nodes) + len(done.items) < 2:
        return []

    def about(node_id: NodeId, item: int | None) -> list[RunEvent]:
        return [event for event in done.events if (event.node_id, (event.data or {}).get("item")) == (node_id, item)]

    nodes = [Entry(done.run_id, nodes=[row], events=about(row.node_id, None)) for row in done.nodes]
    return nodes + [Entry(done.run_id, items=[row], events=about(row.node_id, row.item)) for row in done.items]


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
