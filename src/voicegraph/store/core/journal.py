"""The one writer. It commits everything that was queued since the last commit in one transaction.

A commit waits for the disk (`synchronous=FULL`), so the price of a commit is shared by all who wait for it: the more
runs are in flight, the more entries each commit carries. Writers wait for nobody's lock but a foreign process's.

The event loop and the writing thread take turns: entries go over when the loop has nothing more to add for the moment,
and not while a commit is under way. Handed over one by one, they would fight for the interpreter and each get a commit
of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine

from voicegraph.errors import StorageError
from voicegraph.graph.model import RunId
from voicegraph.run.events import Entry, StoredRun
from voicegraph.store.core.event_feed import EventFeed
from voicegraph.store.core.rows import EntryWriter
from voicegraph.store.core.run_rows import load_run
from voicegraph.store.core.write_jobs import BatchWriter, Job

log = logging.getLogger(__name__)
T = TypeVar("T")

RETRY_SECONDS = (0.05, 0.2, 1.0, 3.0)
"""Waits between tries when the disk or the database refuses; the last one repeats."""


SETTLE_TURNS = 2
"""Turns of the event loop to wait before handing over: a resolved entry leads to the next within two."""


class Journal:
    """All writes of the process. `open` starts the writing thread, `close` ends it when the queue is empty."""

    def __init__(self, engine: Engine, feed: EventFeed, writer: EntryWriter | None = None) -> None:
        self._feed = feed
        self._writer = writer or EntryWriter(engine.dialect)
        self._batches = BatchWriter(engine, self._writer)
        self._gathered: list[Job] = []
        self._busy = False
        self._queue: list[Job] = []
        self._wakeup = threading.Condition()
        self._closing = self._stopping = False
        self._thread = threading.Thread(target=self._write_all, name="journal", daemon=True)
        self._loop: asyncio.AbstractEventLoop

    def open(self) -> None:
        """Start writing. Call from the event loop whose futures it shall resolve."""
        self._loop = asyncio.get_running_loop()
        self._thread.start()

    def told_to_stop(self) -> None:
        """The process will end: from now on a full disk gets what is done with the room that is kept back."""
        with self._wakeup:
            self._stopping = True
            self._wakeup.notify()

    async def close(self) -> None:
        """Write what is queued, then stop. What the disk refuses even so is given up after the first try."""
        self._hand_over(0)
        with self._wakeup:
            self._closing = self._stopping = True
            self._wakeup.notify()
        await asyncio.to_thread(self._thread.join)

    def record(self, entry: Entry, *, lands: bool = True, frees: bool = False) -> asyncio.Future[None]:
        """See `run.ports.EventSink.record`."""
        locks = None if entry.create else entry.run_id
        must_land = lands and not frees and entry.create is None
        return self._submit(Job(self._future(), entry=entry, must_land=must_land, locks=locks, frees=frees))

    def execute(self, work: Callable[[Connection], T]) -> asyncio.Future[T]:
        """Run `work` inside the next transaction, on the writing thread. Fails with StorageError or work's own error."""
        return self._submit(Job(self._future(), work=work))

    def free(self, work: Callable[[Connection], T]) -> asyncio.Future[T]:
        """As `execute`, for what makes room: on a full disk it may use what is kept back."""
        return self._submit(Job(self._future(), work=work, frees=True))

    def make_reserve(self) -> None:
        """Keep some room back for that."""
        self._batches.make_reserve()

    def decide(
        self,
        run_id: RunId,
        decision: Callable[[StoredRun], tuple[Entry, T]],
        *,
        lands: bool = True,
        frees: bool = False,
    ) -> asyncio.Future[T]:
        """See `run.ports.RunLedger.decide`."""

        def work(connection: Connection) -> tuple[Sequence[Entry], T]:
            entry, result = decision(load_run(connection, run_id))
            return [entry], result

        return self._write_with(Job(self._future(), must_land=lands and not frees, locks=run_id, frees=frees), work)

    def transact(self, work: Callable[[Connection], tuple[Sequence[Entry], T]]) -> asyncio.Future[T]:
        """As `execute`; the entries that `work` answers beside its result are written in the same transaction."""
        return self._write_with(Job(self._future()), work)

    def _write_with(self, job: Job, work: Callable[[Connection], tuple[Sequence[Entry], T]]) -> asyncio.Future[T]:
        def writing(connection: Connection) -> T:
            job.also, result = work(connection)
            self._writer.write(connection, job.also)
            return result

        job.work = writing
        return self._submit(job)

    def _future(self) -> asyncio.Future[Any]:
        return self._loop.create_future()

    def _submit(self, job: Job) -> asyncio.Future[Any]:
        if self._closing:
            job.done.set_exception(StorageError("The server is stopping; try again in a moment."))
            job.done.exception()  # whoever waits for it is told; of a mere note nobody needs to hear
            return job.done
        self._gathered.append(job)
        if len(self._gathered) == 1 and not self._busy:
            self._hand_over(SETTLE_TURNS)
        return job.done

    def _hand_over(self, turns: int) -> None:
        if turns:
            self._loop.call_soon(self._hand_over, turns - 1)
        elif self._gathered:
            self._busy = True
            with self._wakeup:
                self._queue += self._gathered
                self._wakeup.notify()
            self._gathered = []

    # -- on the writing thread

    def _write_all(self) -> None:
        refused = 0
        self.make_reserve()
        while jobs := self._take():
            try:
                kept = self._batches.write(jobs)
                if kept and self._stopping:  # what is not on disk when the process ends is done again
                    kept = self._batches.land(kept)
            except Exception as error:
                log.exception("The journal failed, and goes on")
                self._batches.trouble = error
                kept = [job for job in jobs if job.must_land]
                for job in jobs:
                    job.error = None if job.must_land else error
            if refused and not kept:
                log.info("The database takes writes again")
            refused = refused + 1 if kept else 0
            if refused == 1:
                self._tell(len(kept))
            self._settle([job for job in jobs if job not in kept])
            if kept:
                self._put_back(kept, RETRY_SECONDS[min(refused, len(RETRY_SECONDS)) - 1])
            del jobs, kept  # a large result would stay in memory until something else is written
        self._batches.close()

    def _tell(self, kept: int) -> None:
        """Once, however long it lasts."""
        why = self._batches.trouble
        reason = why.reason if isinstance(why, StorageError) else f"The journal failed ({type(why).__name__})."
        log.warning("%s %d writes of runs are kept in memory, and tried again until they are on disk", reason, kept)

    def _take(self) -> list[Job]:
        with self._wakeup:
            self._wakeup.wait_for(lambda: self._queue or self._closing)
            jobs, self._queue = self._queue, []
            return jobs

    def _put_back(self, kept: list[Job], pause: float) -> None:
        """Keep the order: what could not be written comes before what was queued since."""
        with self._wakeup:
            if self._closing:
                log.error("Stopping with %d entries that the database refused", len(kept))
                self._queue = []
                unknown = StorageError("The database did not answer before the server stopped. Look at the history.")
                waiting = [job for job in kept if not job.must_land]
                for job in waiting:
                    job.error = unknown
                self._settle(waiting)
                return
            self._queue = kept + self._queue
            told = self._stopping
            self._wakeup.wait_for(lambda: self._closing or self._stopping is not told, timeout=pause)

    def _settle(self, jobs: list[Job]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits
            self._loop.call_soon_threadsafe(self._resolve, jobs)

    # -- on the event loop

    def _resolve(self, jobs: list[Job]) -> None:
        try:
            for job in jobs:
                self._answer(job)
        finally:  # whatever goes wrong with an answer, writing goes on
            self._busy = False
            if self._gathered:
                self._hand_over(SETTLE_TURNS)

    def _answer(self, job: Job) -> None:
        for entry in [job.entry] if job.entry else job.also:
            if job.error is None:
                self._feed.publish(entry)
        if job.done.done():
            return  # whoever waited was cancelled; what it asked for is on disk all the same
        if job.error:
            job.done.set_exception(job.error)
        else:
            job.done.set_result(job.result)
