"""Retries and waits: timers in memory and on disk."""

from __future__ import annotations

import asyncio

import pytest
from support.clocks import TurnedClock, turned_clock
from support.drive import BACKGROUND, Drive, ended
from support.graphs import node, workflow

from voicegraph.graph.model import NodeId, Retry
from voicegraph.run.engine_promise import PARK_AFTER, End, EnginePromise
from voicegraph.run.state import NodeStatus, RunStatus

A = NodeId("a")
STAYS = EnginePromise(retries=False, parks=False)
SLOW = EnginePromise(retries=True, parks=True, retry_base=3600)


@pytest.fixture
def turned(monkeypatch: pytest.MonkeyPatch) -> TurnedClock:
    return turned_clock(monkeypatch)


async def test_a_flaky_node_is_tried_again_and_says_so(drive: Drive):
    disk = await drive.run(workflow("a>b", nodes=[node("a", "fail", times=2, retryable=True)]))
    assert disk.statuses == {"a": "completed", "b": "completed"}
    assert [(event.kind, event.attempt) for event in disk.events if event.node_id == "a"] == [
        *[("start", 1), ("retry", 1), ("start", 2), ("retry", 2), ("start", 3), ("success", 3)]
    ]
    assert [context.attempt for context in drive.probe.contexts[:3]] == [1, 2, 3]
    assert {context.idempotency_key for context in drive.probe.contexts[:3]} == {"run_1:a"}
    retry = next(event for event in disk.events if event.kind == "retry")
    assert retry.error == {"code": "broken", "message": "It broke.", "retryable": True}
    assert retry.data
    assert "dueAt" in retry.data


async def test_tries_are_counted(drive: Drive):
    disk = await drive.run(workflow(nodes=[node("a", "fail", retryable=True, retry=Retry(attempts=4))]))
    assert drive.probe.starts["a"] == 4
    assert disk.rows[A].attempt == 4
    assert disk.statuses == {"a": "failed"}


async def test_a_short_wait_stays_in_memory(drive: Drive):
    disk = await drive.run(workflow("a>b", nodes=[node("a", "later", seconds=0.05, text="waited")]))
    assert drive.probe.inputs["b"].text == "waited"
    assert [event.kind for event in disk.events if event.node_id == "a"] == ["start", "waiting", "success"]
    statuses = [entry.change.status for entry in drive.sink.entries if entry.change]
    assert statuses == ["running", "waiting", "running", "completed"]


async def test_a_wait_that_is_over_already_goes_on_at_once(drive: Drive):
    disk = await drive.run(workflow("a>b", nodes=[node("a", "later", seconds=-5)]))
    assert disk.statuses == {"a": "completed", "b": "completed"}


async def test_a_run_that_only_waits_long_leaves_memory_and_comes_back(drive: Drive, turned: TurnedClock):
    driver = await drive.start(workflow("a>b", nodes=[node("a", "later", seconds=3600, text="waited")]))
    assert await ended(driver) is End.PARKED
    disk = drive.sink.disk
    assert disk.change.status is RunStatus.WAITING
    assert disk.change.wake_at == disk.rows[A].due_at

    turned.turn(3601)
    assert await ended(await drive.resume()) is End.OVER
    disk = drive.sink.disk
    assert disk.change.status is RunStatus.COMPLETED
    assert disk.change.wake_at is None
    assert drive.probe.order == ["a", "b"], "a wait is not asked twice"
    assert drive.probe.inputs["b"].text == "waited"


async def test_a_run_that_only_waits_for_a_retry_leaves_memory_and_comes_back(drive: Drive, turned: TurnedClock):
    driver = await drive.start(workflow(nodes=[node("a", "fail", times=1, retryable=True)]), SLOW)
    assert await ended(driver) is End.PARKED
    disk = drive.sink.disk
    assert disk.change.status is RunStatus.RUNNING
    assert disk.change.wake_at == disk.rows[A].due_at
    assert disk.statuses == {"a": "retrying"}

    turned.turn(3601)
    assert await ended(await drive.resume()) is End.OVER
    assert drive.sink.disk.change.status is RunStatus.COMPLETED
    assert drive.probe.contexts[-1].attempt == 2


async def test_the_nearest_timer_wakes_a_parked_run(drive: Drive, turned: TurnedClock):
    nodes = [node("a", "later", seconds=7200), node("b", "later", seconds=3600)]
    driver = await drive.start(workflow("a>c", "b>d", nodes=nodes))
    assert await ended(driver) is End.PARKED
    assert drive.sink.disk.change.wake_at == drive.sink.disk.rows[NodeId("b")].due_at

    turned.turn(3601)
    again = await drive.resume()
    assert await ended(again) is End.PARKED
    assert drive.probe.order[2:] == ["d"]
    assert drive.sink.disk.change.wake_at == drive.sink.disk.rows[A].due_at

    turned.turn(3601)
    assert await ended(await drive.resume()) is End.OVER
    assert drive.probe.order[2:] == ["d", "c"]


