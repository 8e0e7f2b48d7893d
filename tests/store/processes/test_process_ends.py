"""How a process ended, and what of it the rows say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.graphs import node, workflow
from support.history import History, new_run

from voicegraph import clock
from voicegraph.graph.model import NodeId, RunId
from voicegraph.run.crash_blame import SOON_SECONDS
from voicegraph.run.events import EngineName, Entry, ItemCounts, ItemRun, NodeRun, RunChange
from voicegraph.run.state import NodeStatus, RunStatus
from voicegraph.store.processes.process_ends import ProcessRecord

RUNNING = NodeStatus.RUNNING


@pytest.fixture
def lives(history: History, tmp_path: Path) -> ProcessRecord:
    return ProcessRecord(tmp_path / "alive", history.journal)


async def at_work(
    history: History, *nodes: NodeRun, items: list[ItemRun] | None = None, engine: EngineName = "embedded"
) -> RunId:
    run = new_run(workflow(nodes=[node(row.node_id) for row in nodes]), engine)
    entry = Entry(run.run_id, create=run, nodes=[*nodes], items=items or [])
    entry.change = RunChange(RunStatus.RUNNING, 1.0)
    await history.journal.record(entry)
    return run.run_id


def begun(name: str, ago: float, **given: object) -> NodeRun:
    return NodeRun(NodeId(name), RUNNING, begun_at=clock.now() - ago, **given)  # pyright: ignore


def deaths(history: History, run_id: RunId) -> dict[object, object]:
    rows = history.rows("SELECT node_id, deaths, begun_at FROM node_runs WHERE run_id = :run", run=run_id)
    assert all(row[2] is None for row in rows), "nothing is at work when a life begins"
    return {row[0]: row[1] for row in rows}


async def test_a_death_counts_against_what_had_just_started(history: History, lives: ProcessRecord):
    await lives.begin("embedded")
    run_id = await at_work(history, begun("new", 1), begun("old", SOON_SECONDS + 5))
    lives.beat()
    await lives.begin("embedded")
    assert deaths(history, run_id) == {"new": 1, "old": 0}


async def test_a_death_counts_once(history: History, lives: ProcessRecord):
    await lives.begin("embedded")
    run_id = await at_work(history, begun("a", 1), begun("b", 1))
    for _ in range(3):
        await lives.begin("embedded")
    assert deaths(history, run_id) == {"a": 1, "b": 1}


async def test_a_planned_end_counts_against_nobody(history: History, lives: ProcessRecord):
    await lives.begin("embedded")
    run_id = await at_work(history, begun("a", 1))
    lives.stopping()
    await lives.begin("embedded")
    assert deaths(history, run_id) == {"a": 0}
    run_id = await at_work(history, begun("a", 1))
    await lives.begin("embedded")
    assert deaths(history, run_id) == {"a": 1}, "the stop before was another"


async def test_to_be_told_to_stop_needs_no_room(history: History, lives: ProcessRecord, tmp_path: Path):
    """A full disk refuses the least that is written to it; what it holds can be emptied."""
    await lives.begin("embedded")
    held = (tmp_path / "alive").stat().st_size
    assert held
    lives.stopping()
    assert (tmp_path / "alive").stat().st_size == 0
    await lives.begin("embedded")
    assert (tmp_path / "alive").stat().st_size == held


async def test_a_death_that_nobody_knows_the_time_of_counts_against_what_was_alone(
    history: History, lives: ProcessRecord, tmp_path: Path
):
    first, second = await at_work(history, begun("a", 1)), await at_work(history, begun("b", 1))
    await lives.begin("embedded")
    assert {**deaths(history, first), **deaths(history, second)} == {"a": 0, "b": 0}
    run_id = await at_work(history, begun("a", 1))
    (tmp_path / "alive").unlink()
    await lives.begin("embedded")
    assert deaths(history, run_id) == {"a": 1}


async def test_a_time_of_an_earlier_death_tells_nothing(history: History, lives: ProcessRecord, tmp_path: Path):
    await lives.begin("embedded")
    os.utime(tmp_path / "alive", (clock.now() - 3600,) * 2)
    run_id = await at_work(history, begun("a", 1), begun("b", 1))
    await lives.begin("embedded")
    assert deaths(history, run_id) == {"a": 0, "b": 0}


async def test_items_answer_for_themselves_and_not_their_node(history: History, lives: ProcessRecord):
    await lives.begin("embedded")
    item = ItemRun(NodeId("w"), 3, RUNNING, begun_at=clock.now())
    done = ItemRun(NodeId("w"), 2, NodeStatus.COMPLETED, begun_at=clock.now())
    row = NodeRun(NodeId("w"), RUNNING, items=ItemCounts(4, 1))
    run_id = await at_work(history, row, items=[done, item])
    await lives.begin("embedded")
    assert deaths(history, run_id) == {"w": 0}
    assert history.rows("SELECT item, deaths FROM item_runs ORDER BY item") == [(2, 0), (3, 1)]


async def test_a_live_run_beside_it_may_be_to_blame_and_is_not_counted(history: History, lives: ProcessRecord):
    await lives.begin("embedded")
    long = await at_work(history, begun("long", 3600))
    await at_work(history, begun("live", 3600), engine="live")
    await lives.begin("embedded")
    assert deaths(history, long) == {"long": 0}
    assert history.rows("SELECT deaths FROM node_runs WHERE node_id = 'live'") == [(0,)]
