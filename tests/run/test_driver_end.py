"""Cancel at every moment, and stop in good order."""

from __future__ import annotations

import asyncio

import pytest
from support.clocks import turned_clock
from support.drive import Drive, ended
from support.graphs import node, workflow

from voicegraph.errors import Conflict
from voicegraph.graph.model import NodeId
from voicegraph.run.engine_promise import End, EnginePromise
from voicegraph.run.grace_period import GracePeriod
from voicegraph.run.state import NodeStatus, RunStatus

A, B = NodeId("a"), NodeId("b")
SLOW = EnginePromise(retries=True, parks=False, retry_base=3600)
HELD = workflow("a>b", nodes=[node("a", "gate")])


def check_cancelled(drive: Drive) -> None:
    disk = drive.sink.disk
    assert disk.change.status is RunStatus.CANCELLED
    assert disk.change.finished_at is not None
    assert disk.change.wake_at is None
    assert disk.story[-1] == ("cancelled", None)
    assert disk.story.count(("cancelled", None)) == 1
    assert not {"running", "retrying", "waiting"} & {*disk.statuses.values()}


async def test_cancel_stops_a_node_at_work(drive: Drive):
    driver = await drive.start(HELD)
    await drive.probe.gates["a"].enter()
    assert await driver.cancel()
    assert await ended(driver) is End.OVER
    check_cancelled(drive)
    await asyncio.sleep(0)
    assert drive.probe.gates["a"].left.is_set()
    assert drive.probe.order == ["a"]


async def test_cancel_while_the_start_is_being_written(drive: Drive):
    drive.sink.hold()
    starting = asyncio.create_task(drive.start(HELD))
    await drive.sink.arrived()
    cancelling = asyncio.create_task(drive.drivers[0].cancel())
    await drive.sink.arrived(2)
    drive.sink.release()
    driver = await starting
    assert await cancelling
    assert await ended(driver) is End.OVER
    assert drive.probe.order == []
    check_cancelled(drive)


async def test_cancel_while_a_result_is_being_written(drive: Drive):
    """The result is kept, the next node is not started."""
    driver = await drive.start(HELD)
    await drive.probe.gates["a"].enter()
    drive.sink.hold()
    drive.probe.gates["a"].opened.set()
    await drive.sink.arrived()
    cancelling = asyncio.create_task(driver.cancel())
    await drive.sink.arrived(2)
    drive.sink.release()
    assert await cancelling
    check_cancelled(drive)
    assert drive.sink.disk.statuses == {"a": "completed", "b": "cancelled"}
    assert drive.probe.order == ["a"]


async def test_cancel_while_the_last_entry_is_being_written_is_too_late(drive: Drive):
    driver = await drive.start(workflow(nodes=[node("a", "gate")]))
    await drive.probe.gates["a"].enter()
    drive.sink.hold()
    drive.probe.gates["a"].opened.set()
    await drive.sink.arrived()
    assert not await driver.cancel()
    drive.sink.release()
    await ended(driver)
    assert drive.sink.disk.change.status is RunStatus.COMPLETED


@pytest.mark.parametrize("waiting", [node("a", "later", seconds=3600), node("a", "fail", retryable=True)])
async def test_cancel_wins_over_a_timer(drive: Drive, waiting: object):
    driver = await drive.start(workflow("a>b", nodes=[waiting]), SLOW)  # pyright: ignore
    await drive.sink.until(lambda disk: disk.statuses[A] is not NodeStatus.RUNNING)
    assert await driver.cancel()
    check_cancelled(drive)
    assert drive.sink.disk.rows[A].due_at is None
    assert drive.sink.disk.rows[A].output is None


async def test_cancel_while_a_retry_is_being_written(drive: Drive):
    driver = await drive.start(workflow(nodes=[node("x", "gate"), node("a", "gate_then_fail", retryable=True)]))
    await drive.probe.gates["a"].enter()
    drive.sink.hold()
    drive.probe.gates["a"].opened.set()
    await drive.sink.arrived(2)
    cancelling = asyncio.create_task(driver.cancel())
    await drive.sink.arrived(3)
    drive.sink.release()
    assert await cancelling
    check_cancelled(drive)
    assert drive.probe.starts["a"] == 1


