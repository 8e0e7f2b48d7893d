"""Runs on Inngest: order, branches, retries, failures, waits, cancelling."""

from __future__ import annotations

import asyncio

import pytest
from support.graphs import choice, node, workflow
from support.inngest_stage import Stage, until

from voicegraph.store.views.details import RunDetail

DIAMOND = ("a>b", "a>c", "b>d", "c>d")


def statuses(run: RunDetail) -> dict[str, str]:
    return {row.node_id: str(row.status) for row in run.nodes}


def story(run: RunDetail, node_id: str | None = None) -> list[str]:
    return [event.kind for event in run.events if event.node_id == node_id]


async def test_a_diamond_runs_each_node_once_and_in_order(on_stage: Stage) -> None:
    process = await on_stage.process()
    run = await process.run(workflow(*DIAMOND))
    assert run.summary.status == "completed", run.events
    assert process.probe.order[0] == "a"
    assert process.probe.order[-1] == "d"
    assert set(process.probe.starts.values()) == {1}
    assert [event.seq for event in run.events] == list(range(1, len(run.events) + 1))
    assert story(run) == ["start", "complete"]
    assert process.probe.inputs["d"].text == "## b\n\na\n\n---\n\n## c\n\na"


async def test_a_fast_branch_runs_ahead_of_a_slow_one(on_stage: Stage) -> None:
    process = await on_stage.process()
    graph = workflow("a>slow", "a>b", "b>c", nodes=[node("slow", "gate")])
    run_id = await process.start(graph)
    await process.probe.gates["slow"].enter()
    await until(lambda: "c" in process.probe.spans)
    process.probe.gates["slow"].opened.set()
    assert (await process.end_of(run_id)).summary.status == "completed"


async def test_the_branch_not_taken_is_skipped(on_stage: Stage) -> None:
    process = await on_stage.process()
    run = await process.run(
        workflow("if+>yes", "if->no", "no>after", "yes>end", "after>end", nodes=[choice("if", True)])
    )
    assert statuses(run) == {
        "if": "completed",
        "yes": "completed",
        "no": "skipped",
        "after": "skipped",
        "end": "completed",
    }


async def test_only_the_failing_node_is_tried_again(on_stage: Stage) -> None:
    process = await on_stage.process()
    flaky = node("b", "fail", times=2, retryable=True, retry={"attempts": 5})
    run = await process.run(workflow(*DIAMOND, nodes=[flaky]))
    assert run.summary.status == "completed"
    assert process.probe.starts == {"a": 1, "b": 3, "c": 1, "d": 1}
    assert story(run, "b") == ["start", "retry", "start", "retry", "start", "success"]
    assert [event.attempt for event in run.events if event.node_id == "b"] == [1, 1, 2, 2, 3, 3]


async def test_a_node_is_tried_no_more_often_than_its_policy_says(on_stage: Stage) -> None:
    process = await on_stage.process()
    run = await process.run(workflow("a>b", nodes=[node("a", "fail", retryable=True, retry={"attempts": 3})]))
    assert run.summary.status == "failed"
    assert run.summary.error
    assert run.summary.error["nodeId"] == "a"
    assert statuses(run) == {"a": "failed", "b": "skipped"}
    assert process.probe.starts == {"a": 3}


async def test_more_tries_than_inngest_gives_a_step(on_stage: Stage) -> None:
    process = await on_stage.process(retry_base_seconds=0.001)
    stubborn = node("a", "fail", times=24, retryable=True, retry={"attempts": 30})
    process.engine.steps._retry_base = 1e-9
    run = await process.run(workflow("a>b", nodes=[stubborn]))
    assert run.summary.status == "completed", run.summary.error
    assert process.probe.starts == {"a": 25, "b": 1}


async def test_when_a_node_fails_those_in_flight_finish_and_keep_their_results(on_stage: Stage) -> None:
    process = await on_stage.process()
    graph = workflow("a>slow", "a>bad", "slow>after", "bad>never", nodes=[node("slow", "gate"), node("bad", "fail")])
    run_id = await process.start(graph)
    await process.probe.gates["slow"].enter()
    await until(lambda: "bad" in process.probe.spans)
    await asyncio.sleep(0.2)
    assert (await process.pipeline.queries.summary(run_id)).status == "running"
    process.probe.gates["slow"].opened.set()
    run = await process.end_of(run_id)
    assert run.summary.status == "failed"
    assert statuses(run) == {
        "a": "completed", "slow": "completed", "bad": "failed", "after": "skipped", "never": "skipped",
    }  # fmt: skip
    assert "after" not in process.probe.starts


