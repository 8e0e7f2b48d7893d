"""Write jobs: together, or each alone where together was refused. What was refused for a time only is kept.

Runs on the journal's thread. A job is written once, whatever the network does: where COMMIT was sent and not answered,
the database is asked first whether it has it (`store.core.commit_marks`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from voicegraph.db.connect import SQLITE_PRAGMAS
from voicegraph.db.reserve import Reserve, folder_of
from voicegraph.errors import Conflict, StorageError
from voicegraph.graph.model import RunId
from voicegraph.run.events import Entry
from voicegraph.store.core.commit_marks import CommitMarks
from voicegraph.store.core.database_errors import is_full, is_taken, judge
from voicegraph.store.core.rows import EntryWriter

log = logging.getLogger(__name__)

LOG_PAUSE = 1.0
"""Seconds until the write-ahead log is emptied, when a reader kept it from that."""
FREED_PAGES, GIVEN_BACK = 250, 40
"""Pages that are given back at a time (1 MB) after a deletion on a full disk, and how often."""
UNCLEAR_TRIES = 10
"""So often an entry is refused while others are taken; then it is refused for good."""


@dataclass(slots=True, eq=False)
class Job:
    """An entry of a run, or any other work on the database. `must_land` is tried until it is written.

    `locks` is the run that is looked at before it is written; `also` are entries that `work` wrote.
    """

    done: asyncio.Future[Any]
    entry: Entry | None = None
    work: Callable[[Connection], Any] | None = None
    must_land: bool = False
    locks: RunId | None = None
    also: Sequence[Entry] = ()
    result: Any = None
    error: Exception | None = None
    tries: int = 0
    frees: bool = False
    """It makes room, or ends a run so that it can be deleted: it comes first, and may use what is kept back."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A transaction whose COMMIT was not answered."""

    batch: int
    jobs: Sequence[Job]


