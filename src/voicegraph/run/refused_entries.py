"""Runs whose entries the database refused for good: taken up again by this process, each time later, at last given up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from voicegraph.errors import OF_ITS_OWN, NodeError
from voicegraph.graph.model import RunId

log = logging.getLogger(__name__)

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


def refusal(cause: Exception) -> NodeError:
    """Of a node whose result the database refuses: the node has failed, and is not tried again."""
    log.error("A result is refused by the database", exc_info=cause)
    return NodeError("internal", f"VoiceGraph could not record the result {OF_ITS_OWN}")
