"""What is kept and tried again, what is refused for good, and that one entry that cannot be written stops no other."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Connection, event, text
from support.history import History, new_run, open_history

from voicegraph.errors import StorageError
from voicegraph.run.events import Entry, RunEvent
from voicegraph.settings import Settings


def said(run_id: str, message: str) -> Entry:
    return Entry(run_id, events=[RunEvent("log", 1.0, message)])  # pyright: ignore[reportArgumentType]


class Refusing:
    """A database that refuses one message for a reason that may be an outage: the table is not there."""

    def __init__(self, history: History, message: str) -> None:
        self.count = 0
        self._message = message
        event.listen(history.engine, "before_cursor_execute", self._look, retval=True)

    def _look(self, _connection: Connection, _cursor: object, statement: str, values: object, *_: object) -> object:
        if "INSERT INTO run_events" in statement and self._message in str(values):
            self.count += 1
            return "SELECT nothing FROM nowhere", [{}]
        return statement, values


async def test_an_entry_that_is_refused_again_and_again_is_refused_for_good_and_stops_no_other(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicegraph.store.core.journal.RETRY_SECONDS", (0.01, 0.02))
    async with open_history(settings) as history:
        poisoned, healthy = new_run(), new_run()
        for run in (poisoned, healthy):
            await history.journal.record(Entry(run.run_id, create=run))
        refusing = Refusing(history, "poison")
        refused = history.journal.record(said(poisoned.run_id, "poison"))
        behind = history.journal.record(said(poisoned.run_id, "behind"))
        for number in range(5):
            await history.journal.record(said(healthy.run_id, str(number)))
        await history.journal.record(Entry((late := new_run()).run_id, create=late))
        with pytest.raises(StorageError):
            await refused
        await behind
        assert 10 <= refusing.count <= 40
        rows = history.rows("SELECT message FROM run_events WHERE run_id = :id ORDER BY seq", id=healthy.run_id)
        assert rows == [(str(number),) for number in range(5)]
        assert history.rows("SELECT message FROM run_events WHERE run_id = :id", id=poisoned.run_id) == [("behind",)]


def rename(connection: Connection, *tables: str, to: str) -> None:
    for table in tables:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {table.removesuffix('_away')}{to}"))


class Failures:
    """Counts the statements that the database refuses."""

    def __init__(self, history: History) -> None:
        self._count = 0
        event.listen(history.engine, "handle_error", self._note)

    def _note(self, _: object) -> None:
        self._count += 1

    async def reach(self, count: int) -> None:
        async with asyncio.timeout(20):
            while self._count < count:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.005)


async def test_what_may_be_an_outage_is_kept_while_nothing_is_taken(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicegraph.store.core.journal.RETRY_SECONDS", (0.005, 0.005))
    async with open_history(settings) as history:
        run = new_run()
        await history.journal.record(Entry(run.run_id, create=run))
        failures = Failures(history)
        await history.journal.execute(lambda connection: rename(connection, "run_events", "write_marks", to="_away"))
        kept = history.journal.record(said(run.run_id, "kept"))
        await failures.reach(40)
        assert not kept.done()
        with history.engine.connect().execution_options(writes=True) as connection, connection.begin():
            rename(connection, "run_events_away", "write_marks_away", to="")
        await kept
        assert history.rows("SELECT message FROM run_events") == [("kept",)]
