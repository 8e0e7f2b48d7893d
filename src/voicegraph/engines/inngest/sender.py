"""Send what the outbox holds to Inngest's event API, at once or as soon as it can be reached."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence

import inngest

from voicegraph import clock
from voicegraph.engines.inngest.function import CANCEL_EVENT
from voicegraph.errors import StorageError
from voicegraph.history.outbox import Message, Outbox
from voicegraph.run.events import Entry, RunEvent
from voicegraph.run.ports import EventSink

log = logging.getLogger(__name__)

BATCH = 100
CLAIM_SECONDS = 60.0
LOOK_SECONDS = 2.0
"""Between looks at the outbox: another process may have stored a message and died."""
UNREACHABLE = "Inngest cannot be reached. The run is stored and will be sent as soon as it can be."


class Sender:
    """A task that empties the outbox. `poke` it after something was put in."""

    def __init__(self, client: inngest.Inngest, outbox: Outbox, sink: EventSink, retry_base: float) -> None:
        self._client = client
        self._outbox = outbox
        self._sink = sink
        self._retry_base = retry_base
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Start sending; what an earlier process left is sent too."""
        self._task = asyncio.create_task(self._send_all())

    def poke(self) -> None:
        """There is something new."""
        self._news.set()

    async def close(self) -> None:
        """Stop. What is not sent stays in the outbox."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _send_all(self) -> None:
        while True:
            self._news.clear()
            pause = LOOK_SECONDS
            try:
                while messages := await self._outbox.claim(BATCH, CLAIM_SECONDS):
                    await self._send(messages)
                if (due := await self._outbox.next_due()) is not None:
                    pause = min(pause, max(0.0, due - clock.now()))
            except StorageError as error:
                log.warning("The outbox could not be read: %s", error.message)
            except Exception:
                log.exception("The outbox could not be sent")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._news.wait()

    async def _send(self, messages: Sequence[Message]) -> None:
        wanted = [message for message in messages if message.name == CANCEL_EVENT or not message.over]
        try:
            if wanted:
                await self._client.send([event_of(message) for message in wanted])
        except Exception as error:  # noqa: BLE001 - the library raises whatever its parts do; each means: not sent
            log.warning("Inngest cannot be reached (%s: %s); it is tried again", type(error).__name__, error)
            await self._tell(wanted)
            await self._outbox.failed(wanted, self._retry_base)
            messages = [message for message in messages if message not in wanted]
        if messages:
            await self._outbox.sent(messages)

    async def _tell(self, messages: Sequence[Message]) -> None:
        """Once for each run, so that whoever watches knows why it does not start."""
        for message in messages:
            if message.tries == 0 and message.name != CANCEL_EVENT:
                event = RunEvent("log", clock.now(), UNREACHABLE)
                self._sink.record(Entry(message.run_id, events=[event]))


def event_of(message: Message) -> inngest.Event:
    """The run's id is the event's, so that a message that is sent twice starts one run."""
    seed = message.run_id if message.name != CANCEL_EVENT else f"{message.run_id}:cancelled"
    return inngest.Event(
        id=seed, name=message.name, data={"runId": message.run_id, "graphVersion": message.graph_version}
    )
