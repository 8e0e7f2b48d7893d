"""A VoiceGraph whose schedules are seen to when the test says so, at the time the test says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from support.clocks import TurnedClock
from support.graphs import workflow

from voicegraph.app import Runtime, running
from voicegraph.graph.model import Node, NodeId, RunId, Schedule, Trigger, Workflow
from voicegraph.settings import Settings
from voicegraph.store.views.filters import RunFilter
from voicegraph.store.views.summaries import RunSummary
from voicegraph.triggers.schedules import ScheduleInfo

ZONE = "Europe/Berlin"


def moment(text: str, zone: str = ZONE) -> float:
    """`2026-11-23T09:00` in a zone, as seconds since the epoch."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def seed(text: str = "Hello", **fields: Any) -> Node:
    return Node(id=NodeId("seed"), type="prompt", action="seed", params={"text": text}, **fields)


def resting() -> Node:
    """A node that waits for a day."""
    return Node(id=NodeId("rest"), type="wait", action="delay", params={"duration": "1 day"})


@dataclass
class Bench:
    runtime: Runtime
    clock: TurnedClock

    async def save(self, *triggers: Trigger, nodes: list[Node] | None = None, name: str = "Digest") -> Workflow:
        graph = workflow(nodes=nodes or [seed()], name=name).model_copy(update={"triggers": list(triggers)})
        return (await self.runtime.pipeline.workflows.save(graph)).workflow

    async def look(self, at: str | float | None = None, zone: str = ZONE) -> None:
        """Set the clock, if a time is given, and see to what is due."""
        if at is not None:
            self.clock.set(moment(at, zone) if isinstance(at, str) else at)
        await self.runtime.triggers.keeper.look()

    async def runs(self) -> list[RunSummary]:
        """All runs, the oldest first."""
        return (await self.runtime.pipeline.queries.page(RunFilter(), 200)).runs[::-1]

    async def scheduled(self) -> list[str]:
        """The times the runs were started for, in order."""
        found = [await self.trigger_data(run.id) for run in await self.runs()]
        return sorted(str(data["scheduledAt"]) for data in found)

    async def trigger_data(self, run_id: RunId) -> dict[str, Any]:
        return dict((await self.runtime.pipeline.queries.detail(run_id)).trigger_data)

    async def only(self) -> ScheduleInfo:
        (info,) = await self.runtime.triggers.schedules.list()
        return info

    async def over(self, run_id: RunId) -> str:
        """The run's status when it is over."""
        async for _ in self.runtime.pipeline.follow(run_id):
            pass
        return (await self.runtime.pipeline.queries.summary(run_id)).status


def every(cron: str, **fields: Any) -> Schedule:
    return Schedule(**({"cron": cron, "timezone": ZONE} | fields))


@asynccontextmanager
async def bench_on(settings: Settings, clock: TurnedClock) -> AsyncIterator[Bench]:
    """Everything runs, but schedules are looked at by the test alone."""
    async with running(settings) as runtime:
        await runtime.triggers.keeper.close()
        yield Bench(runtime, clock)
