"""The timers of one run that is in memory, and the nodes that wait without one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Set

from voicegraph import clock
from voicegraph.graph.model import NodeId


class Timers:
    """`ring` is called with the node whose time has come; its timer is gone by then."""

    def __init__(self, ring: Callable[[NodeId], None]) -> None:
        self._ring = ring
        self._handles: dict[NodeId, asyncio.TimerHandle | None] = {}

    @property
    def nodes(self) -> Set[NodeId]:
        """Everything that rests, in the order it came to."""
        return self._handles.keys()

    def arm(self, node_id: NodeId, due: float | None) -> None:
        """Let the node rest until `due`; None: until somebody answers."""
        loop = asyncio.get_running_loop()
        self._handles[node_id] = (
            None if due is None else loop.call_later(max(0.0, due - clock.now()), self._rang, node_id)
        )

    def stop(self, node_id: NodeId) -> None:
        """Nothing rings for this node any more."""
        if handle := self._handles.pop(node_id, None):
            handle.cancel()

    def clear(self) -> None:
        """Nothing rings any more."""
        for node_id in [*self._handles]:
            self.stop(node_id)

    def _rang(self, node_id: NodeId) -> None:
        del self._handles[node_id]
        self._ring(node_id)
