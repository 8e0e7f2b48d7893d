"""VoiceGraph with the engine Inngest, served on loopback, and the double of its server beside it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from support.actions import Probe
from support.inngest_double import Faults, InngestDouble
from support.inngest_server import inngest_server
from support.serving import Served, free_socket, serve

from voicegraph.api.build import build_api
from voicegraph.app import make_live
from voicegraph.db.migrate import open_database
from voicegraph.engines.inngest.engine import InngestEngine
from voicegraph.graph.model import RunId, Workflow
from voicegraph.pipeline import Pipeline, RunRequest
from voicegraph.plan.rules import RulesPlanner
from voicegraph.run.attempt import NodeRunner
from voicegraph.run.events import RunEvent
from voicegraph.run.queue import Slots
from voicegraph.settings import Settings
from voicegraph.store.core.backlog_limit import Backlog
from voicegraph.store.core.reader import Reader
from voicegraph.store.files.stored_files import StoredFiles
from voicegraph.store.notices.outbox import Outbox
from voicegraph.store.processes.shared_database import SharedDatabase, SharedRuns
from voicegraph.store.views.details import RunDetail
from voicegraph.store.views.queries import RunQueries
from voicegraph.store.workflows.saved_workflows import SavedWorkflows

KEY = "signkey-test-" + "ab" * 32


@dataclass
class Process:
    """One server process in all but the operating system's eyes: its own connections, its own memory."""

    pipeline: Pipeline
    engine: InngestEngine
    probe: Probe
    url: str
    settings: Settings
    served: Served
    shared: SharedDatabase

    async def start(self, workflow: Workflow, **more: Any) -> RunId:
        return await self.pipeline.start_background(RunRequest(workflow, **more))

    async def run(self, workflow: Workflow, **more: Any) -> RunDetail:
        return await self.end_of(await self.start(workflow, **more))

    async def end_of(self, run_id: RunId, seconds: float = 30) -> RunDetail:
        async with asyncio.timeout(seconds):
            await self.events(run_id)
        return await self.pipeline.queries.detail(run_id)

    async def reaches(self, run_id: RunId, status: str) -> None:
        """Wait until the run has this status, or an event of this kind: a short wait may be over before one looks."""
        with self.pipeline.feed.watch_all() as watcher:
            async with asyncio.timeout(20):
                while True:
                    detail = await self.pipeline.queries.detail(run_id)
                    if status in {detail.summary.status, *(event.kind for event in detail.events)}:
                        return
                    await watcher.get()

    async def events(self, run_id: RunId) -> list[RunEvent]:
        return [event async for event in self.pipeline.follow(run_id)]


async def until(condition: Callable[[], object]) -> None:
    """Wait for something that tells nobody."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@dataclass
class Stage:
    """The double (or a real server) and as many processes as a test wants."""

    server: InngestDouble
    folder: Path
    signed: bool = False
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    def settings(self, **more: Any) -> Settings:
        keys: dict[str, Any] = (
            {"inngest_event_key": "event-key", "inngest_signing_key": KEY, "inngest_base_url": self.server.url}
            if self.signed
            else {"inngest_dev": self.server.url}
        )
        values = {"data_dir": self.folder, "retry_base_seconds": 0.02, "drain_seconds": 2, "node_timeout": 20}
        return Settings(_env_file=None, **(values | keys | more))

    async def process(self, probe: Probe | None = None, *, sync: bool = True, **more: Any) -> Process:
        """Another process on the same database."""
        process = await self.stack.enter_async_context(self._process(probe or Probe(), free_socket(), more))
        if sync:
            answer = await self.server.sync(f"{process.url}/api/inngest")
            assert answer.status_code == 200, answer.text
        return process

    @asynccontextmanager
    async def _process(self, probe: Probe, listening: socket.socket, more: dict[str, Any]) -> AsyncGenerator[Process]:
        settings = self.settings(port=listening.getsockname()[1], **more)
        database = open_database(settings)
        backlog = Backlog("inngest", settings.max_queued_runs)
        shared = SharedDatabase(database, backlog)
        reader = Reader(database)
        store = SharedRuns(reader, shared.journal)
        files = StoredFiles(settings.data_dir / "files", reader, shared.journal)
        http = httpx.AsyncClient(trust_env=False)
        registry = probe.registry()
        runner = NodeRunner(registry, settings, http, files)
        outbox = Outbox(reader, shared.journal)
        engine = InngestEngine(runner, shared.journal, store, outbox, shared.feed, settings, backlog)
        pipeline = Pipeline(
            settings,
            registry,
            RulesPlanner(),
            make_live(runner, shared.journal, store, settings.model_copy(update={"drain_seconds": 1}), Slots(), shared),
            engine,
            RunQueries(reader),
            shared.feed,
            SavedWorkflows(reader, shared.journal),
            files,
            engine,
        )
        app = build_api(settings)
        app.state.pipeline = pipeline
        shared.journal.open()
        await shared.open()
        served = await serve(app, listening)
        await engine.open()
        try:
            yield Process(pipeline, engine, probe, served.url, settings, served, shared)
        finally:
            shared.feed.close()
            await engine.close()
            await served.stop()
            await shared.close()
            await shared.journal.close()
            await http.aclose()
            await reader.close()
            database.dispose()


@asynccontextmanager
async def stage(folder: Path, *, signed: bool = False, faults: Faults | None = None) -> AsyncGenerator[Stage]:
    """A server and, around it, a folder for one SQLite database unless processes are given another."""
    server = inngest_server(KEY if signed else None, faults)
    async with server, AsyncExitStack() as stack:
        yield Stage(server, folder, signed, stack)
