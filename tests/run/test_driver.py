"""Order, inputs, failures: what a driver starts, and what it writes before it does."""

from __future__ import annotations

import asyncio

import pytest
from support.drive import Drive, ended
from support.graphs import choice, node, workflow

from voicegraph.errors import OF_ITS_OWN, StorageError
from voicegraph.graph.model import NodeId, Workflow
from voicegraph.run.engine_promise import End, EnginePromise
from voicegraph.run.state import RunStatus

LIVE = EnginePromise(retries=False, parks=False)


async def test_a_chain_runs_in_order_and_costs_one_entry_a_node(drive: Drive):
    disk = await drive.run(workflow("a>b", "b>c"))
    assert drive.probe.order == ["a", "b", "c"]
    assert len(drive.sink.entries) == 4
    assert disk.change.status is RunStatus.COMPLETED
    assert disk.story == [
        ("start", None),
        *[("start", "a"), ("success", "a"), ("start", "b"), ("success", "b"), ("start", "c"), ("success", "c")],
        ("complete", None),
    ]


async def test_a_workflow_without_nodes_completes_at_once(drive: Drive):
    disk = await drive.run(Workflow())
    assert disk.change.status is RunStatus.COMPLETED
    assert disk.change.finished_at is not None
    assert len(drive.sink.entries) == 1


async def test_nothing_runs_before_its_start_is_on_disk(drive: Drive):
    drive.sink.hold()
    starting = asyncio.create_task(drive.start(workflow("a>b", nodes=[node("a", "gate")])))
    await drive.sink.arrived()
    assert drive.probe.order == []
    drive.sink.release()
    driver = await starting
    drive.sink.hold()
    await drive.probe.gates["a"].enter()
    drive.probe.gates["a"].opened.set()
    await drive.sink.arrived()
    assert drive.probe.order == ["a"], "b waits for the disk to know that a is done"
    drive.sink.release()
    await ended(driver)
    assert drive.probe.order == ["a", "b"]


async def test_a_branch_runs_ahead_of_its_layer(drive: Drive):
    driver = await drive.start(workflow("a>b", "b>d", "c>d", nodes=[node("c", "gate")]))
    await drive.probe.gates["c"].enter()
    await drive.sink.until(lambda disk: disk.statuses.get(NodeId("b")) == "completed")
    drive.probe.gates["c"].opened.set()
    await ended(driver)
    assert drive.probe.order[2:] == ["b", "d"]


async def test_a_node_sees_its_live_predecessors_in_the_order_of_the_edges(drive: Drive):
    nodes = [node("a", "sleep", seconds=0.02, text="A", label="First"), node("b", text="B"), choice("c", False)]
    await drive.run(workflow("a>d", "b>d", "c+>d", nodes=nodes))
    inputs = drive.probe.inputs["d"]
    assert inputs.text == "## First\n\nA\n\n---\n\n## b\n\nB"
    assert list(inputs.nodes) == ["a", "b"]


async def test_one_predecessor_is_passed_on_as_it_is(drive: Drive):
    await drive.run(workflow("a>b", nodes=[node("a", text="plain")]))
    assert drive.probe.inputs["b"].text == "plain"


async def test_templates_may_name_any_node_before(drive: Drive):
    last = node("d", text='{{ nodes["a"].text }}{{ nodes["x"].text }}')
    disk = await drive.run(workflow("a>b", "b>c", "c>d", "b>e", "e>d", nodes=[node("a", text="far"), last]))
    output = disk.rows[NodeId("d")].output
    assert output
    assert output.text == "far", "x is none of its ancestors"


async def test_a_dead_branch_is_skipped(drive: Drive):
    disk = await drive.run(workflow("a+>b", "a->c", "c>d", "b>e", "d>e", nodes=[choice("a", True)]))
    assert drive.probe.order == ["a", "b", "e"]
    assert disk.statuses == {"a": "completed", "b": "completed", "c": "skipped", "d": "skipped", "e": "completed"}


async def test_after_a_failure_nodes_in_flight_finish_and_nothing_starts(drive: Drive):
    driver = await drive.start(workflow("a>c", "b>d", nodes=[node("a", "fail"), node("b", "gate", text="kept")]))
    await drive.probe.gates["b"].enter()
    assert not driver.ended.done()
    drive.probe.gates["b"].opened.set()
    await ended(driver)
    disk = drive.sink.disk
    assert drive.probe.order == ["a", "b"]
    assert disk.statuses == {"a": "failed", "b": "completed", "c": "skipped", "d": "skipped"}
    output = disk.rows[NodeId("b")].output
    assert output
    assert output.text == "kept"


