"""Hosts: an engine with everything around it, ready for the scenarios every engine has to pass.

A third engine joins the contracts with a subclass of `Host` and a line in `HOSTS`.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
from support.actions import Probe
from support.history import History, new_run, open_history

from voicegraph.db.lock import OwnerLock
from voicegraph.engines.embedded_engine import EmbeddedEngine
from voicegraph.engines.live_engine import LiveEngine
from voicegraph.graph.model import NodeId, RunId, Workflow
from voicegraph.run.answers import Answer
from voicegraph.run.approval import Decision
from voicegraph.run.attempt import NodeRunner
from voicegraph.run.children import Children
from voicegraph.run.engine_promise import EnginePromise
from voicegraph.run.events import EngineName, NewRun, NodeRun, RunEvent
from voicegraph.run.ports import Engine
from voicegraph.settings import Settings
from voicegraph.store.processes.process_ends import ProcessRecord
from voicegraph.store.runs.parents import StoredParents
from voicegraph.store.views.details import RunDetail
from voicegraph.store.views.follow import follow

PATIENCE = 60.0


@dataclass(frozen=True)
class Told:
    """A run that is over: as its watcher heard it, and as the history tells it."""

    heard: list[RunEvent]
    detail: RunDetail

    @property
    def status(self) -> str:
        return self.detail.summary.status

    @property
    def nodes(self) -> dict[NodeId, NodeRun]:
        return {row.node_id: row for row in self.detail.nodes}

    @property
    def statuses(self) -> dict[str, str]:
        return {row.node_id: str(row.status) for row in self.detail.nodes}

    def text(self, node_id: str) -> str | None:
        output = self.nodes[NodeId(node_id)].output
        return output.text if output else None

    def kinds(self, node_id: str | None) -> list[str]:
        return [event.kind for event in self.heard if event.node_id == node_id]


class Host(ABC):
    """One engine over one database. What engines promise differs in two points, which scenarios may ask for."""

    name: EngineName
    retries: bool
    """Repeats a failed attempt by itself."""
    survives: bool
    """A run goes on in the next process; else it is closed as interrupted."""

    def __init__(self, settings: Settings, probe: Probe) -> None:
        self.settings = settings
        self.probe = probe
        self.history: History

    @abstractmethod
    async def open(self) -> None:
        """As a server that starts."""

    @abstractmethod
    async def close(self) -> None:
        """As a server that stops in good order."""

    @abstractmethod
    async def kill(self) -> None:
        """As a server that is killed: whatever is in memory is gone."""

    async def leave(self) -> None:  # noqa: B027 - most engines have none
        """End what outlives the process: the server of an engine that has one."""

    @abstractmethod
    async def accept(self, run: NewRun) -> None:
        """Hand the run to the engine."""

    @abstractmethod
    async def cancel(self, run_id: RunId) -> bool:
        """Cancel through the engine."""

    @abstractmethod
    async def answer(self, run_id: RunId, node_id: str, answer: Answer) -> None:
        """Hand an answer to the engine."""

    async def decide(self, run_id: RunId, node_id: str, *, approved: bool = True, **given: str) -> None:
        """Approve or reject what waits there, as somebody who has seen it."""
        waits = (await self.node(run_id, node_id)).waits or {}
        await self.answer(run_id, node_id, Decision(approved, str(waits["digest"]), **given))  # pyright: ignore[reportArgumentType]

    async def node(self, run_id: RunId, node_id: str) -> NodeRun:
        """The node's row, as the history has it."""
        return next(row for row in (await self.history.queries.detail(run_id)).nodes if row.node_id == node_id)

    def look_after_children(self, *engines: Engine, shared: bool = False) -> None:
        """As the app does: runs that are steps of others are started and told."""
        families = StoredParents(self.history.reader, self.history.store)
        self.children = Children(engines, families, _runnable, shared=shared)
        self.history.feed.listen(self.children.notice)
        self.children.open("embedded" if self.name == "live" else self.name)

    async def start(self, graph: Workflow, **given: object) -> RunId:
        """Accept a new run of this workflow."""
        run = new_run(graph, self.name, **given)
        await self.accept(run)
        return run.run_id

    async def told(self, run_id: RunId, after: int = 0) -> Told:
        """Watch the run to its end."""
        async with asyncio.timeout(PATIENCE):
            heard = [event async for event in self._follow(run_id, after)]
        return Told(heard, await self.history.queries.detail(run_id, whole=True))

    def _follow(self, run_id: RunId, after: int = 0) -> AsyncIterator[RunEvent]:
        return follow(self.history.queries, self.history.feed, run_id, after, whole=True)

    async def run(self, graph: Workflow, **given: object) -> Told:
        """From the start to the end."""
        return await self.told(await self.start(graph, **given))

    async def until(self, run_id: RunId, kind: str, node_id: str | None = None) -> RunEvent:
        """Watch the run until this event is on disk."""
        async with asyncio.timeout(PATIENCE):
            async for event in self._follow(run_id):
                if (event.kind, event.node_id) == (kind, node_id):
                    return event
        raise AssertionError(f"{run_id} ended without {kind} of {node_id}")


