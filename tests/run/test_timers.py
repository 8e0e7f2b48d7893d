"""A wall's clock that leaps, as that of a laptop does that slept: what is due by it happens soon after, not an hour later."""

from __future__ import annotations

import asyncio

import pytest
from support.clocks import TurnedClock, turned_clock
from support.drive import Drive, ended
from support.graphs import node, workflow
from support.sink import Disk

from voicegraph.graph.model import Workflow
from voicegraph.run import timers
from voicegraph.run.engine_promise import End, EnginePromise

HOUR = 3600.0
STAYS = EnginePromise(retries=True, parks=False, retry_base=HOUR)


@pytest.fixture
def turned(monkeypatch: pytest.MonkeyPatch) -> TurnedClock:
    monkeypatch.setattr(timers, "LOOK_AGAIN", 0.02)
    return turned_clock(monkeypatch)


def test_a_minute_at_most_is_slept_without_a_look_at_the_clock() -> None:
    assert timers.LOOK_AGAIN == 60
    assert timers.until(0.0) == 0


def rests(disk: Disk) -> bool:
    items = (row for rows in disk.items.values() for row in rows.values())
    return any(row.status.rests for row in (*disk.rows.values(), *items))


@pytest.mark.parametrize(
    "graph",
    [
        workflow("a>b", nodes=[node("a", "later", seconds=HOUR)]),
        workflow("a>b", nodes=[node("a", "fail", times=1, retryable=True)]),
        workflow(
            "list>w",
            "w>b",
            nodes=[
                node("list", "values", data=["i0"]),
                node("w", "work", each=True, bad=[0], times=1, retryable=True),
            ],
        ),
    ],
    ids=["wait", "retry", "retry of an item"],
)
async def test_what_rests_is_taken_up_when_the_clock_leapt(drive: Drive, turned: TurnedClock, graph: Workflow) -> None:
    driver = await drive.start(graph, STAYS)
    while not rests(drive.sink.disk):  # noqa: ASYNC110 - the sink only keeps
        await asyncio.sleep(0.001)
    assert not driver.ended.done()
    turned.turn(2 * HOUR)
    assert await ended(driver) is End.OVER
    assert drive.sink.disk.statuses["b"] == "completed"


async def test_a_run_ends_when_the_clock_leapt_past_its_limit(drive: Drive, turned: TurnedClock) -> None:
    graph = workflow("a>b", nodes=[node("a", "gate")]).model_copy(update={"timeout": HOUR})
    driver = await drive.start(graph, STAYS)
    await drive.probe.gates["a"].enter()
    turned.turn(2 * HOUR)
    assert await ended(driver) is End.OVER
    assert drive.sink.disk.statuses["a"] == "cancelled"
