"""Live runs: in this process, at once, streamed to whoever watches. No automatic retries.

A closed browser tab does not stop a live run; the end of the process does. What was cut off is marked failed with the
code `interrupted`, so that the user can run it in the background instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from voicegraph.errors import Conflict, NodeError, NotFound, Overloaded, StorageError, Unreadable
from voicegraph.graph.model import NodeId, RunId
from voicegraph.rounds import Rounds
from voicegraph.run.answers import Answer
from voicegraph.run.attempt import NodeRunner
from voicegraph.run.driver import RunDriver
from voicegraph.run.engine_promise import LAST_WRITE, End, EnginePromise
from voicegraph.run.events import EngineName, Entry, NewRun, StoredRun
from voicegraph.run.grace_period import GracePeriod
from voicegraph.run.ports import RunLedger, RunStore
from voicegraph.run.questions import settle
from voicegraph.run.queue import Place, Slots, ticket_of
from voicegraph.run.recovery import cancelling, closing
from voicegraph.run.refused_entries import REFUSED, Refusals
from voicegraph.run.unreadable import close_unread, unreadable

log = logging.getLogger(__name__)

MAX_LIVE_RUNS = 200
SWEEP_SECONDS = 30.0
INTERRUPTED = NodeError(
    "interrupted",
    "VoiceGraph was stopped or crashed while this run went on live. A run in the background would have gone on.",
)


class Others(Protocol):
    """Other processes that run live runs on this database (`store.processes.shared_database`)."""

    hear: bool
    """Whether they are told when a run is cancelled here."""

    def mark(self, run_id: RunId) -> None:
        """Let them see that this process runs it. StorageError when they could not."""
        ...

    def unmark(self, run_id: RunId) -> None:
        """It is run here no more."""
        ...

    def has(self, run_id: RunId) -> bool:
        """Whether one of them runs it, as far as can be seen from here."""
        ...

    async def left_behind(self) -> Sequence[RunId]:
        """Runs whose process died before they were over. Where they `hear`, it takes two looks to be sure of that."""
        ...


class _Nobody:
    hear = False

    def mark(self, _: RunId) -> None:
        pass

    def unmark(self, _: RunId) -> None:
        pass

    def has(self, _: RunId) -> bool:
        return False

    async def left_behind(self) -> Sequence[RunId]:
        return ()


class LiveEngine:
    """See `run.ports.Engine`."""

    name: EngineName = "live"

    def __init__(
        self,
        runner: NodeRunner,
        ledger: RunLedger,
        store: RunStore,
        drain_seconds: float,
        others: Others | None = None,
        slots: Slots | None = None,
    ) -> None:
        self._runner = runner
        self._ledger = ledger
        self._store = store
        self._patience = GracePeriod(drain_seconds)
        self._others = others or _Nobody()
        self._slots = slots or Slots()
        self._drivers: dict[RunId, RunDriver] = {}
        self._refusals = Refusals(self._close_refused, self._close_refused)
        self._tasks: set[asyncio.Task[None]] = set()
        self.rounds = [Rounds("live runs of other processes", self._sweep, SWEEP_SECONDS, first=SWEEP_SECONDS)]
        self._closing = False

    async def open(self) -> None:
        """Close what an earlier process left open: its runs cannot go on. A command line's may, in its own process."""
        if self._others.hear:
            await self._sweep()  # the first look: the next one closes what is dead
        else:
            for run_id in await self._store.unfinished(self.name):
                if not self._others.has(run_id):
                    await self._interrupt(run_id)
        for rounds in self.rounds:
            rounds.open()

    async def start(self, run: NewRun) -> None:
        """Record the run and start it. Who goes away meanwhile has started it all the same."""
        if self._closing:
            raise StorageError("The server is stopping; try again in a moment.")
        if run.run_id in self._drivers:
            raise Conflict.exists_already()
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
        driver = RunDriver(run, self._runner, self._ledger, EnginePromise(retries=False, parks=False), self._store)
        self._drivers[run.run_id] = driver
        driver.ended.add_done_callback(lambda ended: self._let_go(run.run_id, ended.result()))
        await asyncio.shield(self._begin(driver))  # half started, it would be on disk, and nobody's

    async def _begin(self, driver: RunDriver) -> None:
        run_id = driver.run.run_id
        try:
            self._others.mark(run_id)  # before it is on disk, where others find it
            await driver.start()
        except BaseException:
            self._let_go(run_id)
            raise

    def _let_go(self, run_id: RunId, end: End = End.OVER) -> None:
        self._drivers.pop(run_id, None)
        self._others.unmark(run_id)
        self._slots.release(run_id)
        if end is End.REFUSED and not self._closing:
            self._refusals.note(run_id)

    def _close_refused(self, run_id: RunId) -> None:
        """A live run does not go on: its end is tried again until it is written."""
        task = asyncio.create_task(self._close_later(run_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close_later(self, run_id: RunId) -> None:
        try:
            await self._interrupt(run_id, REFUSED)
        except NotFound:
            self._refusals.forget(run_id)
        except Exception:
            log.exception("Run %s: its end could not be recorded", run_id)
            self._refusals.note(run_id)
        else:
            self._refusals.forget(run_id)

    def places(self, ids: Iterable[str]) -> Mapping[str, Place]:
        """A live run never waits."""
        return {}

    async def cancel(self, run_id: RunId, reason: str = "") -> bool:
        """Stop a run and the nodes in flight. Conflict when it is another process's, which does not hear of it."""
        if driver := self._drivers.get(run_id):
            return await driver.cancel(reason)
        if self._others.has(run_id) and not self._others.hear:
            raise Conflict("elsewhere", "A command line runs this workflow live. Stop it there, with Ctrl+C.")
        try:
            return await self._ledger.decide(run_id, _cancelled, frees=True)
        except Unreadable as error:
            await close_unread(self._store, self._ledger, run_id, unreadable(error), frees=True)
            return True

    def notice(self, entry: Entry) -> None:
        """Another process has ended the run: nothing more of it happens here."""
        if entry.change and entry.change.status.terminal and (driver := self._drivers.get(entry.run_id)):
            driver.abandon()

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
        self._closing = True
        self._refusals.close()
        for rounds in self.rounds:
            await rounds.close()
        drivers = dict(self._drivers)
        await asyncio.gather(*(driver.stop(self._patience) for driver in drivers.values()))
        with contextlib.suppress(StorageError, TimeoutError):  # a disk that refuses: the next start marks them
            async with asyncio.timeout(LAST_WRITE):
                for run_id, driver in drivers.items():
                    if await driver.ended is End.STOPPED:
                        await self._interrupt(run_id)

    def hurry(self) -> None:
        """See `run.ports.Engine`."""
        self._patience.end()

    async def _sweep(self) -> None:
        """Runs of other processes that died meanwhile are closed, too."""
        for run_id in await self._others.left_behind():
            if run_id not in self._drivers:  # ours live, whatever can be seen of us
                await self._interrupt(run_id)

    async def _interrupt(self, run_id: RunId, reason: NodeError = INTERRUPTED) -> None:
        try:
            stored = await self._store.load(run_id)
        except Unreadable:
            log.warning("Run %s is closed as it is", run_id)
            await close_unread(self._store, self._ledger, run_id, reason)
            return
        if not stored.status.terminal:
            await self._ledger.record(closing(run_id, reason, stored))


def _cancelled(stored: StoredRun) -> tuple[Entry, bool]:
    entry = cancelling(stored)
    return entry, entry.change is not None
