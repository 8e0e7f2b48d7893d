"""Run events as server-sent events: `id` is the event's `seq`, so that a client can come back with Last-Event-ID."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Query
from fastapi.sse import ServerSentEvent

from voicegraph.api.event_labels import Titles, wire_of
from voicegraph.errors import UserError
from voicegraph.run.events import RunEvent
from voicegraph.store.core.rows import dump

MAX_SEQ = 2**31 - 1
"""More events than any run has, and the largest number that PostgreSQL compares with a `seq`."""


def encode(event: RunEvent, titles: Titles) -> ServerSentEvent:
    """One event on the wire."""
    return ServerSentEvent(raw_data=dump(wire_of(event, titles)), id=str(event.seq))


def resume_after(
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[
        int, Query(ge=0, le=MAX_SEQ, description="Where no header can be set: events after this seq.")
    ] = 0,
) -> int:
    """The `seq` a client has seen already."""
    if last_event_id is None:
        return after
    if not last_event_id.isdecimal() or len(last_event_id) > 10 or int(last_event_id) > MAX_SEQ:
        raise UserError("bad_event_id", "Last-Event-ID must be the id of an event of this run: a number.")
    return int(last_event_id)
