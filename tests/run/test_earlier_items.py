"""Items that an earlier run has done, in a replay that may die at any moment: none of them is done again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.drive import Drive, ended
from support.earlier import Past
from support.graphs import node, workflow
from support.sink import Disk, MemorySink, cut_short

from voicegraph.graph.model import Node, NodeId, RunId, Workflow
from voicegraph.nodes.output import FileRef, Inputs, Output
from voicegraph.run import item_driver
from voicegraph.run.attempt import Attempt
from voicegraph.run.earlier_items import DoneItem, pairs
from voicegraph.run.engine_promise import End
from voicegraph.run.events import ItemCounts, NewRun
from voicegraph.run.grace_period import GracePeriod
from voicegraph.run.state import NodeStatus, RunStatus

W = NodeId("w")
BEFORE, NOW, LONG_AGO = RunId("run_0"), RunId("run_1"), RunId("run_00")


def working(*values: str, **fields: object) -> Workflow:
    work = node("w", "work", each=True, **fields)
    return workflow("list>w", "w>end", nodes=[node("list", "values", data=[*values]), work])


def again(graph: Workflow) -> NewRun:
    """A replay from a failure, before which everything runs again."""
    return NewRun(NOW, graph, "embedded", 0.0, origin_run_id=BEFORE, from_failure=True)


def done_by(drive: Drive) -> list[Any]:
    return [context.item for context in drive.probe.contexts if context.node_id == W]


async def went_before(drive: Drive, *values: str) -> None:
    """A run that did all of these."""
    drive.past = Past({BEFORE: await drive.run(working(*values))})
    drive.sink = MemorySink()
    drive.probe.contexts.clear()


@settings(max_examples=40, deadline=None)
@given(st.data())
async def test_after_any_crash_what_was_done_is_not_done_again(data: st.DataObject):
    before = data.draw(st.lists(st.sampled_from("abc"), max_size=4))
    values = data.draw(st.lists(st.sampled_from("abcx"), max_size=5))
    graph = working(*values, concurrency=data.draw(st.integers(1, 3)))
    expected = sorted(values)
    for value in before:
        if value in expected:
            expected.remove(value)
    async with Drive() as drive:
        await went_before(drive, *before)
        driver = drive.driver(again(graph))
        await driver.start()
        assert await ended(driver) is End.OVER
        assert sorted(done_by(drive)) == expected
        entries, past, whole = drive.sink.entries, drive.past, drive.sink.disk
    taken = {item for item, row in whole.items[W].items() if row.reused}
    for _ in range(2):
        entries = cut_short(data, entries)
        disk = Disk.after(entries)
        async with Drive(past=past) as drive:
            drive.sink.entries = entries
            if not disk.change.status.terminal:
                assert await ended(await drive.resume()) is End.OVER
        done = {item for item, row in disk.items[W].items() if row.status is NodeStatus.COMPLETED}
        ran = {context.item_index for context in drive.probe.contexts if context.node_id == W}
        assert not ran & (taken | done), "what had been done was done again"
    after = Disk.after(entries)
    assert after.change.status is RunStatus.COMPLETED
    assert after.rows[W].output == whole.rows[W].output
    assert after.rows[W].items == ItemCounts(len(values), len(values), 0, reused=len(values) - len(expected))


async def test_where_the_database_does_not_answer_nothing_runs_until_it_does(
    drive: Drive, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(item_driver, "ASK_AGAIN_SECONDS", 0.01)
    await went_before(drive, "a", "b")
    drive.past.refusals = 3
    driver = drive.driver(again(working("b", "a", "c")))
    await driver.start()
    assert await ended(driver) is End.OVER
    assert drive.past.refusals == 0
    assert done_by(drive) == ["c"]


@pytest.mark.parametrize("pausing", [False, True])
async def test_where_the_run_fails_or_the_server_stops_meanwhile_no_item_starts(
    drive: Drive, monkeypatch: pytest.MonkeyPatch, pausing: bool
):
    await went_before(drive, "a")
    asked, told = asyncio.Event(), asyncio.Event()
    look_up = drive.past.done_items

    async def slowly(origin: RunId, node_id: NodeId) -> list[DoneItem]:
        asked.set()
        await told.wait()
        return await look_up(origin, node_id)

    monkeypatch.setattr(drive.past, "done_items", slowly)
    graph = working("a", "b")
    driver = drive.driver(again(graph.model_copy(update={"nodes": [*graph.nodes, node("x", "gate_then_fail")]})))
    await driver.start()
    await asyncio.wait_for(asked.wait(), 10)
    if pausing:
        drive.probe.gates["x"].opened.set()
        stopping = asyncio.create_task(driver.stop(GracePeriod(5)))
        await asyncio.sleep(0)
    else:
        drive.probe.gates["x"].opened.set()
        await drive.sink.until(lambda disk: disk.statuses.get(NodeId("x")) is NodeStatus.FAILED)
        stopping = None
    told.set()
    if stopping:
        await stopping
    assert await ended(driver) is not None
    assert done_by(drive) == []


# -- which is which


def test_equal_items_are_those_of_the_run_that_has_most_of_them_each_taken_once():
    near = [DoneItem(NOW, 0, "a"), DoneItem(NOW, 1, "b")]
    far = [DoneItem(BEFORE, 9, "a"), DoneItem(BEFORE, 1, "a"), DoneItem(BEFORE, 0, "b"), DoneItem(LONG_AGO, 7, "c")]
    found = pairs(["x", "a", "a", "a", "b", None, "c"], near + far)
    assert found == {
        1: DoneItem(BEFORE, 1, "a"),  # in the same place
        2: DoneItem(BEFORE, 9, "a"),
        4: DoneItem(NOW, 1, "b"),  # the nearest where they are as many
        6: DoneItem(LONG_AGO, 7, "c"),
    }


def test_an_item_in_its_place_is_not_taken_by_an_equal_one_before_it():
    done = [DoneItem(BEFORE, 1, "a"), DoneItem(BEFORE, 2, "a")]
    assert pairs(["a", "a"], done) == {1: done[0], 0: done[1]}


# -- what a digest is of


def tried(work: Node, index: int = 0, run_id: str = "run_1", **given: Any) -> Attempt:
    inputs = Inputs(text=given.get("text", "a"), data=given.get("data"), files=given.get("files", []))
    run = NewRun(RunId(run_id), Workflow(nodes=[work]), "live", 0.0, config=given.get("config", {}))
    return Attempt(run, work, 1, inputs, given.get("ancestors", {}), lambda _, __: None, inputs.data, index)


WORK = node("w", "template", each=True, template="{{ item }}")
CODE = node("w", "run", type="code", each=True, code="nodes['a']['text']")


@pytest.mark.parametrize(
    "other",
    [
        tried(WORK, index=7, run_id="run_2"),
        tried(WORK.model_copy(update={"label": "Mail", "concurrency": 9, "on_error": "continue", "timeout": 5})),
        tried(WORK, ancestors={NodeId("a"): Output(text="not named")}, config={"other": 1}),
    ],
)
async def test_the_digest_is_the_same_for_the_same_item(drive: Drive, other: Attempt):
    runner = drive.driver(again(Workflow()))._runner
    assert await runner.digest(tried(WORK)) == await runner.digest(other) is not None


async def test_items_of_earlier_versions_are_known_again(drive: Drive):
    digest = await drive.driver(again(Workflow()))._runner.digest(tried(WORK))
    assert digest == "8232710bcf6a05f71b30687047c780c954ffcb0094b82c2fbc72f0d8e50237e1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (tried(WORK), tried(WORK, text="b")),
        (tried(WORK), tried(WORK, data="a")),
        (tried(WORK), tried(WORK, files=[FileRef(id="f1", name="f")])),
        (tried(WORK), tried(WORK.model_copy(update={"merge": "first"}))),
        (tried(WORK), tried(node("w", "echo", each=True, text="a"))),
        (
            tried(CODE, ancestors={NodeId("a"): Output(text="x")}),
            tried(CODE, ancestors={NodeId("a"): Output(text="y")}),
        ),
    ],
)
async def test_the_digest_is_another_for_another_item(drive: Drive, one: Attempt, other: Attempt):
    runner = drive.driver(again(Workflow()))._runner
    digests = {await runner.digest(one), await runner.digest(other)}
    assert len(digests) == 2
    assert None not in digests


async def test_an_item_whose_params_cannot_be_filled_has_none(drive: Drive):
    runner = drive.driver(again(Workflow()))._runner
    for action, params in (("template", {"template": "{% if %}"}), ("none", {})):
        assert await runner.digest(tried(node("w", action, each=True, params=params))) is None
