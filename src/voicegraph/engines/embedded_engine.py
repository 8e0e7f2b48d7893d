"""Durable runs on one machine: checkpoints in the database, one process that owns them.

`start` returns when the run is on disk. From then on it ends, whatever happens to the process: every finished node is
a checkpoint, every timer a row. What is in memory can be thrown away at any moment.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import replace

from voicegraph import clock
from voicegraph.errors import ConfigError, Conflict, NodeError, NotFound, StorageError, Unreadable, VoiceGraphError
from voicegraph.graph.model import NodeId, RunId
from voicegraph.rounds import Rounds
from voicegraph.run.acceptance import accepted
from voicegraph.run.answers import Answer
from voicegraph.run.attempt import NodeRunner
from voicegraph.run.crash_blame import BEAT_SECONDS, CALM_SECONDS, SuspectTurns
from voicegraph.run.driver import RunDriver
from voicegraph.run.engine_promise import LAST_WRITE, End, EnginePromise
from voicegraph.run.events import EngineName, Entry, NewRun, StoredRun
from voicegraph.run.grace_period import GracePeriod
from voicegraph.run.ownership import Lives, Owner
from voicegraph.run.ports import EventSink, RunStore
from voicegraph.run.queue import FairQueue, Place, Slots, Ticket, queue_full, ticket_of
from voicegraph.run.refused_entries import REFUSED, Refusals
from voicegraph.run.run_tasks import Decisions
from voicegraph.run.unreadable import close_parked, close_unread, not_answered, unreadable
from voicegraph.settings import Settings

log = logging.getLogger(__name__)

MAX_SLEEP = 60.0
"""Seconds between looks at the clock: a laptop that slept, or a clock that was set, is noticed within a minute."""
OWNER_SECONDS = 2.0
"""Seconds between looks whether the database is still ours."""
READ_AGAIN = 1.0
"""Seconds until a run is read again when the database did not answer."""


class EmbeddedEngine:
    """See `run.ports.Engine`. At most `max_concurrent_runs` are in memory; the others wait as ids.

    `on_lost` is called when another process has taken the database.
    """

    name: EngineName = "embedded"

    def __init__(
        self,
        runner: NodeRunner,
        sink: EventSink,
        store: RunStore,
        owner: Owner,
        lives: Lives,
        settings: Settings,
        promise: EnginePromise,
        slots: Slots | None = None,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._runner = runner
        self._sink = sink
        self._store = store
        self._owner = owner
        self._lives = lives
        self._lives_on = False
        self._settings = settings
        self._promise = promise
        self._patience = GracePeriod(settings.drain_seconds)
        self._drivers: dict[RunId, RunDriver] = {}
        self._loading: set[RunId] = set()
        self._rewritten: set[RunId] = set()
        self._passed: set[RunId] = set()
        """Whose turn came while a driver had them, or an answer: it counts, should that leave them open."""
        self._coming = 0
        self._decisions = Decisions()
        self._turns = SuspectTurns(CALM_SECONDS)
        self._queue = FairQueue(slots)
        self._queue.slots.on_release = self._fill
        self._refusals = Refusals(self.accepted, lambda run_id: self._spawn(self._give_up(run_id, REFUSED)))
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_lost = on_lost
        self._time = Rounds("timers", self._keep_time, MAX_SLEEP)
        self.rounds = [
            self._time,
            Rounds("lock on the database", self._keep_owning, OWNER_SECONDS, first=OWNER_SECONDS),
            Rounds("sign of life", self._keep_beating, BEAT_SECONDS),
        ]
        self._closing = False

    async def open(self) -> None:
        """Take the lock, judge how the process before ended, then take up every run that is not over."""
        self._owner.acquire()
        await self._lives.begin(self.name)
        self._lives_on = True
        line = await self._store.line(self.name)
        for run_id, group in line.holding:
            self._queue.slots.hold(run_id, group)
        for ticket in line.tickets:
            self._queue.add(ticket)
        if self._queue:
            log.info("Taking up %d runs", len(self._queue))
        for rounds in self.rounds:
            rounds.open()
        self._fill()
        self._spawn(close_parked(self._store, self.name, self._decisions, self._drivers, self._close_unreadable))

    async def start(self, run: NewRun) -> None:
        """Accept a run: on return it is on disk, and started if there is room."""
        if self._has(run.run_id):
            raise Conflict.exists_already()
        self._require_room()
        ticket = ticket_of(run)
        if self._closing or self._is_full or not self._queue.slots.has_room(ticket.group, ticket.limit):
            await self._write_down(run)
            self._enqueue(ticket)
            return
        self._queue.slots.hold(run.run_id, ticket.group)
        driver = self._hold(run)
        try:
            await driver.start()
        except BaseException:
            self._let_go(run.run_id, None)
            raise

    def _has(self, run_id: RunId) -> bool:
        """Whether it is in memory, on its way there, in the line, or has a place in its group."""
        return any(run_id in those for those in (self._drivers, self._loading, self._queue, self._queue.slots))

    def accepting(self, run: NewRun) -> Entry:
        """A row is enough: whoever starts next finds it."""
        self._require_room()
        return accepted(run)

    async def _write_down(self, run: NewRun) -> None:
        self._coming += 1  # of many that come at once, each finds the others in the line
        try:
            await self._sink.record(accepted(run))
        finally:
            self._coming -= 1

    def _require_room(self) -> None:
        if len(self._queue) + self._coming >= self._settings.max_queued_runs:
            raise queue_full()

    def accepted(self, run_id: RunId) -> None:
        """Take it up when there is room."""
        self._spawn(self._line_up([run_id]))

    async def _line_up(self, run_ids: Sequence[RunId]) -> None:
        """Others have written them: whose they are, and what limits them, is read."""
        while not self._closing:
            try:
                for ticket in await self._store.tickets(run_ids):
                    self._enqueue(ticket)
                return
            except StorageError as error:
                log.warning("%s cannot be queued yet, and this is tried again: %s", _names(run_ids), error.reason)
                await asyncio.sleep(READ_AGAIN)

    def _enqueue(self, ticket: Ticket) -> None:
        self._queue.add(ticket)
        self._fill()

    async def cancel(self, run_id: RunId, reason: str = "") -> bool:
        """Cancel a run wherever it is: in memory, queued, or waiting on disk."""
        if driver := self._drivers.get(run_id):
            return await driver.cancel(reason)
        queued = run_id in self._queue
        self._queue.remove(run_id)
        async with self._decisions.of(run_id):
            try:
                stored = await self._store.load(run_id)
            except Unreadable as error:
                await self._close_unreadable(run_id, error)
                return True
            except (StorageError, asyncio.CancelledError):
                if queued:
                    self.accepted(run_id)  # it is open on disk, and waits as before
                raise
            if driver := self._drivers.get(run_id):
                return await driver.cancel(reason)  # it was taken up meanwhile
            return not stored.status.terminal and await self._cancel_stored(stored, queued=queued)

    async def _cancel_stored(self, stored: StoredRun, *, queued: bool) -> bool:
        run_id = stored.run.run_id
        if run_id in self._loading:
            self._rewritten.add(run_id)  # what is being read was written before
        queued = queued or run_id in self._queue  # it may have come meanwhile
        self._queue.remove(run_id)
        driver = self._hold(stored.run)
        try:
            return await driver.cancel_stored(stored)
        except StorageError:
            driver.leave()
            if queued:
                self.accepted(run_id)
            raise
        except Exception:
            driver.refuse()  # whatever it was, it is tried again
            raise

    async def _close_unreadable(self, run_id: RunId, error: Unreadable) -> None:
        self._queue.remove(run_id)
        try:
            await close_unread(self._store, self._sink, run_id, unreadable(error), frees=True)
        except Exception:
            if not self._closing:
                self._refusals.note(run_id)  # it is open on disk, and not to be forgotten
            raise
        finally:
            self._queue.slots.release(run_id)

    async def take_answer(self, run_id: RunId, node_id: NodeId, answer: Answer) -> None:
        """Written at once, wherever the run is. One that waits on disk then goes on when there is room."""
        async with self._decisions.of(run_id):
            while driver := self._drivers.get(run_id):
                if await driver.answer(node_id, answer):
                    return
                await asyncio.sleep(0)  # it has ended, and is let go in this turn
            self._decisions.answering.add(run_id)  # nobody takes it up meanwhile
            changed = True
            try:
                stored = await self._store.load(run_id)
                driver = RunDriver(stored.run, self._runner, self._sink, self._promise, self._store)
                await driver.answer_stored(stored, node_id, answer)
            except VoiceGraphError as error:
                changed = False
                if isinstance(error, Unreadable):
                    await self._close_unreadable(run_id, error)  # nobody else would ever look at it
                    raise not_answered(error) from error
                raise
            finally:
                self._decisions.answering.discard(run_id)
                if run_id in self._loading:
                    self._rewritten.add(run_id)
                if changed or run_id in self._passed:  # else it waits on disk as before
                    self.accepted(run_id)
                self._passed.discard(run_id)

    def told_to_stop(self) -> None:
        """See `run.ports.DurableEngine`."""
        if self._lives_on and not self._closing:  # one that lost the database has no say about it any more
            self._lives.stopping()
        for driver in self._drivers.values():
            driver.pause()

    async def close(self) -> None:
        """Start nothing new; nodes in flight get the drain time; the next process takes up the rest."""
        self.told_to_stop()
        self._closing = True
        self._refusals.close()
        for rounds in self.rounds:
            await rounds.close()
        drivers = list(self._drivers.values())
        try:
            await asyncio.gather(*(driver.stop(self._patience) for driver in drivers))
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=LAST_WRITE)
        finally:
            for task in self._tasks:
                task.cancel()
            self._owner.release()

    def hurry(self) -> None:
        """See `run.ports.Engine`."""
        self._patience.end()

    # -- from the queue into memory and out again

    @property
    def _is_full(self) -> bool:
        return len(self._drivers) + len(self._loading) >= self._settings.max_concurrent_runs

    def places(self, ids: Iterable[str]) -> Mapping[str, Place]:
        """Where those of these stand that wait for room."""
        return self._queue.places(ids)

    def _fill(self) -> None:
        """Load queued runs while there is room."""
        while not self._closing and not self._is_full and (ticket := self._queue.next()):
            if ticket.id in self._loading:
                continue  # whoever queued it again has marked it, if what is being read is old
            self._loading.add(RunId(ticket.id))
            self._spawn(self._take_up(ticket))

    async def _take_up(self, ticket: Ticket) -> None:
        run_id = RunId(ticket.id)
        gone = False
        try:
            stored = await self._store.load_whole(run_id)
            gone = stored.status.terminal
            if busy := run_id in self._drivers or run_id in self._decisions.answering:
                self._passed.add(run_id)
            if self._closing or gone or busy:
                return
            if run_id in self._rewritten:
                self._queue.add(replace(ticket, resumes=True))  # what was read is old
                return
            driver = self._hold(stored.run)
            self._loading.discard(run_id)
            await self._resume(driver, stored)
        except NotFound:
            gone = True  # deleted meanwhile
        except StorageError as error:
            log.warning("Run %s cannot be taken up yet, and this is tried again: %s", run_id, error.reason)
            await asyncio.sleep(READ_AGAIN)
            self._queue.add(replace(ticket, resumes=True))  # with its place in the group
        except Exception as error:
            gone = True
            log.exception("Run %s cannot be taken up", run_id)
            await self._give_up(run_id, unreadable(error))
        finally:
            self._loading.discard(run_id)
            self._rewritten.discard(run_id)
            if gone:
                self._queue.slots.release(run_id)
            self._fill()

    @staticmethod
    async def _resume(driver: RunDriver, stored: StoredRun) -> None:
        try:
            await driver.resume(stored)
        except Exception:
            log.exception("Run %s: that it goes on could not be recorded", stored.run.run_id)
            driver.refuse()

    async def _give_up(self, run_id: RunId, reason: NodeError) -> None:
        """Fail a run that cannot go on, whatever is on disk of it."""
        try:
            async with self._decisions.of(run_id):  # somebody may close it as well, who brings an answer
                await close_unread(self._store, self._sink, run_id, reason)
        except Exception:
            log.exception("Run %s: its end could not be recorded", run_id)
            if not self._closing:
                self._refusals.note(run_id)
        else:
            self._refusals.forget(run_id)

    def _hold(self, run: NewRun) -> RunDriver:
        driver = RunDriver(run, self._runner, self._sink, self._promise, self._store, self._turns)
        self._drivers[run.run_id] = driver
        driver.ended.add_done_callback(lambda ended: self._let_go(run.run_id, ended.result()))
        return driver

    def _let_go(self, run_id: RunId, end: End | None) -> None:
        self._drivers.pop(run_id, None)
        passed = run_id in self._passed
        self._passed.discard(run_id)
        if end is End.REFUSED and not self._closing:
            self._refusals.note(run_id)
        elif passed and end is not End.OVER:
            self.accepted(run_id)
        if end is End.OVER:
            self._refusals.forget(run_id)
        if end is End.PARKED:
            self._time.poke()
        else:
            self._queue.slots.release(run_id)
        self._fill()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- the lock

    async def _keep_owning(self) -> None:
        """What another process has taken up is its own: nothing more may happen to it here."""
        if self._closing:
            return
        try:
            await asyncio.to_thread(self._owner.check)
        except ConfigError as error:
            log.critical("The database was lost to another process, so this one stops. %s", error.message)
            self._closing = True
            for driver in list(self._drivers.values()):
                driver.abandon()
            self._on_lost()

    async def _keep_beating(self) -> None:
        if not self._closing:
            self._lives.beat()

    # -- timers

    async def _keep_time(self) -> float | None:
        """Queue parked runs when their time comes; the answer is how long until the next one."""
        if due := await self._store.take_due(self.name, clock.now()):
            self._spawn(self._line_up(due))  # their timers are gone from the disk: whatever comes, they are not lost
        wake_at = await self._store.next_wake(self.name)
        return None if wake_at is None else wake_at - clock.now()


def _names(run_ids: Sequence[RunId]) -> str:
    return f"Run {run_ids[0]}" if len(run_ids) == 1 else f"{len(run_ids)} runs"
