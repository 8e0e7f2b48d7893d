"""At-least-once delivery: calls come twice, late, out of order, or their answers are lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.graphs import node, workflow
from support.inngest_double import Faults
from support.inngest_server import REAL_SERVER
from support.inngest_stage import Process, Stage, stage, until

from voicegraph import clock
from voicegraph.engines.inngest.step_answers import Claim, Later
from voicegraph.engines.inngest.step_decisions import CLAIM_SECONDS, StepDecisions
from voicegraph.engines.inngest.steps import decide
from voicegraph.graph.model import NodeId, RunId
from voicegraph.run.crash_blame import MAX_DEATHS, SOON_SECONDS, SUSPECT_DEATHS
from voicegraph.run.grace_period import GracePeriod

pytestmark = pytest.mark.skipif(bool(REAL_SERVER), reason="a real server makes no faults")

A = NodeId("a")
GRAPH = workflow(
    "a>b", "a>c", "b>d", "c>d", "d>e", "d>w", nodes=[node("c", "fail", times=1, retryable=True), node("w", "later", seconds=0.2)]
)  # fmt: skip


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """So much time goes by."""
    now = clock.now() + seconds
    monkeypatch.setattr(clock, "now", lambda: now)


async def called(on_stage: Stage, run_id: RunId, *calls: tuple[str, int]) -> None:
    """Wait until Inngest has made these calls: a step and the attempt."""
    await until(lambda: set(calls) <= set(on_stage.server.run_of(run_id).calls))


def call_instead(on_stage: Stage, process: Process, other: Process) -> None:
    """From now on Inngest calls another process."""
    for function in on_stage.server.functions.values():
        runtime = function["steps"]["step"]["runtime"]
        runtime["url"] = runtime["url"].replace(process.url, other.url)


@dataclass
class Taken:
    """A run whose calls the test takes itself, as a process would that dies of them."""

    process: Process
    run_id: RunId

    async def decide(self, decision: Callable[[StepDecisions], Any]) -> Any:
        return await decide(self.process.engine._ledger, self.run_id, decision)

    async def begin(self, turn_at: float = 0) -> Any:
        return await self.decide(lambda look: look.begin(A, "a process that dies", turn_at))


@asynccontextmanager
async def taken(folder: Path) -> AsyncGenerator[Taken]:
    async with stage(folder) as on_stage:
        process = await on_stage.process(sync=False)
        yield Taken(process, await process.start(workflow("a>b")))


STARTS = {"a": 1, "b": 1, "c": 2, "d": 1, "e": 1, "w": 1}


def _check(run, process) -> None:
    assert run.summary.status == "completed", run.summary.error
    assert process.probe.starts == STARTS
    told = [(event.node_id, event.attempt, event.kind) for event in run.events]
    assert len(set(told)) == len(told), "an event was told twice"
    assert [event.seq for event in run.events] == list(range(1, len(run.events) + 1))


@pytest.mark.parametrize(
    "faults",
    [
        Faults(duplicate=True),
        Faults(reorder=0.05),
        Faults(lose=lambda step: True),
        Faults(duplicate=True, reorder=0.05, lose=lambda step: step in "bdw"),
    ],
    ids=["duplicated", "reordered", "lost", "all"],
)
async def test_no_node_runs_twice(tmp_path: Path, faults: Faults) -> None:
    async with stage(tmp_path, faults=faults) as on_stage:
        process = await on_stage.process()
        for run in await asyncio.gather(*(process.run(GRAPH) for _ in range(1))):
            _check(run, process)
            async with asyncio.timeout(10):
                await on_stage.server.run_of(run.summary.id).ended.wait()
            assert on_stage.server.run_of(run.summary.id).status == "completed"


async def test_the_answer_of_the_last_node_is_lost(tmp_path: Path) -> None:
    async with stage(tmp_path, faults=Faults(lose=lambda step: step == "b")) as on_stage:
        process = await on_stage.process()
        run = await process.run(workflow("a>b"))
        function_run = on_stage.server.run_of(run.summary.id)
        async with asyncio.timeout(10):
            await function_run.ended.wait()
        assert function_run.status == "completed"
        assert process.probe.starts == {"a": 1, "b": 1}


async def test_the_answer_of_a_failing_node_is_lost(tmp_path: Path) -> None:
    async with stage(tmp_path, faults=Faults(lose=lambda step: step == "a")) as on_stage:
        process = await on_stage.process()
        run = await process.run(workflow("a>b", nodes=[node("a", "fail")]))
        function_run = on_stage.server.run_of(run.summary.id)
        async with asyncio.timeout(10):
            await function_run.ended.wait()
        assert (run.summary.status, function_run.status) == ("failed", "failed")
        assert process.probe.starts == {"a": 1}


async def test_a_second_function_run_for_the_same_run_finds_everything_done(tmp_path: Path) -> None:
    async with stage(tmp_path) as on_stage:
        process = await on_stage.process()
        run = await process.run(workflow("a>b"))
        first = on_stage.server.run_of(run.summary.id)
        second = on_stage.server.start(first.function, first.event | {"id": "another"})
        async with asyncio.timeout(10):
            await second.ended.wait()
        assert second.status == "completed"
        assert process.probe.starts == {"a": 1, "b": 1}
        assert len((await process.pipeline.queries.detail(run.summary.id)).events) == len(run.events)


async def test_two_processes_are_called_for_one_step_at_the_same_time(tmp_path: Path) -> None:
    async with stage(tmp_path) as on_stage:
        first = await on_stage.process()
        second = await on_stage.process(first.probe, sync=False)
        run_id = await first.start(workflow("a>b", nodes=[node("a", "gate")]))
        await first.probe.gates["a"].enter()
        answer = await second.engine.steps.run(run_id, A, "elsewhere")
        assert isinstance(answer, Later)
        assert first.probe.starts == {"a": 1}
        first.probe.gates["a"].opened.set()
        assert (await second.end_of(run_id)).summary.status == "completed"


async def test_a_claim_that_is_not_renewed_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicegraph.engines.inngest.step_decisions.CLAIM_SECONDS", 0.0)
    async with taken(tmp_path) as calls:
        for start in range(1, SUSPECT_DEATHS + 1):
            assert await calls.begin() == Claim(1, start)
        for start in range(SUSPECT_DEATHS + 1, MAX_DEATHS + 1):
            assert await calls.begin() == Claim(1, start, alone=True)
        given_up = await calls.begin()
        assert isinstance(given_up, dict)
        assert given_up["status"] == "failed"
        run = await calls.process.end_of(calls.run_id)
        assert run.summary.error
        assert run.summary.error["code"] == "quarantined"


async def test_a_claim_that_was_renewed_for_long_is_taken_over_without_blame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process died, but long after the node had started: any number of times."""
    async with taken(tmp_path) as calls:
        for start in range(1, MAX_DEATHS + 5):
            claim = await calls.begin()
            assert claim == Claim(1, start)
            later(monkeypatch, SOON_SECONDS + 1)
            assert await calls.decide(lambda look, claim=claim: look.renew(A, claim))
            later(monkeypatch, CLAIM_SECONDS + 1)
        (row,) = (await calls.process.pipeline.queries.detail(calls.run_id)).nodes
        assert row.deaths == 0


