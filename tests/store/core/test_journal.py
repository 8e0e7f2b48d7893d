"""The one writer: grouped, ordered, and patient with a disk that refuses."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import weakref
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event, text
from support.graphs import node
from support.history import History, new_run, open_history

from voicegraph.db.connect import SQLITE_PRAGMAS
from voicegraph.errors import Conflict, NotFound, StorageError
from voicegraph.graph.model import NodeId, RunId, Workflow
from voicegraph.nodes.output import Output
from voicegraph.run.events import Entry, NewRun, NodeRun, RunChange, RunEvent
from voicegraph.run.state import NodeStatus, RunStatus
from voicegraph.settings import Settings

GREETING = text("SELECT 'hello'")


def said(run_id: RunId, *messages: str) -> Entry:
    return Entry(run_id, events=[RunEvent("log", 1.0, message) for message in messages])


def created(run: NewRun) -> Entry:
    return Entry(run.run_id, create=run)


def finished(run_id: RunId) -> Entry:
    change = RunChange(RunStatus.COMPLETED, 1.0, 2.0)
    return Entry(run_id, events=[RunEvent("complete", 2.0, "Run completed")], change=change)


def story(history: History, run_id: RunId) -> list[tuple[object, object]]:
    rows = history.rows("SELECT seq, message FROM run_events WHERE run_id = :id ORDER BY seq", id=run_id)
    return [(seq, message) for seq, message in rows]


class Commits:
    """Counts the commits of an engine."""

    def __init__(self, history: History) -> None:
        self.count = 0
        event.listen(history.engine, "commit", self._on_commit)

    def _on_commit(self, _: Connection) -> None:
        self.count += 1


async def test_an_entry_is_on_disk_when_it_says_so(history: History):
    run = new_run(command="Do it")
    await history.journal.record(created(run))
    assert history.rows("SELECT status, command FROM runs") == [("pending", "Do it")]


async def test_what_is_queued_together_is_committed_together(history: History):
    runs = [new_run() for _ in range(200)]
    commits = Commits(history)
    await asyncio.gather(*(history.journal.record(created(run)) for run in runs))
    assert commits.count <= 2
    await asyncio.gather(*(history.journal.record(said(run.run_id, "a", "b")) for run in runs))
    assert commits.count <= 4
    assert history.rows("SELECT count(*) FROM run_events") == [(400,)]


async def test_entries_keep_their_order(history: History):
    first, second = new_run(), new_run()
    waits = [history.journal.record(created(first)), history.journal.record(created(second))]
    for number in range(50):
        waits.append(history.journal.record(said(first.run_id, f"{number}a", f"{number}b")))
        waits.append(history.journal.record(said(second.run_id, str(number))))
        if number % 7 == 0:
            await asyncio.sleep(0.001)
    await asyncio.gather(*waits)
    expected = [message for number in range(50) for message in (f"{number}a", f"{number}b")]
    assert story(history, first.run_id) == [*enumerate(expected, 1)]
    assert story(history, second.run_id) == [*enumerate(map(str, range(50)), 1)]


async def test_numbers_have_no_gap_across_restarts(settings: Settings):
    run, other = new_run(), new_run()
    for restart in range(3):
        async with open_history(settings) as history:
            if restart == 0:
                await history.journal.record(created(run))
                await history.journal.record(created(other))
            for number in range(3):
                await history.journal.record(said(run.run_id, f"{restart}.{number}"))
                await history.journal.record(said(other.run_id, "other"))
    async with open_history(settings) as history:
        assert [seq for seq, _ in story(history, run.run_id)] == [*range(1, 10)]
        assert story(history, run.run_id)[3] == (4, "1.0")
        assert [seq for seq, _ in story(history, other.run_id)] == [*range(1, 10)]


async def test_numbers_have_no_gap_after_the_end_of_a_run(history: History):
    """What trickles in late, say a log line of a cancelled node, still gets the next number."""
    run = new_run()
    for entry in (created(run), said(run.run_id, "a"), finished(run.run_id), said(run.run_id, "late")):
        await history.journal.record(entry)
    assert [seq for seq, _ in story(history, run.run_id)] == [1, 2, 3]


async def test_a_key_that_is_taken_is_a_conflict_and_spares_what_was_queued_with_it(history: History):
    taken = new_run(idempotency_key="order-7")
    await history.journal.record(created(taken))
    before, twin, after = new_run(), new_run(idempotency_key="order-7"), new_run()
    results = await asyncio.gather(
        history.journal.record(created(before)),
        history.journal.record(said(taken.run_id, "one")),
        history.journal.record(created(twin)),
        history.journal.record(said(taken.run_id, "two")),
        history.journal.record(created(after)),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None), type(None), Conflict, type(None), type(None)]
    ids = {row[0] for row in history.rows("SELECT id FROM runs")}
    assert ids == {taken.run_id, before.run_id, after.run_id}
    assert story(history, taken.run_id) == [(1, "one"), (2, "two")]
    assert await history.queries.by_idempotency_key("order-7") == taken.run_id


async def test_two_twins_at_once_make_one_run(history: History):
    twins = [new_run(idempotency_key="once") for _ in range(10)]
    results = await asyncio.gather(*(history.journal.record(created(run)) for run in twins), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Conflict"] * 9 + ["NoneType"]
    assert history.rows("SELECT count(*) FROM runs") == [(1,)]


async def test_any_work_may_ride_along(history: History):
    answer = await history.journal.execute(lambda connection: connection.execute(GREETING).scalar())
    assert answer == "hello"


async def test_work_that_fails_fails_alone(history: History):
    def work(_: Connection) -> None:
        raise NotFound("There is no such thing.")

    run = new_run()
    writing = history.journal.record(created(run))
    failing = history.journal.execute(work)
    also = history.journal.record(said(run.run_id, "kept"))
    await writing
    await also
    with pytest.raises(NotFound):
        await failing
    assert story(history, run.run_id) == [(1, "kept")]


async def test_a_mistake_in_the_work_is_told_to_whoever_asked(history: History):
    with pytest.raises(StorageError, match="did not take the write"):
        await history.journal.execute(lambda connection: connection.execute(text("SELECT nothing FROM nowhere")))
    await history.journal.record(created(new_run()))


async def test_an_entry_lands_though_nobody_waits_for_it_any_more(history: History):
    run = new_run()
    waiting = asyncio.ensure_future(history.journal.record(created(run)))
    waiting.cancel()
    await history.journal.execute(lambda _: None)
    assert history.rows("SELECT id FROM runs") == [(run.run_id,)]


async def test_close_writes_what_is_queued_and_then_takes_nothing_more(settings: Settings):
    run = new_run()
    async with open_history(settings) as history:
        history.journal.record(created(run))
        history.journal.record(said(run.run_id, "last"))
        await history.journal.close()
        with pytest.raises(StorageError, match="is stopping"):
            await history.journal.record(said(run.run_id, "too late"))
        assert story(history, run.run_id) == [(1, "last")]


async def test_a_terminal_status_stays_whatever_is_written_later(history: History):
    run = new_run()
    await history.journal.record(created(run))
    await history.journal.record(finished(run.run_id))
    late = RunChange(RunStatus.RUNNING, 1.0)
    node = NodeRun(NodeId("a"), NodeStatus.COMPLETED)
    await history.journal.record(Entry(run.run_id, nodes=[node], change=late))
    assert history.rows("SELECT status, finished_at FROM runs") == [("completed", 2.0)]


# -- a disk that refuses


@pytest.fixture
async def sqlite_history(sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[History]:
    """SQLite that waits for a lock a tenth of a second only, and a journal that tries again soon."""
    monkeypatch.setitem(SQLITE_PRAGMAS, "busy_timeout", "100")
    monkeypatch.setattr("voicegraph.store.core.journal.RETRY_SECONDS", (0.02, 0.05))
    async with open_history(sqlite_settings) as history:
        yield history


PADDING = " " * 5_000  # no entry fits into what is left of a page


async def refuse(history: History, run_id: RunId, what: str) -> list[asyncio.Future[None]]:
    """While the disk refuses: new runs are, checkpoints are kept, and so is what comes later. Answers what is kept."""
    with history.feed.watch_all() as watcher:
        kept = [history.journal.record(said(run_id, message + PADDING)) for message in ("one", "two")]
        with pytest.raises(StorageError, match=what):
            await history.journal.record(created(new_run(command=PADDING)))
        kept.append(history.journal.record(said(run_id, "three" + PADDING)))
        with pytest.raises(StorageError, match=what):
            await history.workflows.save(Workflow(name=PADDING[:200], nodes=[node("a", text=PADDING)]))
        with pytest.raises(StorageError, match=what):
            await history.journal.record(created(new_run(command=PADDING)))
        assert not any(future.done() for future in kept)
        watcher.end()
        assert await watcher.get() is None, "what was refused is not announced"
    return kept


async def test_a_full_disk_refuses_new_runs_and_keeps_checkpoints(
    sqlite_history: History, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO")
    history = sqlite_history
    run, ballast = new_run(), new_run()
    await history.journal.record(created(run))
    await history.journal.record(created(ballast))
    await fill(history, ballast.run_id)

    kept = await refuse(history, run.run_id, "full")
    with foreign_connection(history) as foreign:
        foreign.execute("DELETE FROM run_events WHERE run_id = ?", [ballast.run_id])
    await asyncio.gather(*kept)

    assert [(seq, str(message).rstrip()) for seq, message in story(history, run.run_id)] == [
        *[(1, "one"), (2, "two"), (3, "three")]
    ]
    told = [message for message in caplog.messages if "disk is full" in message]
    [once] = told
    assert once.endswith("2 writes of runs are kept in memory, and tried again until they are on disk")
    assert "The database takes writes again" in caplog.messages
    assert history.rows("SELECT count(*) FROM runs") == [(2,)]
    await history.journal.record(created(new_run()))


async def fill(history: History, run_id: RunId) -> None:
    """Let the database grow no more (to SQLite, `max_page_count` is how large the disk is), and fill what it has."""
    await history.journal.record(said(run_id, *[PADDING] * 20))
    await history.journal.execute(lambda connection: connection.execute(text("PRAGMA max_page_count = 1")).scalar())
    insert = text("INSERT INTO run_events (run_id, seq, at, kind, message) VALUES (:run, :seq, 1.0, 'log', 'x')")
    for seq in range(21, 10_000):
        values = {"run": run_id, "seq": seq}
        try:
            await history.journal.execute(lambda connection, row=values: connection.execute(insert, row) and None)
        except StorageError:
            return
    raise AssertionError("the disk is not full")


@contextmanager
def foreign_connection(history: History) -> Iterator[sqlite3.Connection]:
    """Another program at the same file."""
    connection = sqlite3.connect(history.settings.data_dir / "voicegraph.db", isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


async def test_a_foreign_lock_refuses_new_runs_and_keeps_checkpoints(sqlite_history: History):
    history = sqlite_history
    run = new_run()
    await history.journal.record(created(run))
    with foreign_connection(history) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        kept = await refuse(history, run.run_id, "locked")
    await asyncio.gather(*kept)

    assert [str(message).rstrip() for _, message in story(history, run.run_id)] == ["one", "two", "three"]
    await history.journal.record(created(new_run()))


async def test_a_short_foreign_lock_is_waited_for(sqlite_history: History):
    with foreign_connection(sqlite_history) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        writing = asyncio.ensure_future(sqlite_history.journal.record(created(new_run())))
        await asyncio.sleep(0.02)
        assert not writing.done()
    await writing


async def test_close_does_not_wait_for_a_disk_that_refuses(sqlite_history: History, caplog: pytest.LogCaptureFixture):
    history = sqlite_history
    run = new_run()
    await history.journal.record(created(run))
    with foreign_connection(history) as foreign:
        foreign.execute("BEGIN IMMEDIATE")
        history.journal.record(said(run.run_id, "lost"))
        async with asyncio.timeout(5):
            await history.journal.close()
    assert "Stopping with 1 entries that the database refused" in caplog.text
    assert story(history, run.run_id) == []


async def test_what_is_written_is_let_go(history: History):
    """The writing thread waits for the next entry, perhaps for hours: it keeps no result of the last one meanwhile."""
    run = new_run()
    await history.journal.record(Entry(run.run_id, create=run))
    output = Output(text="large")
    gone = weakref.ref(output)
    await history.journal.record(Entry(run.run_id, nodes=[NodeRun(NodeId("a"), NodeStatus.COMPLETED, output=output)]))
    del output
    for _ in range(100):
        await asyncio.sleep(0.01)
        gc.collect()
        if gone() is None:
            break
    assert gone() is None


async def test_writing_goes_on_though_a_listener_fails(history: History):
    """Whoever else waits for the same commit is answered, and what comes later is written."""

    def fail(_: Entry) -> None:
        raise KeyError("runId")

    history.feed.listen(fail)
    first, second = new_run(), new_run()
    async with asyncio.timeout(20):
        await asyncio.gather(*(history.journal.record(created(run)) for run in (first, second)))
        await history.journal.record(said(first.run_id, "later"))
    assert story(history, first.run_id) == [(1, "later")]
