"""Send what the outbox holds to Inngest's event API, at once or as soon as it can be reached."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import inngest

from voicegraph import clock
from voicegraph.engines.inngest.event_names import (
    ANSWERED_EVENT,
    CANCEL_EVENT,
    NAMES,
    REQUEST_EVENT,
    event_name,
    stuck_state,
    woken_node,
)
from voicegraph.engines.inngest.forgotten_runs import pause_after
from voicegraph.rounds import Rounds
from voicegraph.run.events import Entry, RunEvent
from voicegraph.run.ports import EventSink
from voicegraph.run.state import RunStatus
from voicegraph.store.notices.outbox import EngineMessage, Outbox

log = logging.getLogger(__name__)

BATCH = 100
CLAIM_SECONDS = 60.0
LOOK_SECONDS = 2.0
"""Between looks at the outbox: another process may have stored a message and died."""
AGAIN_SECONDS, LONGEST_AGAIN = 15.0, 600.0
"""Pauses before a run that Inngest took and did not start is sent again: the first, doubling up to the longest."""
AGAIN_FOR = 20 * 3_600.0
"""Inngest knows an event's id for 24 hours; while it does, a run that it has started is not started twice."""
UNREACHABLE = "Inngest cannot be reached. The run is stored and will be sent as soon as it can be."
WRONG_KEY = (
    "Inngest does not know the event key. The run is stored and will be sent as soon as INNGEST_EVENT_KEY is right; "
    "`voicegraph doctor` looks at it."
)
REACHED = "Inngest has the run now."
NOT_STARTED = (
    "Inngest took the run and has not started it. It is sent again, in case Inngest did not know VoiceGraph's function yet; "
    "`voicegraph doctor` says whether it knows it now."
)


class Sender:
    """A task that empties the outbox. `poke` it after something was put in."""

    def __init__(
        self,
        client: inngest.Inngest,
        outbox: Outbox,
        sink: EventSink,
        retry_base: float,
        still_stuck: Callable[[EngineMessage], Awaitable[bool]],
        register_again: Callable[[], Awaitable[None]],
    ) -> None:
        self._client = client
        self._outbox = outbox
        self._sink = sink
        self._retry_base = retry_base
        self._still_stuck = still_stuck
        self._register_again = register_again
        self.rounds = Rounds("messages to Inngest", self._send_all, LOOK_SECONDS)
        self._sending: asyncio.Task[list[str]] | None = None
        self._closing = False

    def open(self) -> None:
        """Start sending; what an earlier process left is sent too."""
        self.rounds.open()

    def poke(self) -> None:
        """There is something new."""
        self.rounds.poke()

    async def close(self) -> None:
        """Stop. What is not sent stays in the outbox, free for the next process."""
        self._closing = True
        if self._sending:
            self._sending.cancel()
        await self.rounds.close(finish=True)

    async def _send_all(self) -> float | None:
        while not self._closing and (messages := await self._outbox.claim(BATCH, CLAIM_SECONDS)):
            await self._send(messages)
        due = await self._outbox.next_due()
        return None if due is None else due - clock.now()

    async def _send(self, messages: Sequence[EngineMessage]) -> None:
        wanted = [message for message in messages if await self._is_wanted(message)]
        if any(message.sends or stuck_state(message.name) for message in wanted):
            await self._register_again()  # no call came of it: Inngest may not know any more where to call
        try:
            if wanted and not self._closing:
                self._sending = asyncio.create_task(
                    self._client.send([event_of(message, self._client.app_id) for message in wanted])
                )
                await self._sending
        except asyncio.CancelledError:
            if not self._closing:
                raise
        except Exception as error:  # noqa: BLE001 - the library raises whatever its parts do; each means: not sent
            words = WRONG_KEY if "event key" in str(error).lower() else UNREACHABLE
            log.warning("%s (%s: %s)", words.partition(". ")[0], type(error).__name__, error)
            await self._outbox.failed(wanted, self._retry_base)
            self._tell([message for message in wanted if not message.tries + message.sends], words, unsent=True)
            messages = [message for message in messages if message not in wanted]
            wanted = []
        if self._closing:
            await self._outbox.release(messages)  # it is unknown what was sent; sent again, it starts no second run
            return
        kept = [message for message in wanted if message.name == REQUEST_EVENT or stuck_state(message.name)]
        done = [message for message in messages if message not in kept]
        if kept:
            await self._outbox.keep(kept, _pause)
        if done:
            await self._outbox.drop(done)
        self._tell([message for message in wanted if message.tries and not message.sends], REACHED, unsent=False)
        self._tell([message for message in wanted if message.sends == 1], NOT_STARTED, unsent=False)

    async def _is_wanted(self, message: EngineMessage) -> bool:
        """What starts a run that has begun, or is over, is not sent any more; nor, again, one that went on."""
        if stuck_state(message.name):
            return not message.sends or await self._still_stuck(message)
        in_time = clock.now() < message.created_at + AGAIN_FOR or not message.sends
        return message.name != REQUEST_EVENT or (not message.begun and in_time)

    def _tell(self, messages: Sequence[EngineMessage], words: str, *, unsent: bool) -> None:
        """So that whoever watches the run or the list knows why it does not start, and when it can."""
        for message in messages:
            if message.name == REQUEST_EVENT:
                event = RunEvent("log", clock.now(), words, data={"unsent": unsent})
                self._sink.record(Entry(message.run_id, events=[event], news=RunStatus.PENDING))


def _pause(message: EngineMessage) -> float:
    if stuck_state(message.name):
        return pause_after(message.sends)
    return min(LONGEST_AGAIN, AGAIN_SECONDS * 2.0 ** min(message.sends, 32))


def event_of(message: EngineMessage, app: str) -> inngest.Event:
    """The run's id is the event's, so that a message that is sent twice starts one run. Waking twice does no harm.

    What starts a run again has a new id each time: Inngest takes an id once in 24 hours.
    """
    if (node_id := woken_node(message.name)) is not None:
        return inngest.Event(name=event_name(ANSWERED_EVENT, app), data={"runId": message.run_id, "nodeId": node_id})
    seed = message.run_id if message.name != CANCEL_EVENT else f"{message.run_id}:cancelled"
    if (state := stuck_state(message.name)) is not None:
        seed = f"{message.run_id}:{state}:{message.sends}"
    return inngest.Event(
        id=seed,
        name=event_name(message.name.partition(":")[0], app),
        data={"runId": message.run_id, "graphVersion": message.graph_version, "names": NAMES},
    )
