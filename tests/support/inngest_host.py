"""The engine Inngest as a host of the contracts: its server, the double or a real one, outlives the process that is killed.

With `INNGEST_TEST_SERVER` the scenarios run against a real server, one at a time: `pytest -n 0 -k inngest tests/contracts`.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import httpx
from sqlalchemy import update
from support.actions import Probe
from support.history import History
from support.hosts import Host
from support.inngest_server import inngest_server
from support.serving import Served, free_socket, serve

from voicegraph.api.build import build_api
from voicegraph.db.migrate import open_database
from voicegraph.db.tables import item_runs, node_runs
from voicegraph.engines.inngest.engine import InngestEngine
from voicegraph.engines.live_engine import LiveEngine
from voicegraph.graph.model import NodeId, RunId
from voicegraph.pipeline import Pipeline
from voicegraph.plan.rules import RulesPlanner
from voicegraph.run.answers import Answer
from voicegraph.run.attempt import NodeRunner
from voicegraph.run.events import NewRun
from voicegraph.settings import Settings
from voicegraph.store.core.backlog_limit import Backlog
from voicegraph.store.core.reader import Reader
from voicegraph.store.files.stored_files import StoredFiles
from voicegraph.store.notices.outbox import Outbox
from voicegraph.store.processes.shared_database import SharedDatabase
from voicegraph.store.runs.stored_runs import StoredRuns
from voicegraph.store.views.queries import RunQueries
from voicegraph.store.workflows.saved_workflows import SavedWorkflows


class InngestHost(Host):
    """Served on loopback, because Inngest calls it; on the same port after each start."""

    name = "inngest"
    retries = True
    survives = True

    def __init__(self, settings: Settings, probe: Probe) -> None:
        super().__init__(settings, probe)
        self.server = inngest_server()
        self._port = 0
        self.served: Served | None = None

    async def open(self) -> None:
        if not self.server.running:
            await self.server.__aenter__()
        self._open = AsyncExitStack()
        listening = free_socket(self._port)
        self._port = listening.getsockname()[1]
        self.settings = self.settings.model_copy(
            update={"port": self._port, "inngest_dev": self.server.url, "engine": "inngest"}
        )
        self.history, shared = await self._history()
        http = await self._open.enter_async_context(httpx.AsyncClient(verify=False))
        runner = NodeRunner(self.probe.registry(), self.settings, http, self.history.files)
        outbox = Outbox(self.history.reader, shared.journal)
        self.engine = InngestEngine(
            runner, shared.journal, self.history.store, outbox, shared.feed, self.settings, self.backlog
        )
        live = LiveEngine(runner, shared.journal, self.history.store, 1)
        self.pipeline = Pipeline(
            self.settings, runner.registry, RulesPlanner(), live, self.engine, self.history.queries, shared.feed,
            self.history.workflows, self.history.files, self.engine,
        )  # fmt: skip
        app = build_api(self.settings)
        app.state.pipeline = self.pipeline
        self.served = await serve(app, listening)
        await self.engine.open()
        self.look_after_children(self.engine, shared=True)
        answer = await self.server.sync(f"{self.served.url}/api/inngest")
        assert answer.status_code == 200, answer.text

    async def _history(self) -> tuple[History, SharedDatabase]:
        database = open_database(self.settings)
        self.backlog = Backlog("inngest", self.settings.max_queued_runs)
        shared = SharedDatabase(database, self.backlog)
        reader = Reader(database)
        store, queries = StoredRuns(reader, shared.journal), RunQueries(reader)
        files = StoredFiles(self.settings.data_dir / "files", reader, shared.journal)
        shared.journal.open()
        self._open.callback(database.dispose)
        self._open.push_async_callback(reader.close)
        self._open.push_async_callback(shared.journal.close)
        await shared.open()
        self._open.push_async_callback(shared.close)
        saved = SavedWorkflows(reader, shared.journal)
        history = History(
            self.settings, database, shared.feed, shared.journal, reader, store, queries, files, saved
        )  # fmt: skip
        return history, shared

    async def leave(self) -> None:
        await self.server.__aexit__()

    async def close(self) -> None:
        if self.served is None:
            return
        self.history.feed.close()
        await self.children.close()
        await self.engine.close()
        await self.served.stop()
        self.served = None
        await self._open.aclose()

    async def kill(self) -> None:
        """The claims of what was running are over at once: nobody wants to wait for that."""
        self.history.feed.close()
        for task in [*self.engine.steps._running.values(), *self.engine.items._running.values()]:
            task.cancel()
        for steps in (self.engine.steps, self.engine.items):
            steps._ledger = _Dead()  # pyright: ignore[reportAttributeAccessIssue] - a dead process writes nothing
        await asyncio.sleep(0)
        with self.history.engine.connect().execution_options(writes=True) as connection, connection.begin():
            for table in (node_runs, item_runs):
                connection.execute(update(table).values(due_at=None).where(table.c.status == "running"))
        await self.close()

    async def accept(self, run: NewRun) -> None:
        await self.engine.start(run)

    async def cancel(self, run_id: RunId) -> bool:
        return await self.engine.cancel(run_id)

    async def answer(self, run_id: RunId, node_id: str, answer: Answer) -> None:
        await self.engine.take_answer(run_id, NodeId(node_id), answer)


class _Dead:
    def decide(self, *_: object, **__: object) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.set_exception(ConnectionError("the process is dead"))
        return future

    def record(self, *_: object, **__: object) -> asyncio.Future[None]:
        return self.decide()
