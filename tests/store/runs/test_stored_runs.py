"""What an engine reads: open runs, timers, and one run whole."""

from __future__ import annotations

import pytest
from support.graphs import node, workflow
from support.history import History, new_run

from voicegraph.errors import NotFound
from voicegraph.graph.model import NodeId, RunId
from voicegraph.nodes.output import FileRef, Metrics, Output
from voicegraph.run.events import EngineName, Entry, NewRun, NodeRun, RunChange
from voicegraph.run.state import NodeStatus, RunStatus


async def make(
    history: History, status: RunStatus | None = None, wake_at: float | None = None, engine: EngineName = "embedded"
) -> RunId:
    run = new_run(engine=engine)
    await history.journal.record(Entry(run.run_id, create=run))
    if status:
        await history.journal.record(Entry(run.run_id, change=RunChange(status, 1.0, wake_at=wake_at)))
    return run.run_id


async def test_open_runs_are_those_that_are_not_over_and_wait_for_no_timer(history: History):
    queued = await make(history)
    running = await make(history, RunStatus.RUNNING)
    waiting = await make(history, RunStatus.WAITING)
    await make(history, RunStatus.WAITING, wake_at=9.0)
    await make(history, RunStatus.RUNNING, wake_at=9.0)
    for status in (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED):
        await make(history, status)
    live = await make(history, RunStatus.RUNNING, engine="live")
    assert await history.store.unfinished("embedded") == sorted([queued, running, waiting])
    assert await history.store.unfinished("live") == [live]


async def test_a_timer_is_taken_once_when_it_has_come(history: History):
    first = await make(history, RunStatus.WAITING, wake_at=10.0)
    second = await make(history, RunStatus.RUNNING, wake_at=20.0)
    await make(history, RunStatus.WAITING, wake_at=5.0, engine="inngest")
    await make(history, RunStatus.CANCELLED, wake_at=5.0)

    assert await history.store.next_wake("embedded") == 10.0
    assert await history.store.take_due("embedded", 9.9) == []
    assert await history.store.take_due("embedded", 10.0) == [first]
    assert await history.store.take_due("embedded", 10.0) == []
    assert await history.store.unfinished("embedded") == [first], "what was taken is open until its engine says more"
    assert await history.store.next_wake("embedded") == 20.0
    assert await history.store.take_due("embedded", 99.0) == [second]
    assert await history.store.next_wake("embedded") is None


async def test_a_run_is_read_back_as_it_was_written(history: History):
    graph = workflow("a+>b", "b>c", nodes=[node("a", "choose", type="condition", branch=False, label="Ask")])
    run = NewRun(RunId("run_1"), graph, "embedded", 1.5, {"k": [1]}, "webhook", {"body": {"id": 7}}, "Do it", "key-1")
    await history.journal.record(Entry(run.run_id, create=run, change=RunChange(RunStatus.RUNNING, 2.5)))
    error = {"code": "busy", "message": "Busy.", "retryable": True}
    output = Output(
        text="T", data={"a": [1, 2.5, None, True]}, files=[FileRef(id="file_1", name="a")], meta={"m": 1},
        metrics=Metrics(model="m", cost=0.25, estimated=True), branch=False,
    )  # fmt: skip
    rows = {
        NodeId("a"): NodeRun(NodeId("a"), NodeStatus.COMPLETED, 2, 3, 1.0, 2.0, None, None, output),
        NodeId("b"): NodeRun(NodeId("b"), NodeStatus.RETRYING, 1, 1, 3.0, None, 99.5, error),
        NodeId("c"): NodeRun(NodeId("c"), NodeStatus.SKIPPED, starts=0, finished_at=4.0),
    }
    waits = RunChange(RunStatus.RUNNING, 2.5, wake_at=99.5)
    await history.journal.record(Entry(run.run_id, nodes=[*rows.values()], change=waits))
    stored = await history.store.load(run.run_id)
    assert stored.run == run
    assert (stored.status, stored.started_at, stored.wake_at) == (RunStatus.RUNNING, 2.5, 99.5)
    assert stored.nodes == rows


async def test_the_last_row_of_a_node_counts(history: History):
    run = new_run()
    await history.journal.record(Entry(run.run_id, create=run))
    states = [NodeRun(NodeId("a"), NodeStatus.RUNNING), NodeRun(NodeId("a"), NodeStatus.COMPLETED, output=Output())]
    await history.journal.record(Entry(run.run_id, nodes=states))
    assert (await history.store.load(run.run_id)).nodes[NodeId("a")].status is NodeStatus.COMPLETED


async def test_an_unknown_run_is_not_found(history: History):
    with pytest.raises(NotFound, match="There is no run run_nobody"):
        await history.store.load(RunId("run_nobody"))
