"""Blame for a crash: which nodes were at work when the process died unasked. Pure, the same on every engine.

A node that takes the process down must not do so for ever, and one that only ran beside it must not suffer for it. So
a death is laid to a node only where there is evidence, and what has been blamed often is tried by itself (docs/decisions/0021).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto

from voicegraph.errors import NodeError
from voicegraph.graph.model import NodeId, RunId

MAX_DEATHS = 10
"""So many deaths are laid to a node before it is not started again by itself."""
SUSPECT_DEATHS = 8
"""From here on it is tried by itself: one such node at a time, and only while the server is calm."""
SOON_SECONDS = 30.0
"""A death so soon after a node's start speaks against the node."""
CALM_SECONDS = 30.0
"""A server that has run for so long does not die of something else all the time."""
BEAT_SECONDS = 2.0
"""Between notes that the process is alive."""

POISON = NodeError(
    "quarantined",
    f"The server stopped {MAX_DEATHS} times soon after this node had started, so it is not started again by itself. "
    "Look at what it does with its input. The run can be resumed: “Replay from the failed node” starts this node again "
    "and keeps what was done before.",
)
HELD = (
    "Waits for its turn: the server stopped {deaths} times soon after this node had started, so it is started when the "
    "server has run for {calm:g} seconds, one such node at a time."
)
TURN_KIND = "turn"
"""What a held node waits for, in its row and its event."""
TURN = "Started again: it is this node's turn"


class BlameVerdict(Enum):
    """The fate of a node that was in flight when its process ended."""

    AGAIN = auto()
    ALONE = auto()
    NEVER = auto()


def verdict(deaths: int) -> BlameVerdict:
    """By how many deaths are laid to it."""
    if deaths >= MAX_DEATHS:
        return BlameVerdict.NEVER
    return BlameVerdict.ALONE if deaths >= SUSPECT_DEATHS else BlameVerdict.AGAIN


@dataclass(frozen=True, slots=True)
class Death:
    """The end of a process: when it was last seen alive (None: nobody knows), and whether it had been told to stop."""

    at: float | None
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Flight:
    """A node, or an item of one, that was at work when the process died. Only what is `ours` is started again."""

    run_id: RunId
    node_id: NodeId
    item: int | None
    begun_at: float
    deaths: int
    ours: bool = True


def soon(begun_at: float, died_at: float | None) -> bool:
    """Whether the death came soon after this start. A time long before the start tells nothing: it is of another death."""
    return died_at is not None and -5 * BEAT_SECONDS <= died_at - begun_at <= SOON_SECONDS


def blamed(flights: Sequence[Flight], death: Death) -> list[Flight]:
    """Those a death is laid to: what had started soon before, or was all there was.

    While a suspect is tried, it answers for the death, and what had started beside it does not.
    """
    if death.planned:
        return []
    sole = len(flights) == 1
    found = [one for one in flights if one.ours and (sole or soon(one.begun_at, death.at))]
    return [one for one in found if one.deaths >= SUSPECT_DEATHS] or found


class SuspectTurns:
    """Turns of suspects: one at a time in this process, and not before it has run for `calm` seconds."""

    def __init__(self, calm: float = 0.0) -> None:
        self._one = asyncio.Lock()
        self._calm_at = time.monotonic() + calm

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for the turn, and have it."""
        async with self._one:
            await asyncio.sleep(self._calm_at - time.monotonic())
            yield
