"""Slots for nodes that use one service at the same time.

Other names of a type (`tavily`) share its connection. A node that finds no room waits before its attempt begins, so its time limit does not run meanwhile. Live runs go before
background ones, and owners take turns.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager

from voicegraph.graph.model import Node
from voicegraph.nodes.registry import type_of
from voicegraph.run.events import NewRun
from voicegraph.run.queue import FairQueue, Ticket

LIVE_PRIORITY = 1_000_000
"""Somebody looks at a live run."""
WITHOUT = frozenset(
    [
        "prompt",
        "file_upload",
        "csv_upload",
        "pdf_upload",
        "txt_upload",
        "transform",
        "code",
        "condition",
        "wait",
        "file",
        "document",
        "approval",
        "workflow",
    ]
)
"""Types that reach nothing outside. Only a limit with their own name holds for them."""


class _Connection:
    """The nodes that use it now, and those that wait."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self.waiting = FairQueue()
        self.turns: dict[str, asyncio.Future[None]] = {}

    def give_back(self) -> None:
        """To the next one that waits, if there is one."""
        while ticket := self.waiting.next():
            turn = self.turns.pop(ticket.id)
            if not turn.done():
                turn.set_result(None)
                return
        self.used -= 1


class ConnectionGate:
    """`usual` holds for each connection that `limits` does not name; None: as many as there are."""

    def __init__(self, usual: int | None = None, limits: Mapping[str, int] | None = None) -> None:
        self._usual = usual
        self._limits: dict[str, int] = {}
        for name, limit in (limits or {}).items():
            own = type_of(name)
            self._limits[own] = min(limit, self._limits.get(own, limit))
        self._connections: dict[str, _Connection] = {}
        self._numbers = itertools.count()

    @asynccontextmanager
    async def turn(self, run: NewRun, node: Node, say: Callable[[str], None]) -> AsyncGenerator[None]:
        """Inside, the node uses its connection. `say` is told when it has to wait."""
        limit = self._limit(node)
        if limit is None:
            yield
            return
        key = type_of(node.type)
        connection = self._connections.setdefault(key, _Connection(limit))
        if connection.used < connection.limit:
            connection.used += 1
        else:
            say(f"Waits for a free connection to {node.type}: {limit} at a time.")
            await self._wait(connection, run)
        try:
            yield
        finally:
            connection.give_back()
            if not connection.used:
                self._connections.pop(key, None)

    async def _wait(self, connection: _Connection, run: NewRun) -> None:
        priority = LIVE_PRIORITY if run.engine == "live" else run.priority
        ticket = Ticket(str(next(self._numbers)), run.owner, priority)
        turn = connection.turns[ticket.id] = asyncio.get_running_loop().create_future()
        connection.waiting.add(ticket)
        try:
            await turn
        except asyncio.CancelledError:
            connection.waiting.remove(ticket.id)
            connection.turns.pop(ticket.id, None)
            if turn.done() and not turn.cancelled():
                connection.give_back()  # it was ours in the very moment
            raise

    def _limit(self, node: Node) -> int | None:
        own = self._limits.get(type_of(node.type))
        return own if own is not None or node.type in WITHOUT else self._usual