async def test_a_run_with_a_node_at_work_stays(drive: Drive):
    driver = await drive.start(workflow(nodes=[node("a", "later", seconds=3600), node("b", "gate")]))
    await drive.probe.gates["b"].enter()
    assert not driver.ended.done()
    drive.probe.gates["b"].opened.set()
    assert await ended(driver) is End.PARKED


async def test_an_engine_that_does_not_park_keeps_the_run(drive: Drive):
    driver = await drive.start(workflow(nodes=[node("a", "later", seconds=3600)]), STAYS)
    await drive.sink.until(lambda disk: disk.change.status is RunStatus.WAITING)
    assert drive.sink.disk.change.wake_at is None
    assert not driver.ended.done()
    await driver.cancel()


async def test_a_failure_gives_up_what_only_waits(drive: Drive):
    """Without this, a failed run would stay open for as long as its longest timer."""
    nodes = [
        node("a", "later", seconds=3600),
        node("b", "fail", retryable=True),
        node("c", "gate_then_fail", message="For good."),
    ]
    driver = await drive.start(workflow("a>d", "b>d", nodes=nodes), SLOW)
    await drive.probe.gates["c"].enter()
    await drive.sink.until(lambda disk: disk.statuses[NodeId("b")] is NodeStatus.RETRYING)
    drive.probe.gates["c"].opened.set()
    assert await ended(driver) is End.OVER
    disk = drive.sink.disk
    assert disk.statuses == {"a": "cancelled", "b": "failed", "c": "failed", "d": "skipped"}
    assert disk.rows[A].output is None
    assert disk.change.error
    assert disk.change.error["nodeId"] == "c"
    assert all(row.due_at is None for row in disk.rows.values())


async def test_a_timer_that_rings_in_the_turn_of_a_failure_starts_nothing(drive: Drive):
    nodes = [node("a", "fail", retryable=True), node("b", "later", seconds=3600), node("c", "gate_then_fail")]
    driver = await drive.start(workflow("b>d", nodes=nodes), SLOW)
    await drive.probe.gates["c"].enter()
    drive.probe.gates["c"].opened.set()
    driver._ring(A)
    driver._ring(NodeId("b"))
    assert await ended(driver) is End.OVER
    assert drive.probe.starts == {"a": 1, "b": 1, "c": 1}
    assert drive.sink.disk.statuses == {"a": "failed", "b": "cancelled", "c": "failed", "d": "skipped"}
    assert drive.sink.disk.change.error
    assert drive.sink.disk.change.error["nodeId"] == "c"


# -- a slow disk: what is not written yet must not be overtaken


async def test_a_retry_that_is_due_before_its_checkpoint_is_on_disk_can_still_be_cancelled(drive: Drive):
    nodes = [node("x", "gate"), node("a", "gate_then_fail", times=1, retryable=True)]
    driver = await drive.start(workflow("a>b", nodes=nodes))
    gate = drive.probe.gates["a"]
    await gate.enter()
    drive.sink.hold()
    gate.opened.set()
    await drive.sink.arrived(2)  # the retry, and the start that follows it
    gate.opened.clear()
    drive.sink.release()
    await gate.enter()
    gate.left.clear()
    assert await driver.cancel()
    await gate.left.wait()
    assert drive.sink.disk.statuses["a"] == NodeStatus.CANCELLED
    assert drive.sink.disk.story[-1] == ("cancelled", None)


async def test_a_timer_that_rings_while_the_run_is_being_parked_is_not_lost(
    drive: Drive, turned: TurnedClock, monkeypatch: pytest.MonkeyPatch
):
    """The disk takes longer than the wait. Whoever owns the run afterwards, somebody must."""
    monkeypatch.setattr("voicegraph.run.driver.PARK_AFTER", 0.01)
    driver = await drive.start(workflow("a>b", nodes=[node("a", "later", seconds=0.05)]))
    drive.sink.hold()
    await drive.sink.arrived()
    await asyncio.sleep(0.1)  # the timer's time passes
    drive.sink.release()
    if await ended(driver) is End.PARKED:
        disk = drive.sink.disk
        assert disk.change.wake_at is not None, "parked, but nothing on disk says when to come back"
        assert disk.statuses == {"a": "waiting"}
        driver = await drive.resume()
        assert await ended(driver) is End.OVER
    assert drive.sink.disk.change.status is RunStatus.COMPLETED
    assert drive.probe.order == ["a", "b"]


def test_parking_is_for_waits_that_are_worth_it():
    assert PARK_AFTER == 1.0
    assert BACKGROUND.parks
