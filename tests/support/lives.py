"""A small world of runs on the real tables: a process that can die at any moment, and nodes that do as they are told."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any, TypeVar

from sqlalchemy import Engine, select
from support.earlier import NOBODY

from voicegraph import clock
from voicegraph.db.connect import connect
from voicegraph.db.migrate import migrate
from voicegraph.db.tables import node_runs, run_events, runs
from voicegraph.errors import NodeError
from voicegraph.graph.model import NodeId, RunId, Workflow, new_id
from voicegraph.nodes.action import Params, action
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output, Result
from voicegraph.nodes.registry import Registry
from voicegraph.run.acceptance import accepted
from voicegraph.run.approval import Decision
from voicegraph.run.attempt import NodeRunner
from voicegraph.run.driver import RunDriver
from voicegraph.run.engine_promise import End, EnginePromise
from voicegraph.run.events import Entry, NewRun, StoredRun
from voicegraph.settings import Settings
from voicegraph.store.core.rows import EntryWriter
from voicegraph.store.core.run_rows import load_run

T = TypeVar("T")
Key = tuple[RunId, NodeId]
FINISHED = ("completed", "failed", "skipped", "cancelled")
TERMINAL = ("completed", "failed", "cancelled")
LATER = 3600.0
SETTINGS = Settings(_env_file=None)


def memory_database() -> Engine:
    """The real tables with their triggers, in memory."""
    engine = connect(Settings(_env_file=None, database_url="sqlite:///:memory:"))
    migrate(engine)
    return engine


class Instant:
    """The port `EventSink` on the real tables, at once. Once dead it writes nothing, and answers nobody."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._writer = EntryWriter(database.dialect)
        self.dead = False

    def record(self, entry: Entry, **_: bool) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self.dead:
            with self._database.connect().execution_options(writes=True) as connection, connection.begin():
                self._writer.write(connection, [entry])
            self._writer.committed([entry])
            done.set_result(None)
        return done


class Nothing(Params):
    """No params that matter: what becomes of a node, the sequence says while it runs."""


