"""A process that dies after any entry: what is on disk holds, and the run ends as if nothing had happened."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.drive import Drive, ended
from support.graphs import choice, node, workflow, workflows
from support.sink import Disk, cut_short

from voicegraph.errors import NodeError
from voicegraph.graph.model import Node, NodeId, RunId, Workflow
from voicegraph.nodes.output import Output
from voicegraph.run.crash_blame import MAX_DEATHS, SUSPECT_DEATHS
from voicegraph.run.engine_promise import End
from voicegraph.run.events import NodeRun
from voicegraph.run.grace_period import GracePeriod
from voicegraph.run.recovery import closing, outcome_of, restore
from voicegraph.run.state import DROPPED, FAILED, Completed, NodeStatus, RunStatus

A, B = NodeId("a"), NodeId("b")
HELD = workflow("a>b", nodes=[node("a", "gate")])


def behaviours(node_id: NodeId, *, failures: bool) -> st.SearchStrategy[Node]:
    if node_id.startswith("if"):
        return st.builds(choice, st.just(node_id), st.booleans())
    kinds = [
        node(node_id),
        node(node_id),
        node(node_id, "sleep", seconds=0.001),
        node(node_id, "fail", times=1, retryable=True),
        node(node_id, "later", seconds=0.002),
        node(node_id, "fail", on_error="continue"),
    ]
    return st.sampled_from([*kinds, node(node_id, "fail")] if failures else kinds)


@st.composite
def stories(draw: st.DrawFn, *, failures: bool) -> Workflow:
    """A graph whose nodes succeed, dawdle, wait, flicker or fail."""
    graph = draw(workflows(max_nodes=6))
    graph.nodes = [draw(behaviours(one.id, failures=failures)) for one in graph.nodes]
    return graph


def check_story(disk: Disk) -> None:
    """What must hold for every run that is over, however often it was interrupted."""
    assert disk.change.status.terminal
    assert disk.events[-1].node_id is None
    assert not {"running", "retrying", "waiting", "pending"} & {*disk.statuses.values()}
    for node_id, status in disk.statuses.items():
        kinds = [kind for kind, of in disk.story if of == node_id]
        assert kinds.count("success") == (status is NodeStatus.COMPLETED)
        assert kinds.count("skipped") == (status is NodeStatus.SKIPPED)
        assert kinds.count("error") <= 1
    fatal = next((i for i, event in enumerate(disk.events) if event.kind == "error" and not event.output), None)
    if fatal is not None:
        late = [event.node_id for event in disk.events[fatal:] if event.kind == "start"]
        assert not late, f"started after the failure: {late}"


@settings(max_examples=60, deadline=None)
@given(st.data())
async def test_a_run_that_succeeds_does_so_after_any_crash(data: st.DataObject):
    graph = data.draw(stories(failures=False))
    whole, after = await crashed(data, graph)
    assert after.statuses == whole.statuses
    assert {key: row.output for key, row in after.rows.items()} == {k: row.output for k, row in whole.rows.items()}
    assert after.change.status is RunStatus.COMPLETED


@settings(max_examples=60, deadline=None)
@given(st.data())
async def test_a_run_that_fails_does_so_after_any_crash(data: st.DataObject):
    graph = data.draw(stories(failures=True))
    whole, after = await crashed(data, graph)
    assert after.change.status is whole.change.status


async def crashed(data: st.DataObject, graph: Workflow) -> tuple[Disk, Disk]:
    """The disk without crashes, and after two; nothing that was settled on it may run again."""
    async with Drive() as drive:
        whole = await drive.run(graph)
        check_story(whole)
        entries = drive.sink.entries
    for _ in range(2):
        entries = cut_short(data, entries)
        disk = Disk.after(entries)
        async with Drive() as drive:
            drive.sink.entries = entries
            if not disk.change.status.terminal:
                assert await ended(await drive.resume()) is End.OVER
        settled = {node_id for node_id, row in disk.rows.items() if outcome_of(row) or row.status is NodeStatus.SKIPPED}
        assert not settled & {*drive.probe.order}, "what was settled ran again"
    check_story(Disk.after(entries))
    return whole, Disk.after(entries)


async def test_what_was_skipped_for_a_failure_is_not_started_by_a_second_crash(drive: Drive):
    """b finished after a had failed, so its successor d had no start: the first crash writes it as skipped."""
    graph = workflow("b>d", nodes=[node("c", "gate"), node("b", "gate"), node("a", "fail")])
    await drive.start(graph)
    await drive.probe.gates["b"].enter()
    drive.probe.gates["b"].opened.set()
    await drive.sink.until(lambda disk: disk.statuses[B] is NodeStatus.COMPLETED)
    for _ in range(2):
        await drive.crash()
        driver = await drive.resume()
        assert drive.sink.disk.statuses[NodeId("d")] is NodeStatus.SKIPPED
    drive.probe.gates["c"].opened.set()
    await ended(driver)
    check_story(drive.sink.disk)
    assert "d" not in drive.probe.order


async def test_a_node_that_takes_the_process_down_is_not_started_for_ever(drive: Drive):
    await drive.start(HELD)
    for start in range(1, MAX_DEATHS + 1):
        await drive.probe.gates["a"].enter()
        assert drive.sink.disk.rows[A].starts == start
        await drive.crash()
        if start < MAX_DEATHS:
            await drive.resume()
    assert await ended(await drive.resume()) is End.OVER
    disk = drive.sink.disk
    assert drive.probe.starts["a"] == MAX_DEATHS
    assert disk.statuses == {"a": "failed", "b": "skipped"}
    assert disk.change.error
    assert disk.change.error["code"] == "quarantined"
    check_story(disk)


async def test_of_those_in_flight_one_at_a_time_has_its_last_starts(drive: Drive):
    """Each was in flight at many crashes. Only the one that is at work at the last ones is to blame for them."""
    names = ["a", "b", "c"]
    await drive.start(workflow(nodes=[node(name, "gate", on_error="continue") for name in names]))
    driver = await drive.suspect(*names)
    for _ in range(MAX_DEATHS - SUSPECT_DEATHS):
        blamed = await first_to_enter(drive, names)
        assert all(not drive.probe.gates[name].entered.is_set() for name in names)
        await drive.crash()
        driver = await drive.resume()
    while others := [name for name in names if name != blamed and not drive.probe.gates[name].opened.is_set()]:
        turn = await first_to_enter(drive, others)
        assert all(not drive.probe.gates[name].entered.is_set() for name in others)
        drive.probe.gates[turn].opened.set()
    assert await ended(driver) is End.OVER
    statuses = drive.sink.disk.statuses
    assert statuses.pop(NodeId(blamed)) is NodeStatus.FAILED
    assert {*statuses.values()} == {NodeStatus.COMPLETED}
    assert drive.probe.starts == {**dict.fromkeys(names, SUSPECT_DEATHS + 1), blamed: MAX_DEATHS}


async def first_to_enter(drive: Drive, names: list[str]) -> str:
    waiting = {asyncio.create_task(drive.probe.gates[name].enter(), name=name) for name in names}
    done, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for one in pending:
        one.cancel()
    (first,) = done
    return first.get_name()


async def test_a_server_that_stops_gives_nobody_a_last_start(drive: Drive):
    await drive.start(workflow(nodes=[node("a", "gate"), node("b", "gate")]))
    driver = await drive.suspect("a", "b")
    turn = await first_to_enter(drive, ["a", "b"])
    stopping = asyncio.create_task(driver.stop(GracePeriod(10)))
    await asyncio.sleep(0)
    drive.probe.gates[turn].opened.set()
    await stopping
    assert await ended(driver) is End.STOPPED
    assert sum(drive.probe.starts.values()) == 2 * SUSPECT_DEATHS + 1
    assert sorted(drive.sink.disk.statuses.values()) == ["completed", "running"]


async def test_a_quarantined_node_follows_its_policy_and_spares_the_others(drive: Drive):
    graph = workflow("a>b", "c>d", nodes=[node("a", "gate", on_error="continue"), node("c", "gate")])
    await drive.start(graph)
    for _ in range(MAX_DEATHS):
        await drive.probe.gates["a"].enter()
        drive.probe.gates["c"].opened.set()
        await drive.sink.until(lambda disk: disk.statuses.get(NodeId("d")) is NodeStatus.COMPLETED)
        await drive.crash()
        driver = await drive.resume()
    assert await ended(driver) is End.OVER
    assert drive.sink.disk.statuses == {"a": "failed", "b": "completed", "c": "completed", "d": "completed"}
    assert f"stopped {MAX_DEATHS} times" in drive.probe.inputs["b"].text


async def test_a_new_attempt_may_be_started_as_often_as_the_first(drive: Drive):
    """A retry is a start by policy, not a crash."""
    await drive.start(workflow(nodes=[node("a", "gate_then_fail", times=1, retryable=True)]))
    gate = drive.probe.gates["a"]
    for _ in range(2):
        await gate.enter()
        await drive.crash()
        await drive.resume()
    await gate.enter()
    gate.opened.set()
    await gate.enter()
    row = drive.sink.disk.rows[A]
    assert (row.attempt, row.starts, row.deaths) == (2, 1, 0)


async def test_an_accepted_run_that_was_never_started_starts(drive: Drive):
    """As one that waited in the queue: there is a run on disk, and nothing else."""
    driver = await drive.start(workflow("a>b"))
    await ended(driver)
    first = drive.sink.entries[0]
    first.nodes, first.events, first.change = [], [], None
    drive.sink.entries = [first]
    assert await ended(await drive.resume()) is End.OVER
    disk = drive.sink.disk
    assert disk.change.status is RunStatus.COMPLETED
    assert disk.change.started_at is not None
    assert disk.story[0] == ("start", None)


# -- what a kept row means


@pytest.mark.parametrize(
    ("status", "output", "outcome"),
    [
        (NodeStatus.COMPLETED, Output(), Completed()),
        (NodeStatus.COMPLETED, None, Completed()),
        (NodeStatus.COMPLETED, Output(branch=False), Completed(branch=False)),
        (NodeStatus.FAILED, None, FAILED),
        (NodeStatus.FAILED, Output(text="No answer."), Completed()),
        (NodeStatus.CANCELLED, None, DROPPED),
        (NodeStatus.RUNNING, None, None),
        (NodeStatus.RETRYING, None, None),
        (NodeStatus.WAITING, Output(), None),
        (NodeStatus.SKIPPED, None, None),
    ],
)
def test_outcome_of_a_row(status: NodeStatus, output: Output | None, outcome: object):
    assert outcome_of(NodeRun(A, status, output=output)) == outcome


def test_rows_are_sorted_by_what_to_do_with_them():
    rows = {
        NodeId("cut"): NodeRun(NodeId("cut"), NodeStatus.RUNNING, starts=1),
        NodeId("odd"): NodeRun(NodeId("odd"), NodeStatus.RUNNING, deaths=SUSPECT_DEATHS),
        NodeId("bad"): NodeRun(NodeId("bad"), NodeStatus.RUNNING, deaths=MAX_DEATHS),
        NodeId("due"): NodeRun(NodeId("due"), NodeStatus.RETRYING, due_at=7.0),
        NodeId("old"): NodeRun(NodeId("old"), NodeStatus.WAITING),
    }
    plan = restore([NodeId("new"), *rows], rows, now=5.0)
    assert (plan.fresh, plan.interrupted, plan.poisoned) == (["new"], ["cut"], ["bad"])
    assert plan.timers == {"due": 7.0, "old": 5.0}
    assert plan.suspects == ["odd"]
    assert (rows[NodeId("cut")].starts, rows[NodeId("cut")].begun_at) == (2, 5.0)
    assert (rows[NodeId("odd")].starts, rows[NodeId("odd")].begun_at) == (1, None), "it counts when it is its turn"
    assert isinstance(plan.poison, NodeError)
    assert not plan.poison.retryable


async def test_a_run_that_cannot_go_on_is_closed_with_a_reason_and_no_node_left_open(drive: Drive):
    await drive.start(workflow("a>b", nodes=[node("w", "later", seconds=3600), node("a", "gate"), node("x")]))
    await drive.probe.gates["a"].enter()
    await drive.sink.until(lambda disk: disk.statuses.get(NodeId("w")) is NodeStatus.WAITING)
    await drive.sink.until(lambda disk: disk.statuses.get(NodeId("x")) is NodeStatus.COMPLETED)
    stored = drive.sink.disk.stored()
    await drive.crash()
    drive.sink.record(closing(stored.run.run_id, NodeError("interrupted", "The server stopped."), stored))
    disk = drive.sink.disk
    assert disk.change.status is RunStatus.FAILED
    assert disk.change.started_at == stored.started_at
    assert disk.statuses == {"w": "cancelled", "a": "cancelled", "x": "completed"}
    assert disk.rows[NodeId("w")].output is None
    check_story(disk)


def test_a_run_that_cannot_even_be_read_is_closed_too():
    entry = closing(RunId("run_1"), NodeError("unreadable", "It cannot be read."))
    assert entry.nodes == []
    assert entry.change
    assert entry.change.error == {"code": "unreadable", "message": "It cannot be read.", "retryable": False}