async def test_the_run_fails_with_its_first_failure_as_the_reason(drive: Drive):
    nodes = [node("a", "gate_then_fail", message="Second."), node("b", "fail", label="Send mail", message="First.")]
    driver = await drive.start(workflow(nodes=nodes))
    await drive.probe.gates["a"].enter()
    drive.probe.gates["a"].opened.set()
    await ended(driver)
    disk = drive.sink.disk
    assert disk.change.status is RunStatus.FAILED
    assert disk.change.error == {"code": "broken", "message": "First.", "retryable": False, "nodeId": "b"}
    last = disk.events[-1]
    assert (last.kind, last.node_id, last.message) == ("error", None, "Send mail failed: First.")


async def test_a_node_may_go_on_with_its_error_as_the_output(drive: Drive):
    disk = await drive.run(workflow("a>b", nodes=[node("a", "fail", message="No answer.", on_error="continue")]))
    assert disk.change.status is RunStatus.COMPLETED
    assert disk.statuses == {"a": "failed", "b": "completed"}
    assert drive.probe.inputs["b"].text == "No answer."
    assert drive.probe.inputs["b"].data == {"error": {"code": "broken", "message": "No answer.", "retryable": False}}


async def test_retry_comes_before_the_error_policy(drive: Drive):
    again = node("a", "fail", times=1, retryable=True, on_error="continue")
    disk = await drive.run(workflow(nodes=[again]))
    assert disk.statuses == {"a": "completed"}
    assert drive.probe.starts["a"] == 2


async def test_without_the_promise_of_retries_a_failure_is_final(drive: Drive):
    disk = await drive.run(workflow(nodes=[node("a", "fail", retryable=True)]), LIVE)
    assert disk.statuses == {"a": "failed"}
    assert drive.probe.starts["a"] == 1


async def test_an_attempt_that_fails_after_the_run_has_is_not_repeated(drive: Drive):
    nodes = [node("a", "fail"), node("b", "gate_then_fail", retryable=True)]
    driver = await drive.start(workflow(nodes=nodes))
    await drive.probe.gates["b"].enter()
    drive.probe.gates["b"].opened.set()
    await ended(driver)
    assert drive.sink.disk.statuses == {"a": "failed", "b": "failed"}
    assert drive.probe.starts["b"] == 1


async def test_log_lines_belong_to_the_story(drive: Drive):
    disk = await drive.run(workflow(nodes=[node("a", "chatty", size=2)]))
    said = [(event.kind, event.message) for event in disk.events if event.node_id == "a"]
    assert said == [
        *[("start", "Started"), ("log", "line 0"), ("log", "line 1"), ("progress", "done"), ("success", "Finished")]
    ]


async def test_a_node_that_goes_on_talking_after_the_run_is_over_is_not_heard(drive: Drive):
    driver = await drive.start(workflow(nodes=[node("a", "gate")]))
    await drive.probe.gates["a"].enter()
    await driver.cancel()
    drive.probe.contexts[0].log("still here")
    assert drive.sink.disk.events[-1].kind == "cancelled"


async def test_whatever_goes_wrong_outside_a_node_ends_the_run_with_a_reason(drive: Drive):
    """Say, a database that refuses an entry for good."""
    driver = await drive.start(workflow("a>b", nodes=[node("c", "gate"), node("a", label="Odd")]))
    drive.sink.refusals.append(ValueError("no such column"))
    assert await ended(driver) is End.OVER
    disk = drive.sink.disk
    assert disk.change.status is RunStatus.FAILED
    assert disk.change.error
    assert disk.change.error["message"] == f"VoiceGraph could not go on after Odd {OF_ITS_OWN}"
    assert disk.story[-1] == ("error", None)
    assert not {"running", "retrying", "waiting"} & {*disk.statuses.values()}, "no node of a run that is over is open"
    assert drive.probe.gates["c"].left.is_set(), "what was in flight was stopped"


async def test_a_run_that_is_not_accepted_starts_nothing(drive: Drive):
    drive.sink.refusals.append(StorageError("The disk is full."))
    with pytest.raises(StorageError):
        await drive.start(workflow("a>b"))
    assert drive.probe.order == []