async def test_a_process_that_was_told_to_stop_and_was_killed_then_blames_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with taken(tmp_path) as calls:
        for _ in range(MAX_DEATHS + 5):
            claim = await calls.begin()
            assert isinstance(claim, Claim)
            assert await calls.decide(lambda look, claim=claim: look.renew(A, claim, stopping=True))
            later(monkeypatch, CLAIM_SECONDS + 1)


async def test_a_suspect_waits_until_its_process_has_run_for_a_while_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicegraph.engines.inngest.step_decisions.CLAIM_SECONDS", 0.0)
    async with taken(tmp_path) as calls:
        turn_at, queries = clock.now() + 3600, calls.process.pipeline.queries
        for _ in range(SUSPECT_DEATHS):
            await calls.begin(turn_at)
        for _ in range(2):
            assert await calls.begin(turn_at) == Later(turn_at)
        detail = await queries.detail(calls.run_id)
        assert (detail.nodes[0].waits or {})["kind"] == "turn"
        assert [event.kind for event in detail.events].count("waiting") == 1
        monkeypatch.setattr(clock, "now", lambda: turn_at + 1)
        assert await calls.begin(turn_at) == Claim(1, SUSPECT_DEATHS + 1, alone=True)
        (row,) = (await queries.detail(calls.run_id)).nodes
        assert (row.waits, row.deaths) == (None, SUSPECT_DEATHS)


async def test_an_item_is_blamed_and_waits_as_a_node_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicegraph.engines.inngest.step_decisions.CLAIM_SECONDS", 0.0)
    monkeypatch.setattr("voicegraph.engines.inngest.item_decisions.CLAIM_SECONDS", 0.0)
    async with stage(tmp_path) as on_stage:
        process = await on_stage.process(sync=False)
        work = [node("list", "values", data=["x", "y"]), node("w", "work", each=True, on_error="continue")]
        run_id = await process.start(workflow("list>w", nodes=work))
        items, turn_at = process.engine.items, clock.now() + 3600
        await process.engine.steps.run(run_id, NodeId("list"), "a process that dies")
        await items.open(run_id, NodeId("w"), "a process that dies")

        async def claim(turn_at: float) -> object:
            return await items._decide(run_id, NodeId("w"), lambda look: look.claim(0, "a process that dies", turn_at))

        for start in range(1, SUSPECT_DEATHS + 1):
            assert await claim(turn_at) == Claim(1, start)
        assert [await claim(turn_at), await claim(turn_at)] == [Later(turn_at)] * 2
        monkeypatch.setattr(clock, "now", lambda: turn_at + 1)
        for start in range(SUSPECT_DEATHS + 1, MAX_DEATHS + 1):
            assert await claim(0) == Claim(1, start, alone=True)
        given_up = await claim(0)
        assert isinstance(given_up, dict)
        assert given_up["status"] == "failed"
        page = await process.pipeline.queries.items(run_id, NodeId("w"))
        assert (page.items[0].error or {})["code"] == "quarantined"


