"""Drivers over a disk in memory, with the real runner and the tests' actions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import httpx
from support.actions import Probe
from support.earlier import Past
from support.sink import Disk, MemorySink

from voicegraph import clock
from voicegraph.graph.model import RunId, Workflow
from voicegraph.run.attempt import NodeRunner
from voicegraph.run.crash_blame import SUSPECT_DEATHS, Death, Flight, SuspectTurns, blamed
from voicegraph.run.driver import RunDriver
from voicegraph.run.engine_promise import End, EnginePromise
from voicegraph.run.events import Entry, ItemRun, NewRun, NodeRun, StoredRun
from voicegraph.run.state import NodeStatus
from voicegraph.settings import Settings
from voicegraph.store.files.stored_files import StoredFiles

BACKGROUND = EnginePromise(retries=True, parks=True, retry_base=0.01)


@dataclass
class Drive:
    """One run at a time, over one disk."""

    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(verify=False))
    probe: Probe = field(default_factory=Probe)
    sink: MemorySink = field(default_factory=MemorySink)
    drivers: list[RunDriver] = field(default_factory=list)
    past: Past = field(default_factory=Past)

    def driver(self, run: NewRun, promise: EnginePromise = BACKGROUND, turns: SuspectTurns | None = None) -> RunDriver:
        settings = Settings(_env_file=None, node_timeout=20)
        files: StoredFiles = None  # pyright: ignore - no action of the tests reads a file
        runner = NodeRunner(self.probe.registry(), settings, self.http, files)
        self.drivers.append(RunDriver(run, runner, self.sink, promise, self.past, turns))
        return self.drivers[-1]

    async def start(self, graph: Workflow, promise: EnginePromise = BACKGROUND, **given: object) -> RunDriver:
        driver = self.driver(NewRun(RunId("run_1"), graph, "embedded", 0.0, **given), promise)  # pyright: ignore
        await driver.start()
        return driver

    async def run(self, graph: Workflow, promise: EnginePromise = BACKGROUND, **given: object) -> Disk:
        """From the start to the end."""
        driver = await self.start(graph, promise, **given)
        assert await ended(driver) is End.OVER
        return self.sink.disk

    async def resume(
        self, stored: StoredRun | None = None, promise: EnginePromise = BACKGROUND, turns: SuspectTurns | None = None
    ) -> RunDriver:
        """As a new process would, from what is on the disk."""
        stored = stored or self.sink.disk.stored()
        driver = self.driver(stored.run, promise, turns)
        await driver.resume(stored)
        return driver

    async def suspect(self, *gates: str, turns: SuspectTurns | None = None) -> RunDriver:
        """The process dies of what stands at the gates, until all of that is under suspicion; the driver after it."""
        for _ in range(SUSPECT_DEATHS):
            for gate in gates:
                await self.probe.gates[gate].enter()
            await self.crash()
            driver = await self.resume(turns=turns)
        return driver

    async def __aenter__(self) -> Drive:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._halt()
        await self.http.aclose()

    async def _halt(self) -> None:
        for driver in self.drivers:
            driver._halt()
        await asyncio.sleep(0)

    async def crash(self, lived: float = 0.0) -> None:
        """Everything in memory is gone, `lived` seconds from now; what was not on the disk is lost. Blame is laid, as
        `store.processes.process_ends` does it.
        """
        await self._halt()
        judged, old = self._judged(Death(clock.now() + lived)), self.sink
        self.sink = MemorySink()
        self.sink.entries = [*old.entries, judged]

    def _judged(self, death: Death) -> Entry:
        disk = self.sink.disk
        assert disk.run
        rows = [*disk.rows.values(), *(item for items in disk.items.values() for item in items.values())]
        at_work = {
            Flight(disk.run.run_id, row.node_id, getattr(row, "item", None), row.begun_at, row.deaths): row
            for row in rows
            if row.status is NodeStatus.RUNNING and row.begun_at is not None
        }
        guilty = blamed([*at_work], death)
        for flight, row in at_work.items():
            row.begun_at, row.deaths = None, row.deaths + (flight in guilty)
        entry = Entry(disk.run.run_id)
        entry.nodes = [row for row in at_work.values() if isinstance(row, NodeRun)]
        entry.items = [row for row in at_work.values() if isinstance(row, ItemRun)]
        return entry


async def ended(driver: RunDriver) -> End:
    async with asyncio.timeout(10):
        return await asyncio.shield(driver.ended)