async def test_cancel_a_run_that_is_not_in_memory(drive: Drive):
    driver = await drive.start(workflow("a>b", nodes=[node("a", "later", seconds=3600)]))
    assert await ended(driver) is End.PARKED
    stored = drive.sink.disk.stored()
    assert await drive.driver(stored.run).cancel_stored(stored)
    check_cancelled(drive)
    assert drive.sink.disk.statuses == {"a": "cancelled"}


async def test_a_run_that_is_over_cannot_be_cancelled(drive: Drive):
    driver = await drive.start(workflow("a>b"))
    await ended(driver)
    assert not await driver.cancel()
    stored = drive.sink.disk.stored()
    assert not await drive.driver(stored.run).cancel_stored(stored)


async def test_only_one_of_two_cancels_is_told_that_it_did_it(drive: Drive):
    driver = await drive.start(HELD)
    await drive.probe.gates["a"].enter()
    assert sorted(await asyncio.gather(driver.cancel(), driver.cancel())) == [False, True]
    check_cancelled(drive)


async def test_cancel_while_the_run_is_being_taken_up(drive: Drive):
    await drive.start(HELD)
    await drive.probe.gates["a"].enter()
    await drive.crash()
    drive.sink.hold()
    resuming = asyncio.create_task(drive.resume())
    await drive.sink.arrived()
    cancelling = asyncio.create_task(drive.drivers[-1].cancel())
    await drive.sink.arrived(2)
    drive.sink.release()
    await resuming
    assert await cancelling
    check_cancelled(drive)
    assert drive.probe.starts["a"] == 1


# -- stop in good order


async def test_stop_lets_nodes_in_flight_finish_and_starts_nothing(drive: Drive):
    driver = await drive.start(HELD)
    await drive.probe.gates["a"].enter()
    stopping = asyncio.create_task(driver.stop(GracePeriod(10)))
    await asyncio.sleep(0)
    drive.probe.gates["a"].opened.set()
    await stopping
    assert await ended(driver) is End.STOPPED
    assert drive.sink.disk.statuses == {"a": "completed"}
    assert drive.sink.disk.change.status is RunStatus.RUNNING
    assert drive.probe.order == ["a"]

    assert await ended(await drive.resume()) is End.OVER
    assert drive.probe.order == ["a", "b"]
    assert drive.sink.disk.change.status is RunStatus.COMPLETED
    assert not [event for event in drive.sink.disk.events if event.kind == "log"], "nothing was cut off"


async def test_a_run_that_ends_while_the_server_stops_is_over(drive: Drive):
    driver = await drive.start(workflow(nodes=[node("a", "gate")]))
    await drive.probe.gates["a"].enter()
    stopping = asyncio.create_task(driver.stop(GracePeriod(10)))
    await asyncio.sleep(0)
    drive.probe.gates["a"].opened.set()
    await stopping
    assert await ended(driver) is End.OVER
    assert drive.sink.disk.change.status is RunStatus.COMPLETED


async def test_when_patience_ends_the_start_does_not_count_against_the_node(drive: Drive):
    driver = await drive.start(HELD)
    await drive.probe.gates["a"].enter()
    await driver.stop(GracePeriod(0.01))
    assert await ended(driver) is End.STOPPED
    await drive.probe.gates["a"].left.wait()
    assert drive.sink.disk.rows[A].begun_at is None
    assert drive.sink.disk.statuses == {"a": "running"}

    again = await drive.resume()
    await drive.probe.gates["a"].enter()
    assert drive.sink.disk.rows[A].begun_at is not None
    uncertain = [event for event in drive.sink.disk.events if event.data and event.data.get("uncertain")]
    assert [event.node_id for event in uncertain] == ["a"]
    drive.probe.gates["a"].opened.set()
    assert await ended(again) is End.OVER
    assert drive.probe.order == ["a", "a", "b"]