class BatchWriter:
    """One connection, and what is known of its last transaction."""

    def __init__(self, engine: Engine, writer: EntryWriter) -> None:
        self._engine = engine
        self._writer = writer
        self._marks = CommitMarks(engine.dialect)
        self._connection: Connection | None = None
        self._doubt: _Doubt | None = None
        folder = folder_of(engine.url)
        self._reserve = Reserve(folder) if folder else None
        self._log = Path(f"{engine.url.database}-wal")
        self._log_limit: int | None = None
        self._log_again = 0.0
        self.trouble: Exception | None = None
        """Why jobs were kept the last time."""
        self._full = False
        """Whether that was for want of room on the disk."""

    def make_reserve(self) -> None:
        """Keep some room back, where the database is a file."""
        if self._reserve:
            self._reserve.make()

    def write(self, jobs: Sequence[Job]) -> list[Job]:
        """Commit what can be; answers the jobs to be tried again, in order. The others are settled: see `Job.error`."""
        if self._reserve and any(job.frees for job in jobs):
            jobs = self._free(jobs, self._reserve)
        jobs, trouble = self._clear(jobs)
        if trouble is None and jobs:
            trouble = self._commit(jobs)
            if isinstance(trouble, DBAPIError) and trouble.connection_invalidated and not self._doubt:
                trouble = self._commit(jobs)  # on a new connection
        if trouble is None:
            return []
        return self._keep(jobs, trouble) if self._doubt else self._each_alone(jobs)

    def land(self, kept: list[Job]) -> list[Job]:
        """The last tries before a stop: on a full disk with the room that is kept back. Answers as `write`.

        One that is too large for it keeps no other run's off the disk.
        """
        if not (self._full and self._reserve):
            return kept
        self._reserve.release("write what is done before the stop")
        self._checkpoint()
        kept = self._each_alone(kept, on_full=True) if self._commit(kept) else []
        self._checkpoint()
        self._reserve.take_back()  # what is still at work may be done, too, before the process ends
        return kept

    def _free(self, jobs: Sequence[Job], reserve: Reserve) -> list[Job]:
        """Jobs that make room, each alone; on a full disk with the room that is kept back. The others are answered.

        What became of a run comes before its end, so that goes with it.
        """
        others = list(jobs)
        for job in [job for job in jobs if job.frees]:
            run = run_of(job)
            before = [one for one in others[: others.index(job)] if run and run_of(one) == run]
            error = self._with_reserve([*before, job], reserve, ends=run is not None)
            if error and before and judge(error) != "outage":
                continue  # it may be another's: each has its turn
            job.error = translated(error) if error else None
            done = [job] if error else [*before, job]
            others = [one for one in others if one not in done]
        return others

    def _with_reserve(self, jobs: Sequence[Job], reserve: Reserve, *, ends: bool) -> Exception | None:
        error = self._commit(jobs)
        if error and is_full(error) and reserve.release("delete or cancel"):
            self._checkpoint()  # first: what is in the log already is the most of it
            error = self._commit(jobs)
            self._checkpoint()
            if ends:
                reserve.take_back()  # it is for the deletion, which is still to come
        if not ends and reserve.is_tight():
            self._give_back()
        reserve.make()
        return error

    def _checkpoint(self, patience: float = 5.0) -> None:
        """Empty the write-ahead log: what it took is free again. Readers are waited for so many seconds."""
        with contextlib.suppress(Exception):  # a reader may hold it, and the disk may still be full
            driver: Any = self._connected().connection.driver_connection
            driver.execute(f"PRAGMA busy_timeout = {patience * 1000:.0f}")
            try:
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                driver.execute(f"PRAGMA busy_timeout = {SQLITE_PRAGMAS['busy_timeout']}")

    def _give_back(self) -> None:
        """Give the pages that a deletion left back to the disk, some at a time, so that the log stays short."""
        with contextlib.suppress(Exception):
            driver: Any = self._connected().connection.driver_connection
            for _ in range(GIVEN_BACK):
                if not driver.execute("PRAGMA freelist_count").fetchone()[0]:
                    break
                driver.executescript(f"PRAGMA incremental_vacuum({FREED_PAGES})")  # `execute` gives one page back
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _clear(self, jobs: Sequence[Job]) -> tuple[Sequence[Job], Exception | None]:
        """Settle what was in doubt: the jobs that are to be written, or why it is still unknown."""
        if (doubt := self._doubt) is None:
            return jobs, None
        try:
            connection = self._connected()
            with connection.begin():
                landed = self._marks.landed(connection, doubt.batch)
        except SQLAlchemyError as error:
            self._renew()
            return jobs, error
        self._doubt = None
        if not landed:
            return jobs, None
        log.warning("The database had taken %d entries whose commit it did not answer", len(doubt.jobs))
        self._landed(doubt.jobs)
        return [job for job in jobs if job not in doubt.jobs], None

    def _keep(self, jobs: Sequence[Job], trouble: Exception) -> list[Job]:
        """While it is unknown what is on disk, nothing is tried. Who is in doubt waits for the truth."""
        self._note(trouble)
        kept: list[Job] = []
        for job in jobs:
            if job.must_land or (self._doubt and job in self._doubt.jobs):
                kept.append(job)
            else:
                job.error = translated(trouble)
        return kept

    def _note(self, trouble: Exception) -> None:
        self.trouble = translated(trouble)
        self._full = is_full(trouble)

    def _each_alone(self, jobs: Sequence[Job], *, on_full: bool = False) -> list[Job]:
        """As `write`, one by one. `on_full` goes on where the disk has no room for one: there may be for the next."""
        kept: list[Job] = []
        held: set[RunId | None] = set()
        for number, job in enumerate(jobs):
            if (job.must_land or job.entry) and run_of(job) in held:  # behind an entry of the same run
                if job.must_land:
                    kept.append(job)
                else:
                    job.error = self.trouble
                continue
            if (error := self._commit([job])) is None:
                continue
            if self._doubt:
                return kept + self._keep(jobs[number:], error)
            verdict = "full" if on_full and is_full(error) else judge(error)
            if verdict == "outage":  # not the job: the others would only wait for the same answer
                return kept + self._keep(jobs[number:], error)
            if verdict in ("full", "unclear") and job.must_land:
                if verdict == "full" or not self._is_hopeless(job):
                    self._note(error)
                    kept.append(job)
                    held.add(run_of(job))
                    continue
                if (error := self._commit([job])) is None:
                    continue  # whatever it was ended between the two tries
            job.error = translated(error)
        return kept

    def _is_hopeless(self, job: Job) -> bool:
        """Whether it was refused often enough, and is still refused while the database takes something else."""
        job.tries += 1
        return job.tries >= UNCLEAR_TRIES and self._commit([]) is None

    def _commit(self, jobs: Sequence[Job]) -> Exception | None:
        """None: they are on disk."""
        entries = [job.entry for job in jobs if job.entry]
        batch, committing = 0, False
        try:
            connection = self._connected()
            with connection.begin():
                if self._marks.needed or not jobs:
                    batch = self._marks.put(connection)
                self._writer.lock(connection, {job.locks for job in jobs if job.locks})
                self._writer.write(connection, entries)
                for job in jobs:
                    if job.work:
                        job.result = job.work(connection)
                committing = True
        except Exception as error:  # noqa: BLE001 - every error is handed to whoever waits for the job
            if self._marks.needed and judge(error) != "final":
                self._renew()
                if committing:
                    self._doubt = _Doubt(batch, jobs)
            return error
        self._landed(jobs)
        self._shorten_log()
        return None

    def _shorten_log(self) -> None:
        """Keep the write-ahead log so short that the reserve is enough to empty it into a database that must grow.

        A reader that keeps it from being emptied is hardly waited for: it is tried again a moment later.
        """
        if self._reserve is None or time.monotonic() < self._log_again:
            return
        with contextlib.suppress(OSError):
            self._log_limit = self._log_limit or self._reserve.log_limit()
            if self._log.stat().st_size > self._log_limit:
                self._checkpoint(0.05)
                self._reserve.make()
                if self._log.stat().st_size > self._log_limit:
                    self._log_again = time.monotonic() + LOG_PAUSE

    def _landed(self, jobs: Sequence[Job]) -> None:
        self._writer.committed(
            [*(job.entry for job in jobs if job.entry), *(entry for job in jobs for entry in job.also)]
        )

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(writes=True)
        return self._connection

    def _renew(self) -> None:
        """Let the next try have a session of its own: after a fail-over the old one may stay with the old server."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(SQLAlchemyError):
                connection.invalidate()
                connection.close()


def run_of(job: Job) -> RunId | None:
    """The run whose entries keep their order."""
    return job.entry.run_id if job.entry else job.locks


_FULL = ("disk is full", "no space left")
"""How SQLite and PostgreSQL say that there is no room."""


def translated(error: Exception) -> Exception:
    """The database's error in the words of whoever waits."""
    if isinstance(error, IntegrityError) and is_taken(error):
        return Conflict.exists_already()
    if isinstance(error, DBAPIError):
        reason = str(error.orig).splitlines()[0] if error.orig else type(error).__name__
        if any(words in reason.lower() for words in _FULL):
            return StorageError.disk_full()
        refused = f"The database did not take the write ({reason})."
        return StorageError(f"{refused} Nothing of it is kept; try again.", refused, lasting=judge(error) != "outage")
    if isinstance(error, SQLAlchemyError):
        refused = f"The database did not take the write ({type(error).__name__})."
        return StorageError(f"{refused} Try again.", refused, lasting=judge(error) != "outage")
    return error
