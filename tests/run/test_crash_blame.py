"""Which nodes a death of the process is laid to, and what becomes of them."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st
from support.drive import Drive, ended
from support.graphs import node, workflow

from voicegraph.graph.model import NodeId, RunId
from voicegraph.run.crash_blame import (
    MAX_DEATHS,
    SOON_SECONDS,
    SUSPECT_DEATHS,
    Death,
    Flight,
    SuspectTurns,
    blamed,
)
from voicegraph.run.engine_promise import End
from voicegraph.run.grace_period import GracePeriod
from voicegraph.run.state import NodeStatus, RunStatus

A, B, W = NodeId("a"), NodeId("b"), NodeId("w")
NOW = 1_000.0


@st.composite
def flights(draw: st.DrawFn) -> list[Flight]:
    ages = draw(st.lists(st.floats(-100, 100), max_size=5))
    return [
        Flight(RunId("r"), NodeId(f"n{n}"), None, NOW - age, draw(st.integers(0, MAX_DEATHS - 1)), draw(st.booleans()))
        for n, age in enumerate(ages)
    ]


@given(flights(), st.none() | st.just(NOW), st.booleans())
def test_a_death_is_laid_to_a_node_only_with_evidence(at_work: list[Flight], at: float | None, planned: bool):
    guilty = blamed(at_work, Death(at, planned))
    assert not (planned and guilty)
    for one in guilty:
        assert one.ours
        assert len(at_work) == 1 or (at is not None and at - one.begun_at <= SOON_SECONDS)
    if any(one.deaths >= SUSPECT_DEATHS for one in guilty):
        assert all(one.deaths >= SUSPECT_DEATHS for one in guilty), "beside a suspect nobody else is blamed"


@given(flights())
def test_a_node_that_had_just_started_never_goes_free_but_beside_a_suspect(at_work: list[Flight]):
    fresh = [one for one in at_work if one.ours and 0 <= NOW - one.begun_at <= SOON_SECONDS]
    guilty = blamed(at_work, Death(NOW))
    assert {*fresh} <= {*guilty} or any(one.deaths >= SUSPECT_DEATHS for one in guilty)


def test_a_node_that_is_all_there_is_answers_for_a_death_at_any_time():
    alone = Flight(RunId("r"), A, None, NOW - 3600, 0)
    assert blamed([alone], Death(NOW)) == [alone]
    assert blamed([alone], Death(None)) == [alone]
    assert blamed([alone, Flight(RunId("r"), B, None, NOW - 3600, 0, ours=False)], Death(NOW)) == []


async def test_a_long_node_lives_through_any_number_of_crashes_beside_others(drive: Drive):
    await drive.start(workflow(nodes=[node("a", "gate"), node("b", "gate")]))
    for _ in range(3 * MAX_DEATHS):
        for name in ("a", "b"):
            await drive.probe.gates[name].enter()
        await drive.crash(lived=SOON_SECONDS + 1)
        driver = await drive.resume()
    assert {row.deaths for row in drive.sink.disk.rows.values()} == {0}
    for name in ("a", "b"):
        drive.probe.gates[name].opened.set()
    assert await ended(driver) is End.OVER
    assert drive.sink.disk.change.status is RunStatus.COMPLETED


async def test_a_planned_restart_is_nobodys_fault_however_often_it_comes(drive: Drive):
    driver = await drive.start(workflow(nodes=[node("a", "gate")]))
    for _ in range(MAX_DEATHS + 5):
        await drive.probe.gates["a"].enter()
        await driver.stop(GracePeriod(0))
        await drive.crash()
        driver = await drive.resume()
    assert (drive.sink.disk.rows[A].deaths, drive.sink.disk.rows[A].starts) == (0, MAX_DEATHS + 6)
    drive.probe.gates["a"].opened.set()
    assert await ended(driver) is End.OVER
    assert drive.sink.disk.change.status is RunStatus.COMPLETED


async def test_short_nodes_beside_one_that_takes_the_process_down_finish(drive: Drive):
    """They die with it until all are suspects; then each is tried by itself, and only one of them dies again."""
    names = ["a", "b", "c"]
    await drive.start(workflow(nodes=[node(name, "gate", on_error="continue") for name in names]))
    driver = await drive.suspect(*names)
    drive.probe.gates["b"].opened.set()
    drive.probe.gates["c"].opened.set()
    for _ in range(MAX_DEATHS - SUSPECT_DEATHS):
        await drive.probe.gates["a"].enter()
        await drive.crash()
        driver = await drive.resume()
    assert await ended(driver) is End.OVER
    assert drive.sink.disk.statuses == {"a": "failed", "b": "completed", "c": "completed"}
    assert "resumed" in str((drive.sink.disk.rows[A].error or {})["message"])


async def test_a_suspect_that_waits_for_its_turn_says_so_and_leaves_when_the_server_stops(drive: Drive):
    await drive.start(workflow(nodes=[node("a", "gate")]))
    driver = await drive.suspect("a", turns=SuspectTurns(calm=3600))
    row, event = drive.sink.disk.rows[A], drive.sink.disk.events[-1]
    assert (event.kind, event.node_id, (event.data or {})["waitsFor"]) == ("waiting", "a", "turn")
    assert (row.waits or {})["kind"] == "turn"
    assert f"stopped {SUSPECT_DEATHS} times" in event.message
    async with asyncio.timeout(20):
        await driver.stop(GracePeriod(3600))
    await drive.crash()
    assert drive.sink.disk.rows[A].deaths == SUSPECT_DEATHS, "it was not at work"
    drive.probe.gates["a"].opened.set()
    assert await ended(await drive.resume()) is End.OVER
    assert drive.sink.disk.rows[A].waits is None
    assert drive.sink.disk.change.status is RunStatus.COMPLETED


async def test_an_item_that_waits_for_its_turn_says_so(drive: Drive):
    work = node("w", "work", each=True, concurrency=2)
    drive.probe.gates["w:0"]
    await drive.start(workflow("list>w", nodes=[node("list", "values", data=["x", "y"]), work]))
    await drive.sink.until(lambda disk: NodeStatus.COMPLETED in [row.status for row in disk.items[W].values()])
    driver = await drive.suspect("w:0", turns=SuspectTurns(calm=3600))
    await drive.sink.until(lambda disk: disk.items[W][0].status is NodeStatus.WAITING)
    disk = drive.sink.disk
    assert disk.items[W][1].deaths == 0, "it was done"
    assert any((event.data or {}).get("waitsFor") == "turn" for event in disk.events)
    async with asyncio.timeout(20):
        await driver.stop(GracePeriod(3600))
    drive.probe.gates["w:0"].opened.set()
    await drive.crash()
    assert await ended(await drive.resume()) is End.OVER
    assert drive.sink.disk.change.status is RunStatus.COMPLETED