async def test_ten_restarts_of_the_server_poison_nobody(drive: Drive):
    driver = await drive.start(HELD)
    for _ in range(10):
        await drive.probe.gates["a"].enter()
        await driver.stop(GracePeriod(0))
        driver = await drive.resume()
    await drive.probe.gates["a"].enter()
    drive.probe.gates["a"].opened.set()
    await ended(driver)
    assert drive.sink.disk.change.status is RunStatus.COMPLETED


async def test_stop_leaves_timers_to_the_next_process(drive: Drive, monkeypatch: pytest.MonkeyPatch):
    turned = turned_clock(monkeypatch)
    nodes = [node("a", "fail", times=1, retryable=True), node("b", "later", seconds=3600)]
    driver = await drive.start(workflow("a>c", "b>c", nodes=nodes), SLOW)
    await drive.sink.until(lambda disk: NodeStatus.RUNNING not in disk.statuses.values())
    await driver.stop(GracePeriod(10))
    assert await ended(driver) is End.STOPPED
    assert drive.sink.disk.statuses == {"a": "retrying", "b": "waiting"}

    turned.turn(3601)
    assert await ended(await drive.resume(promise=SLOW)) is End.OVER
    assert drive.probe.starts == {"a": 2, "b": 1, "c": 1}


async def test_stop_while_the_start_is_being_written(drive: Drive):
    drive.sink.hold()
    starting = asyncio.create_task(drive.start(HELD))
    await drive.sink.arrived()
    stopping = asyncio.create_task(drive.drivers[0].stop(GracePeriod(10)))
    await drive.sink.arrived(2)
    drive.sink.release()
    driver = await starting
    await stopping
    assert await ended(driver) is End.STOPPED
    assert drive.probe.order == []

    drive.probe.gates["a"].opened.set()
    assert await ended(await drive.resume()) is End.OVER
    assert drive.probe.order == ["a", "b"]


async def test_a_timer_that_rings_while_the_server_stops_waits_for_the_next(drive: Drive):
    nodes = [node("a", "gate"), node("b", "later", seconds=0.02)]
    driver = await drive.start(workflow("b>c", nodes=nodes))
    await drive.probe.gates["a"].enter()
    await driver.stop(GracePeriod(0.05))
    assert drive.sink.disk.statuses == {"a": "running", "b": "waiting"}
    drive.probe.gates["a"].opened.set()
    assert await ended(await drive.resume()) is End.OVER
    assert drive.sink.disk.statuses == {"a": "completed", "b": "completed", "c": "completed"}


async def test_stop_does_not_wait_for_ever_for_a_disk_that_refuses(drive: Drive, monkeypatch: pytest.MonkeyPatch):
    """What is queued is the journal's to write or to give up: the process must end."""
    monkeypatch.setattr("voicegraph.run.driver.LAST_WRITE", 0.02)
    driver = await drive.start(HELD)
    await drive.probe.gates["a"].enter()
    drive.sink.hold()
    async with asyncio.timeout(5):
        await driver.stop(GracePeriod(0.02))
    assert await ended(driver) is End.STOPPED


async def test_a_run_leaves_memory_though_the_disk_refuses_even_its_end(drive: Drive):
    """An entry that is refused for good, and then the one that says so: the run's place must be free again."""
    driver = await drive.start(HELD)
    await drive.probe.gates["a"].enter()
    drive.sink.refusals += [Conflict("conflict", "No."), Conflict("conflict", "Not that either.")]
    drive.probe.gates["a"].opened.set()
    assert await ended(driver) is End.REFUSED
    assert drive.sink.disk.statuses == {"a": "running"}, "the engine takes it up again"


async def test_the_time_limit_of_a_run_that_was_not_accepted_never_passes(drive: Drive):
    graph = workflow("a>b", nodes=[node("a", "gate")])
    graph.timeout = 0.01
    drive.sink.refusals.append(Conflict("conflict", "No."))
    with pytest.raises(Conflict):
        await drive.start(graph)
    assert drive.drivers[-1]._deadline.at is None