async def test_a_failed_run_does_not_wait_for_retries_and_timers(on_stage: Stage) -> None:
    process = await on_stage.process()
    nodes = [
        node("long", "later", seconds=3600),
        node("again", "fail", retryable=True, retry_after=3600, retry={"attempts": 9}),
        node("bad", "fail", times=1_000),
    ]
    run = await process.run(
        workflow("pause>bad", "long>x", "again>y", nodes=[*nodes, node("pause", "sleep", seconds=0.5)])
    )
    assert run.summary.status == "failed"
    assert statuses(run) == {
        "long": "cancelled", "again": "failed", "bad": "failed", "pause": "completed", "x": "skipped", "y": "skipped",
    }  # fmt: skip
    function_run = on_stage.server.run_of(run.summary.id)
    async with asyncio.timeout(5):
        await function_run.ended.wait()
    assert function_run.status == "failed"


async def test_a_node_may_go_on_with_its_error(on_stage: Stage) -> None:
    process = await on_stage.process()
    run = await process.run(workflow("a>b", nodes=[node("a", "fail", message="Out of paper.", on_error="continue")]))
    assert run.summary.status == "completed"
    assert process.probe.inputs["b"].text == "Out of paper."


async def test_a_wait_sleeps_at_inngest(on_stage: Stage) -> None:
    process = await on_stage.process()
    run_id = await process.start(workflow("w>b", nodes=[node("w", "later", seconds=0.7, text="then")]))
    await process.reaches(run_id, "waiting")
    assert not process.engine.steps._running
    run = await process.end_of(run_id)
    assert run.summary.status == "completed"
    assert process.probe.inputs["b"].text == "then"
    assert story(run, "w") == ["start", "waiting", "success"]


async def test_a_cancelled_run_stops_at_once_and_inngest_is_told(on_stage: Stage) -> None:
    process = await on_stage.process()
    run_id = await process.start(workflow("a>b", nodes=[node("a", "gate")]))
    gate = process.probe.gates["a"]
    await gate.enter()
    assert await process.pipeline.cancel(run_id)
    async with asyncio.timeout(5):
        await gate.left.wait()
    run = await process.end_of(run_id)
    assert run.summary.status == "cancelled"
    assert run.events[-1].kind == "cancelled"
    assert statuses(run) == {"a": "cancelled"}
    assert not await process.pipeline.cancel(run_id)
    function_run = on_stage.server.run_of(run_id)
    async with asyncio.timeout(5):
        await function_run.ended.wait()
    assert function_run.status == "cancelled"


async def test_a_run_that_is_cancelled_in_inngest_ends_here_too(on_stage: Stage) -> None:
    process = await on_stage.process()
    run_id = await process.start(workflow("w>b", nodes=[node("w", "later", seconds=3600)]))
    await process.reaches(run_id, "waiting")
    on_stage.server.send({"name": "workflow/execute.cancelled", "data": {"runId": run_id}})
    assert (await process.end_of(run_id)).summary.status == "cancelled"


async def test_the_run_links_to_inngests_dashboard(on_stage: Stage) -> None:
    process = await on_stage.process()
    run = await process.run(workflow("a>b"))
    function_run = on_stage.server.run_of(run.summary.id)
    assert process.pipeline.engine_url(run.summary) == f"{on_stage.server.url}/run?runID={function_run.id}"


@pytest.mark.parametrize("size", [300_000, 3_000_000])
async def test_a_big_output_stays_in_our_database(on_stage: Stage, size: int) -> None:
    process = await on_stage.process()
    run = await process.run(workflow("a>b", nodes=[node("a", "big", size=size)]))
    assert run.summary.status == "completed"
    assert len(process.probe.inputs["b"].text) == size
    assert max(map(len, on_stage.server.traffic)) < 2_000
