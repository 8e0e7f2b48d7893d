"""Write the end of a run: as far as the database takes it, and told at once to whoever asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from voicegraph.errors import StorageError
from voicegraph.run.engine_promise import End
from voicegraph.run.events import Entry
from voicegraph.run.partial_writes import bare
from voicegraph.run.ports import EventSink


async def write_end(sink: EventSink, entry: Entry) -> None:
    """Its last entry. Where a row of it is refused the run has ended all the same, and nothing of it is done again."""
    try:
        await sink.record(entry)
    except StorageError:
        await sink.record(bare(entry))


class AskedEnd:
    """The end of a run that somebody asked for and waits to be told of. Where the database refuses it, `close` tries on."""

    def __init__(
        self, sink: EventSink, end: Callable[[End], None], close: Callable[[Entry], Coroutine[None, None, None]]
    ) -> None:
        self._sink = sink
        self._end = end
        self._close = close
        self._refused: StorageError | None = None

    def require_told(self) -> None:
        """Whoever asks once more, while it is not on disk, is told the same."""
        if self._refused:
            raise _stopped_only(self._refused)

    async def write(self, entry: Entry) -> None:
        """StorageError: it is not on disk yet. Whoever asked may go away meanwhile."""
        self._writing = asyncio.create_task(self._write(entry))
        await asyncio.wait([self._writing])
        if error := self._writing.exception():
            raise error

    async def _write(self, entry: Entry) -> None:
        try:
            await self._sink.record(entry, frees=True)
        except StorageError as error:
            self._refused = error
            self._closing = asyncio.create_task(self._close(entry))
            raise _stopped_only(error) from error
        except Exception:
            self._end(End.REFUSED)
            raise
        self._end(End.OVER)


def _stopped_only(error: StorageError) -> StorageError:
    return StorageError(
        f"The run is stopped, but that it is cancelled is not on disk yet, and is tried again until it is: {error.reason} "
        "If the server ends before, its next start does not know of it.",
        error.reason,
    )