class World:
    """Durable and live runs over one database, through crashes. Everything that must hold is checked as it happens."""

    def __init__(self, database: Engine, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.registry = self._registry()
        self._database = database
        self._sink = Instant(database)
        nothing: Any = None  # no node here reaches the network or a file
        self._runner = NodeRunner(self.registry, SETTINGS, nothing, nothing)
        self.runs: list[RunId] = []
        self.drivers: dict[RunId, RunDriver] = {}
        self.at_work: dict[Key, asyncio.Future[Result]] = {}
        self.effects: Counter[Key] = Counter()
        self.terminal: dict[RunId, str] = {}

    # -- what the sequence does

    def start(self, run: NewRun, queued: bool = False) -> RunId:
        """Accept a run: it begins, or it is on disk only, until the process takes it up."""
        self.runs.append(run.run_id)
        if queued and run.engine != "live":
            self._do(self._record(accepted(run)))
        else:
            self._do(self._driver(run).start())
        return run.run_id

    def settle(self, key: Key, result: Result | NodeError) -> None:
        """A node at work comes to this."""
        future = self.at_work.pop(key)
        if isinstance(result, NodeError):
            future.set_exception(result)
        else:
            future.set_result(result)
        self._do(_turns())

    def cancel(self, run_id: RunId) -> bool:
        driver = self.drivers.get(run_id)
        if driver is not None:
            return self._do(driver.cancel())
        stored = self.stored(run_id)
        if stored.status.terminal or stored.run.engine == "live":
            return False
        return self._do(self._driver(stored.run).cancel_stored(stored))

    def asked(self) -> list[Key]:
        """Nodes that wait for a person."""
        rows = select(node_runs.c.run_id, node_runs.c.node_id).where(
            node_runs.c.run_id.in_(self.runs), node_runs.c.status == "waiting", node_runs.c.waits.is_not(None)
        )
        with self._database.begin() as connection:
            return sorted((RunId(run_id), NodeId(node_id)) for run_id, node_id in connection.execute(rows))

    def answer(self, key: Key, approved: bool) -> None:
        """Somebody approves or rejects, wherever the run is. Conflict when the time to answer is over."""
        run_id, node_id = key
        stored = self.stored(run_id)
        waits = stored.nodes[node_id].waits
        assert waits
        decision = Decision(approved, str(waits["digest"]))
        if driver := self.drivers.get(run_id):
            assert self._do(driver.answer(node_id, decision))
            return
        self._do(self._driver(stored.run).answer_stored(stored, node_id, decision))
        stored = self.stored(run_id)
        if not stored.status.terminal:
            self._do(self._driver(stored.run).resume(stored))

    def crash(self, after_effects: list[Key]) -> None:
        """The process dies. Some nodes had done their work just before, and nobody wrote it down."""
        self._sink.dead = True
        for key in after_effects:
            self.settle(key, Output(text="lost"))
        self._do(self._halt())
        self.at_work.clear()
        self._sink = Instant(self._database)

    def take_up(self) -> None:
        """The next process goes on with what is on disk: durable runs go on, live ones are closed."""
        from voicegraph.engines.live_engine import INTERRUPTED
        from voicegraph.run.recovery import closing

        for run_id in self.runs:
            stored = self.stored(run_id)
            if stored.status.terminal or run_id in self.drivers:
                continue
            if stored.run.engine == "live":
                self._do(self._record(closing(run_id, INTERRUPTED, stored)))
            elif stored.wake_at is None or stored.wake_at <= clock.now():
                self._do(self._driver(stored.run).resume(stored))

    def stored(self, run_id: RunId) -> StoredRun:
        with self._database.begin() as connection:
            return load_run(connection, run_id)

    def close(self) -> None:
        self.crash([])

    async def _halt(self) -> None:
        tasks = [task for driver in self.drivers.values() for task in driver._tasks.values()]
        for driver in self.drivers.values():
            driver._halt()
        self.drivers.clear()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- what must hold

    def check(self) -> None:
        """A terminal status never changes, event numbers have no gaps, what ended left nothing open."""
        now = self._look()
        for run_id, (status, numbers, rows) in now.items():
            assert self.terminal.get(run_id, status) == status, "a terminal status changed"
            assert numbers == [*range(1, len(numbers) + 1)], f"event numbers with gaps: {numbers}"
            for node_id, node_status, reused in rows:
                if node_status == "skipped" or reused:
                    assert not self.effects[run_id, NodeId(node_id)], f"{node_id} is {node_status} and had an effect"
            if status in TERMINAL:
                self.terminal[run_id] = status
                assert all(node_status in FINISHED for _, node_status, _ in rows), rows

    def _look(self) -> dict[RunId, tuple[str, list[int], list[tuple[str, str, str | None]]]]:
        """Status, event numbers and nodes of each run, as they are on disk."""
        if not self.runs:
            return {}
        with self._database.begin() as connection:
            seen: dict[RunId, tuple[str, list[int], list[tuple[str, str, str | None]]]] = {
                run_id: (status, [], [])
                for run_id, status in connection.execute(
                    select(runs.c.id, runs.c.status).where(runs.c.id.in_(self.runs))
                )
            }
            numbers = select(run_events.c.run_id, run_events.c.seq).where(run_events.c.run_id.in_(self.runs))
            for run_id, seq in connection.execute(numbers.order_by(*numbers.selected_columns)):
                seen[run_id][1].append(seq)
            columns = (node_runs.c.run_id, node_runs.c.node_id, node_runs.c.status, node_runs.c.reused_from)
            for run_id, *row in connection.execute(select(*columns).where(node_runs.c.run_id.in_(self.runs))):
                seen[run_id][2].append((row[0], row[1], row[2]))
        return seen

    # -- helpers

    async def _act(self, params: Nothing, node: NodeContext) -> Result:
        key = (node.run_id, node.node_id)
        status = self._status(key)
        assert status not in FINISHED, f"{key} is {status} and runs again"
        assert self.terminal.get(node.run_id) is None, "a run that is over starts a node"
        self.effects[key] += 1
        future = self.at_work[key] = self.loop.create_future()
        try:
            return await future
        finally:
            if self.at_work.get(key) is future:
                del self.at_work[key]

    def _status(self, key: Key) -> str:
        column = select(node_runs.c.status).where(node_runs.c.run_id == key[0], node_runs.c.node_id == key[1])
        with self._database.begin() as connection:
            return connection.execute(column).scalar_one()

    def _driver(self, run: NewRun) -> RunDriver:
        durable = run.engine != "live"
        promise = EnginePromise(retries=durable, parks=durable, retry_base=0.0)

        async def made() -> RunDriver:
            driver = RunDriver(run, self._runner, self._sink, promise, NOBODY)
            driver.ended.add_done_callback(lambda _: self._forget(driver))
            return driver

        driver = self.drivers[run.run_id] = self.loop.run_until_complete(made())
        return driver

    def _forget(self, driver: RunDriver) -> None:
        if self.drivers.get(driver.run.run_id) is driver:
            del self.drivers[driver.run.run_id]
        assert driver.ended.result() in (End.OVER, End.PARKED, End.STOPPED)

    def _registry(self) -> Registry:
        async def act(params: Nothing, node: NodeContext) -> Result:
            """Does as it is told."""
            return await self._act(params, node)

        plain = action("test", "act", group="tool", title="Act")(act)
        condition = action("condition", "act", group="logic", title="Choose")(act)
        return Registry([plain, condition])

    async def _record(self, entry: Entry) -> None:
        await self._sink.record(entry)

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        async def done() -> T:
            result = await work
            await _turns()
            return result

        return self.loop.run_until_complete(done())


async def _turns() -> None:
    """Let everything that follows happen; timers that are due ring."""
    for _ in range(12):
        await asyncio.sleep(0)


def fresh(graph: Workflow, engine: Any, **given: Any) -> NewRun:
    return NewRun(RunId(new_id("run")), graph, engine, clock.now(), **given)