class LocalHost(Host):
    """An engine in this process."""

    engine: LiveEngine | EmbeddedEngine

    @abstractmethod
    def make(self, runner: NodeRunner) -> LiveEngine | EmbeddedEngine:
        """The engine on the open history."""

    async def open(self) -> None:
        self._open = AsyncExitStack()
        self.history = await self._open.enter_async_context(open_history(self.settings))
        http = await self._open.enter_async_context(httpx.AsyncClient(verify=False))
        self.engine = self.make(NodeRunner(self.probe.registry(), self.settings, http, self.history.files))
        try:
            await self.engine.open()
        except BaseException:
            await self._open.aclose()
            raise
        self.look_after_children(self.engine)

    async def close(self) -> None:
        self.history.feed.close()
        await self.children.close()
        await self.engine.close()
        await self._open.aclose()

    async def kill(self) -> None:
        self.history.feed.close()
        await self.children.close()
        for driver in [*self.engine._drivers.values()]:
            driver._halt()
        await asyncio.sleep(0)
        await self._open.aclose()

    async def accept(self, run: NewRun) -> None:
        await self.engine.start(run)

    async def cancel(self, run_id: RunId) -> bool:
        return await self.engine.cancel(run_id)

    async def answer(self, run_id: RunId, node_id: str, answer: Answer) -> None:
        await self.engine.take_answer(run_id, NodeId(node_id), answer)

    def holds(self, run_id: RunId) -> bool:
        """Whether the run is in memory."""
        return run_id in self.engine._drivers


class LiveHost(LocalHost):
    name = "live"
    retries = False
    survives = False

    def make(self, runner: NodeRunner) -> LiveEngine:
        history = self.history
        return LiveEngine(runner, history.journal, history.store, self.settings.drain_seconds)


class EmbeddedHost(LocalHost):
    name = "embedded"
    retries = True
    survives = True
    engine: EmbeddedEngine

    def make(self, runner: NodeRunner) -> EmbeddedEngine:
        history = self.history
        self.owner = OwnerLock(history.engine, self.settings.data_dir)
        promise = EnginePromise(retries=True, parks=True, retry_base=self.settings.retry_base_seconds)
        lives = ProcessRecord(self.owner.folder / "engine.alive", history.journal)
        return EmbeddedEngine(runner, history.journal, history.store, self.owner, lives, self.settings, promise)

    async def parked(self, run_id: RunId, node_id: str) -> None:
        """Wait until the run waits for this node, and is in memory no more."""
        await self.until(run_id, "waiting", node_id)
        async with asyncio.timeout(PATIENCE):
            while self.holds(run_id):  # noqa: ASYNC110 - a few turns of the loop after the event
                await asyncio.sleep(0)

    async def kill(self) -> None:
        for rounds in self.engine.rounds:
            await rounds.close()
        self.engine._queue.clear()
        self.owner.release()
        await super().kill()


HOSTS: dict[str, type[Host]] = {"live": LiveHost, "embedded": EmbeddedHost}


@asynccontextmanager
async def hosted(kind: str, settings: Settings, **changes: object) -> AsyncIterator[Host]:
    """An open host. Retries come soon, and closing does not wait long."""
    quick = {"retry_base_seconds": 0.02, "drain_seconds": 0.2}
    host = HOSTS[kind](settings.model_copy(update=quick | changes), Probe())
    await host.open()
    try:
        yield host
    finally:
        await host.close()
        await host.leave()


async def _runnable(_: object, __: object) -> None:
    """Every workflow is, for these tests."""