async def test_a_process_that_stops_hands_its_node_over(tmp_path: Path) -> None:
    async with stage(tmp_path) as on_stage:
        process = await on_stage.process(drain_seconds=0.05)
        other = await on_stage.process(sync=False)
        run_id = await process.start(workflow("a>b", nodes=[node("a", "gate")]))
        await process.probe.gates["a"].enter()
        other.probe.gates["a"].opened.set()
        await process.engine.steps.drain(GracePeriod(0.05))
        await called(on_stage, run_id, ("step", 1))  # Inngest asks the process that stops once more
        call_instead(on_stage, process, other)
        run = await other.end_of(run_id)
        assert run.summary.status == "completed"
        assert next(row.deaths for row in run.nodes if row.node_id == "a") == 0
        assert process.probe.starts == {"a": 1}, "what was handed over is not taken back"


async def test_no_node_starts_in_a_process_that_was_told_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that ends in the drain makes Inngest call for those behind it, while it can call."""
    monkeypatch.setattr("voicegraph.engines.inngest.start_permits.ELSEWHERE", 0.2)
    async with stage(tmp_path) as on_stage:
        process = await on_stage.process(drain_seconds=20)
        other = await on_stage.process(sync=False)
        run_id = await process.start(workflow("a>b", "a>c", nodes=[node("a", "gate")]))
        await process.probe.gates["a"].enter()
        process.engine.told_to_stop()
        draining = asyncio.create_task(process.engine.steps.drain(GracePeriod(20)))
        process.probe.gates["a"].opened.set()
        await draining
        await called(on_stage, run_id, ("b", 1), ("c", 1))
        call_instead(on_stage, process, other)
        run = await other.end_of(run_id)
        assert run.summary.status == "completed"
        assert (process.probe.starts, other.probe.starts) == ({"a": 1}, {"b": 1, "c": 1})
        assert {row.node_id: (row.attempt, row.starts, row.deaths) for row in run.nodes} == dict.fromkeys(
            "abc", (1, 1, 0)
        )


async def test_no_item_starts_in_a_process_that_was_told_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicegraph.engines.inngest.start_permits.ELSEWHERE", 0.2)
    async with stage(tmp_path) as on_stage:
        process = await on_stage.process(drain_seconds=20)
        other = await on_stage.process(sync=False)
        nodes = [node("list", "values", data=["x", "y"]), node("w", "work", each=True, concurrency=1)]
        gate = process.probe.gates["w:0"]
        run_id = await process.start(workflow("list>w", "list>v", nodes=[*nodes, node("v", "gate")]))
        await gate.enter()
        await process.probe.gates["v"].enter()
        process.engine.told_to_stop()
        gate.opened.set()
        await called(on_stage, run_id, ("w:item-1", 1))
        assert process.probe.items == [0]
        process.probe.gates["v"].opened.set()
        call_instead(on_stage, process, other)
        run = await other.end_of(run_id)
        assert run.summary.status == "completed"
        assert (process.probe.items, other.probe.items) == ([0], [1])


async def test_no_node_is_opened_for_its_items_in_a_process_that_was_told_to_stop(tmp_path: Path) -> None:
    async with stage(tmp_path) as on_stage:
        process = await on_stage.process(sync=False)
        nodes = [node("list", "values", data=["x"]), node("w", "work", each=True)]
        run_id = await process.start(workflow("list>w", nodes=nodes))
        await process.engine.steps.run(run_id, NodeId("list"), "some call")
        process.engine.told_to_stop()
        assert isinstance(await process.engine.items.open(run_id, NodeId("w"), "some call"), Later)
        assert [row.node_id for row in (await process.pipeline.queries.detail(run_id)).nodes] == ["list"]


async def test_a_run_that_inngest_gives_up_does_not_stay_open(tmp_path: Path) -> None:
    async with stage(tmp_path) as on_stage:
        process = await on_stage.process()
        run_id = await process.start(workflow("w>b", nodes=[node("w", "later", seconds=3600)]))
        await process.reaches(run_id, "waiting")
        on_stage.server._fail(on_stage.server.run_of(run_id), {"message": "out of tries"})
        run = await process.end_of(run_id)
        assert run.summary.status == "failed"
        assert run.summary.error
        assert run.summary.error["code"] == "engine_gave_up"
        assert {str(row.status) for row in run.nodes} == {"cancelled"}
