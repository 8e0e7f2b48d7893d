"""The timers of one run that is in memory, and the nodes that wait without one.

A time is one of the wall's clock, which may leap: a laptop slept, or somebody set the clock. The loop's own clock does not
see that, so no timer trusts it for longer than a minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Set

from voicegraph import clock
from voicegraph.graph.model import NodeId

LOOK_AGAIN = 60.0
"""Seconds after which the wall's clock is looked at again."""


def until(due: float) -> float:
    """How long to sleep for a time of the wall's clock, before it is looked at again."""
    return min(LOOK_AGAIN, max(0.0, due - clock.now()))


class Alarm:
    """Calls `ring` once the wall's clock shows `due`."""

    def __init__(self, due: float, ring: Callable[[], None]) -> None:
        self._due = due
        self._ring = ring
        self._set()

    def cancel(self) -> None:
        """It does not ring any more."""
        self._handle.cancel()

    def _set(self) -> None:
        self._handle = asyncio.get_running_loop().call_later(until(self._due), self._look)

    def _look(self) -> None:
        if clock.now() >= self._due:
            self._ring()
        else:
            self._set()


class Timers:
    """`ring` is called with the node whose time has come; its timer is gone by then."""

    def __init__(self, ring: Callable[[NodeId], None]) -> None:
        self._ring = ring
        self._alarms: dict[NodeId, Alarm | None] = {}

    @property
    def nodes(self) -> Set[NodeId]:
        """Everything that rests, in the order it came to."""
        return self._alarms.keys()

    def arm(self, node_id: NodeId, due: float | None) -> None:
        """Let the node rest until `due`; None: until somebody answers."""
        self._alarms[node_id] = None if due is None else Alarm(due, lambda: self._rang(node_id))

    def stop(self, node_id: NodeId) -> None:
        """Nothing rings for this node any more."""
        if alarm := self._alarms.pop(node_id, None):
            alarm.cancel()

    def clear(self) -> None:
        """Nothing rings any more."""
        for node_id in [*self._alarms]:
            self.stop(node_id)

    def _rang(self, node_id: NodeId) -> None:
        del self._alarms[node_id]
        self._ring(node_id)
