"""A process that dies between items: what was done stays done, and the node ends as if nothing had happened."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.drive import Drive, ended
from support.graphs import node, workflow
from support.sink import Disk, cut_short

from voicegraph.errors import StorageError
from voicegraph.graph.model import NodeId, Retry, Workflow
from voicegraph.run.crash_blame import MAX_DEATHS, SuspectTurns
from voicegraph.run.engine_promise import End
from voicegraph.run.grace_period import GracePeriod
from voicegraph.run.state import NodeStatus, RunStatus

W = NodeId("w")


def listed(count: int, **fields: object) -> Workflow:
    work = node("w", "work", each=True, **fields)
    return workflow("list>w", "w>end", nodes=[node("list", "values", data=[f"i{n}" for n in range(count)]), work])


@settings(max_examples=40, deadline=None)
@given(st.data())
async def test_no_item_that_was_done_is_done_again_after_any_crash(data: st.DataObject):
    graph = listed(
        data.draw(st.integers(0, 6)),
        concurrency=data.draw(st.integers(1, 3)),
        bad=data.draw(st.lists(st.integers(0, 5), max_size=2)),
        times=data.draw(st.sampled_from([1, 1_000])),
        retryable=True,
        retry=Retry(attempts=2),
        on_error="continue",
    )
    async with Drive() as drive:
        whole = await drive.run(graph)
        entries = drive.sink.entries
    for _ in range(2):
        entries = cut_short(data, entries)
        disk = Disk.after(entries)
        async with Drive() as drive:
            drive.sink.entries = entries
            if not disk.change.status.terminal:
                assert await ended(await drive.resume()) is End.OVER
        settled = {
            item for item, row in disk.items[W].items() if row.status in (NodeStatus.COMPLETED, NodeStatus.FAILED)
        }
        assert not settled & {*drive.probe.items}, "what was settled ran again"
    after = Disk.after(entries)
    assert after.change.status is RunStatus.COMPLETED
    assert after.rows[W].output == whole.rows[W].output
    assert after.rows[W].items == whole.rows[W].items


async def test_a_node_lives_through_more_crashes_than_one_of_its_items_may_cause(drive: Drive):
    for item in range(MAX_DEATHS + 2):
        drive.probe.gates[f"w:{item}"]
    driver = await drive.start(listed(MAX_DEATHS + 2, concurrency=1))
    for item in range(MAX_DEATHS + 2):
        await drive.probe.gates[f"w:{item}"].enter()
        await drive.crash()
        driver = await drive.resume()
        await drive.probe.gates[f"w:{item}"].enter()
        drive.probe.gates[f"w:{item}"].opened.set()
    assert await ended(driver) is End.OVER
    assert drive.sink.disk.change.status is RunStatus.COMPLETED


async def test_an_item_whose_turn_cannot_be_written_ends_the_run_with_a_reason(drive: Drive):
    drive.probe.gates["w:0"]
    await drive.start(listed(1))
    turns = SuspectTurns()
    async with turns.turn():
        driver = await drive.suspect("w:0", turns=turns)
        await drive.sink.until(lambda disk: disk.items[W][0].status is NodeStatus.WAITING)
        drive.sink.refusals.append(StorageError("No such value can be stored."))
    assert await ended(driver) is End.OVER
    assert "No such value" in str((drive.sink.disk.change.error or {})["message"])


@pytest.mark.parametrize("on_error", ["fail", "continue"])
async def test_an_item_that_takes_the_process_down_is_given_up(drive: Drive, on_error: str):
    drive.probe.gates["w:1"]
    driver = await drive.start(listed(3, concurrency=1, on_error=on_error, retry=Retry(attempts=9, on=["any"])))
    for start in range(MAX_DEATHS):
        await drive.probe.gates["w:1"].enter()
        assert drive.sink.disk.items[W][1].starts == start + 1
        await drive.crash()
        driver = await drive.resume()
    assert await ended(driver) is End.OVER
    disk = drive.sink.disk
    assert drive.probe.items.count(1) == MAX_DEATHS
    assert (disk.items[W][1].error or {})["code"] == "quarantined"
    assert disk.change.status is (RunStatus.FAILED if on_error == "fail" else RunStatus.COMPLETED)


async def test_a_server_that_stops_in_order_lets_items_in_flight_finish_and_starts_no_more(drive: Drive):
    drive.probe.gates["w:0"]
    driver = await drive.start(listed(3, concurrency=1))
    await drive.probe.gates["w:0"].enter()
    drive.probe.gates["w:0"].opened.set()
    await driver.stop(GracePeriod(5))
    assert await ended(driver) is End.STOPPED
    assert drive.probe.items == [0]
    assert drive.sink.disk.items[W][0].status is NodeStatus.COMPLETED
    assert await ended(await drive.resume()) is End.OVER
    assert drive.probe.items == [0, 1, 2]


async def test_an_item_that_is_cut_off_by_the_servers_end_however_often_is_not_to_blame(drive: Drive):
    drive.probe.gates["w:0"]
    driver = await drive.start(listed(2, concurrency=1))
    for _ in range(MAX_DEATHS + 5):
        await drive.probe.gates["w:0"].enter()
        await driver.stop(GracePeriod(0))
        await drive.crash()
        driver = await drive.resume()
    assert drive.sink.disk.items[W][0].deaths == 0
    await driver.stop(GracePeriod(0))
    drive.probe.gates["w:0"].opened.set()
    assert await ended(await drive.resume()) is End.OVER
    assert drive.sink.disk.change.status is RunStatus.COMPLETED


async def test_a_run_whose_items_wait_for_their_next_try_leaves_memory(drive: Drive):
    graph = listed(2, bad=[0], times=1, retryable=True, retry=Retry(attempts=2, base=3600))
    driver = await drive.start(graph)
    assert await ended(driver) is End.PARKED
    disk = drive.sink.disk
    assert disk.statuses[W] is NodeStatus.RETRYING
    assert disk.items[W][0].status is NodeStatus.RETRYING
    assert disk.items[W][1].status is NodeStatus.COMPLETED
    stored = disk.stored()
    stored.nodes[W].due_at = stored.items[W][0].due_at = 0.0
    assert await ended(await drive.resume(stored)) is End.OVER
    assert drive.probe.items == [0, 1, 0]
    assert drive.sink.disk.rows[W].output


@pytest.mark.parametrize("on_error", ["fail", "continue"])
async def test_an_error_that_may_pass_while_the_server_stops_gets_its_next_try_from_the_next_process(
    drive: Drive, on_error: str
):
    drive.probe.gates["w:0"]
    graph = listed(2, concurrency=1, bad=[0], times=1, retryable=True, on_error=on_error)
    driver = await drive.start(graph)
    await drive.probe.gates["w:0"].enter()
    stopping = asyncio.create_task(driver.stop(GracePeriod(5)))
    await asyncio.sleep(0)  # it has begun to stop
    drive.probe.gates["w:0"].opened.set()
    await stopping
    assert await ended(driver) is End.STOPPED
    kept = drive.sink.disk.items[W][0]
    assert (kept.status, kept.attempt) == (NodeStatus.RETRYING, 1)
    assert kept.due_at is not None
    assert drive.probe.items == [0]
    assert await ended(await drive.resume()) is End.OVER
    assert drive.sink.disk.change.status is RunStatus.COMPLETED
    assert drive.probe.items in ([0, 0, 1], [0, 1, 0])


async def test_a_try_that_fails_after_the_run_failed_elsewhere_is_the_last(drive: Drive):
    drive.probe.gates["w:0"]
    graph = listed(1, bad=[0], times=1, retryable=True)
    graph = graph.model_copy(update={"nodes": [*graph.nodes, node("x", "gate_then_fail")]})
    driver = await drive.start(graph)
    await drive.probe.gates["w:0"].enter()
    drive.probe.gates["x"].opened.set()
    await drive.sink.until(lambda disk: disk.statuses.get(NodeId("x")) is NodeStatus.FAILED)
    drive.probe.gates["w:0"].opened.set()
    assert await ended(driver) is End.OVER
    assert drive.probe.items == [0]
    assert drive.sink.disk.items[W][0].status is NodeStatus.FAILED
