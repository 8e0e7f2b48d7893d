"""Start runs again that Inngest has forgotten: a dev server that was restarted, a queue that was lost.

Our rows say what is due; when nothing comes of it for a while, the event that starts the run is sent again, under a new
id. The function run that follows goes on where our rows stand. Should the first one be alive after all, both find every
node claimed or done.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from voicegraph import clock
from voicegraph.engines.inngest.event_names import again_message, stuck_state
from voicegraph.engines.inngest.overdue_calls import overdue
from voicegraph.engines.inngest.step_decisions import StepDecisions
from voicegraph.engines.inngest.steps import decide
from voicegraph.errors import NotFound, Unreadable
from voicegraph.graph.model import RunId
from voicegraph.rounds import Rounds
from voicegraph.run.events import RunEvent, StoredRun
from voicegraph.run.ports import RunLedger
from voicegraph.store.notices.outbox import EngineMessage, Outbox

log = logging.getLogger(__name__)

LOOK_SECONDS = 15.0
PATIENCE = 60.0
"""Seconds a run may be overdue, and unchanged, until it is started again. After an error Inngest itself calls again
within half a minute."""
AT_A_TIME = 100
SWEEP = 20
"""Runs looked at one after the other, beside those that stand out by their rows."""
FIRST_PAUSE, LONGEST_PAUSE = 120.0, 3_600.0
"""Until a run is started again that stands as it stood then: the first pause, doubling up to the longest."""
FORGOTTEN = "Inngest has not called for this run though it is due. It is sent to Inngest again; nothing that is done is done twice."


class Runs(Protocol):
    """Reads runs."""

    async def overdue(self, limit: int) -> list[RunId]:
        """Runs that stand out by their rows."""
        ...

    async def begun(self, after: str, limit: int) -> list[RunId]:
        """Runs under way, in order of their ids."""
        ...

    async def load_whole(self, run_id: RunId) -> StoredRun:
        """One run; NotFound, Unreadable."""
        ...


class ForgottenRuns:
    """Looks, round by round, for runs that are overdue, and gives what starts them again into the outbox.

    `close` ends one that cannot be read.
    """

    def __init__(
        self, runs: Runs, ledger: RunLedger, outbox: Outbox, close: Callable[[RunId, Unreadable], Awaitable[None]]
    ) -> None:
        self._runs = runs
        self._ledger = ledger
        self._outbox = outbox
        self._close = close
        self._since: dict[RunId, tuple[str, float]] = {}
        self._last = ""
        self.rounds = Rounds("Looking for runs that Inngest has forgotten", self._look, LOOK_SECONDS, LOOK_SECONDS)

    async def still_stuck(self, message: EngineMessage) -> bool:
        """Before a message is sent once more: whether the run stands as it stood when it was written."""
        return await self._tell(message.run_id, stuck_state(message.name) or "", send=None)

    async def _look(self) -> None:
        sweep = await self._runs.begun(self._last, SWEEP)
        self._last = sweep[-1] if len(sweep) == SWEEP else ""
        found = await self._runs.overdue(AT_A_TIME)
        now = clock.now()
        before, self._since = self._since, {}
        for run_id in dict.fromkeys([*found, *sweep, *before]):
            state = await self._state(run_id, has_room=run_id in found)
            if state is None:
                continue
            known, since = before.get(run_id, (state, now))
            self._since[run_id] = (state, since if known == state else now)
            if known == state and now - since >= PATIENCE:
                await self._start_again(run_id, state)

    async def _state(self, run_id: RunId, *, has_room: bool) -> str | None:
        try:
            return overdue(StepDecisions(await self._runs.load_whole(run_id)), has_room=has_room)
        except NotFound:
            return None
        except Unreadable as error:  # nobody goes on with it, and the runs behind it wait for their look
            await self._close(run_id, error)
            return None

    async def _start_again(self, run_id: RunId, state: str) -> None:
        name = again_message(state)
        if not await self._outbox.has(run_id, name):
            await self._tell(run_id, state, send=name)

    async def _tell(self, run_id: RunId, state: str, send: str | None) -> bool:
        """Note in the run that it is sent again, if it still stands like that."""

        def note(look: StepDecisions) -> bool:
            if overdue(look, has_room=True) != state:
                return False
            look.entry.events.append(RunEvent("log", clock.now(), FORGOTTEN, data={"sentAgain": True}))
            look.entry.send = send
            return True

        with contextlib.suppress(NotFound, Unreadable):
            if await decide(self._ledger, run_id, note, lands=False):
                log.warning("Inngest has not called for the run %s though it is due; it is sent again", run_id)
                return True
        return False


def pause_after(sends: int) -> float:
    """Until the next look at a run that was started again this often."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(sends, 32))
