"""Live runs: in this process, at once, streamed to whoever watches. No automatic retries.

A closed browser tab does not stop a live run; the end of the process does. What was cut off is marked failed with the
code `interrupted`, so that the user can run it in the background instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping

from voicegraph.errors import Conflict, NodeError, Overloaded, StorageError
from voicegraph.graph.model import NodeId, RunId
from voicegraph.run.answers import Answer
from voicegraph.run.driver import RunDriver
from voicegraph.run.events import EngineName, NewRun, StoredRun
from voicegraph.run.ports import EventSink, RunStore
from voicegraph.run.promise import LAST_WRITE, End, Promise
from voicegraph.run.queue import Place, Slots, ticket_of
from voicegraph.run.restore import closing
from voicegraph.run.runner import NodeRunner
from voicegraph.run.waiting import settle

log = logging.getLogger(__name__)

MAX_LIVE_RUNS = 200
INTERRUPTED = NodeError(
    "interrupted", "The server stopped while this run was live. Run it in the background to resume."
)


class LiveEngine:
    """See `run.ports.Engine`."""

    name: EngineName = "live"

    def __init__(
        self,
        runner: NodeRunner,
        sink: EventSink,
        store: RunStore,
        drain_seconds: float,
        is_elsewhere: Callable[[RunId], bool] = lambda _: False,
        slots: Slots | None = None,
    ) -> None:
        self._runner = runner
        self._sink = sink
        self._store = store
        self._drain_seconds = drain_seconds
        self._is_elsewhere = is_elsewhere
        self._slots = slots or Slots()
        self._drivers: dict[RunId, RunDriver] = {}

    async def open(self) -> None:
        """Close what an earlier process left open: its runs cannot go on. A command line's may, in its own process."""
        for run_id in await self._store.unfinished(self.name):
            if not self._is_elsewhere(run_id):
                await self._interrupt(run_id)

    async def start(self, run: NewRun) -> None:
        """Record the run and start it."""
        if len(self._drivers) >= MAX_LIVE_RUNS:
            raise Overloaded(f"{MAX_LIVE_RUNS} live runs are in progress. Run this one in the background.", 5)
        ticket = ticket_of(run)
        if not self._slots.has_room(ticket.group, ticket.limit):
            raise Overloaded(
                f"“{run.workflow.name}” allows {ticket.limit} runs at a time, and so many are in progress. "
                "Run this one in the background: it waits for its turn there.",
                5,
            )
        self._slots.hold(run.run_id, ticket.group)
        driver = RunDriver(run, self._runner, self._sink, Promise(retries=False, parks=False))
        self._drivers[run.run_id] = driver
        driver.ended.add_done_callback(lambda _: self._let_go(run.run_id))
        try:
            await driver.start()
        except BaseException:
            self._let_go(run.run_id)
            raise

    def _let_go(self, run_id: RunId) -> None:
        self._drivers.pop(run_id, None)
        self._slots.release(run_id)

    def places(self) -> Mapping[str, Place]:
        """A live run never waits."""
        return {}

    async def cancel(self, run_id: RunId) -> bool:
        """Stop a run and the nodes in flight."""
        driver = self._drivers.get(run_id)
        return await driver.cancel() if driver else False

    async def take_answer(self, run_id: RunId, node_id: NodeId, answer: Answer) -> None:
        """See `run.ports.Engine`. A live run that another process shows is answered there."""
        driver = self._drivers.get(run_id)
        if driver and await driver.answer(node_id, answer):
            return
        stored = await self._store.load(run_id)
        settle(stored.nodes.get(node_id), answer)
        raise Conflict("elsewhere", "This live run is shown by another process. Answer it there.")

    async def close(self) -> None:
        """Let runs finish for the drain time; mark the rest interrupted."""
        drivers = dict(self._drivers)
        await asyncio.gather(*(driver.stop(self._drain_seconds) for driver in drivers.values()))
        with contextlib.suppress(StorageError, TimeoutError):  # a disk that refuses: the next start marks them
            async with asyncio.timeout(LAST_WRITE):
                for run_id, driver in drivers.items():
                    if await driver.ended is End.STOPPED:
                        await self._interrupt(run_id)

    async def _interrupt(self, run_id: RunId) -> None:
        stored: StoredRun | None = None
        try:
            stored = await self._store.load(run_id)
        except ValueError:
            log.exception("Run %s cannot be read; it is closed as it is", run_id)
        await self._sink.record(closing(run_id, INTERRUPTED, stored))
