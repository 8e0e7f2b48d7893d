"""Runs that Inngest has forgotten: its server was restarted without its state, and nothing calls for them any more."""

from __future__ import annotations

import logging
from collections import Counter

import pytest
from sqlalchemy import update
from support.graphs import node, workflow
from support.inngest_server import REAL_SERVER
from support.inngest_stage import Process, Stage, until

from voicegraph import clock
from voicegraph.db.tables import node_runs, run_payloads
from voicegraph.engines.inngest.step_answers import Claim
from voicegraph.engines.inngest.step_decisions import StepDecisions
from voicegraph.engines.inngest.steps import decide
from voicegraph.graph.model import Node, NodeId, RunId
from voicegraph.run.approval import Decision
from voicegraph.store.views.details import RunDetail

pytestmark = pytest.mark.skipif(bool(REAL_SERVER), reason="needs a server that loses its state")
SENT_AGAIN = "Inngest has not called for this run though it is due"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicegraph.engines.inngest.sender.LOOK_SECONDS", 0.1)
    monkeypatch.setattr("voicegraph.engines.inngest.forgotten_runs.LOOK_SECONDS", 0.1)
    monkeypatch.setattr("voicegraph.engines.inngest.forgotten_runs.PATIENCE", 0.3)
    monkeypatch.setattr("voicegraph.engines.inngest.forgotten_runs.FIRST_PAUSE", 0.4)
    monkeypatch.setattr("voicegraph.engines.inngest.run_limit.ASK_SECONDS", 0.1)


def ask(node_id: str = "ask") -> Node:
    return Node(id=NodeId(node_id), type="approval", action="request")


async def approve(process: Process, run_id: RunId) -> None:
    detail = await process.pipeline.queries.detail(run_id)
    row = next(row for row in detail.nodes if row.node_id == "ask")
    await process.pipeline.answer(run_id, NodeId("ask"), Decision(True, str((row.waits or {})["digest"])))


async def its_time_comes(process: Process, *runs: RunId) -> None:
    """The timers of these runs are over."""
    timers = node_runs.c.run_id.in_(runs) & node_runs.c.due_at.is_not(None)
    over = update(node_runs).where(timers).values(due_at=clock.now())
    await process.pipeline.workflows._journal.execute(lambda connection: connection.execute(over) and None)


def times_sent(stage: Stage, run_id: RunId) -> int:
    return sum(
        event["data"].get("runId") == run_id for event in stage.server.events if "execute.requested" in event["name"]
    )


def check_once(process: Process, run: RunDetail) -> None:
    assert run.summary.status == "completed", run.summary.error
    assert [event.seq for event in run.events] == list(range(1, len(run.events) + 1))
    ended = Counter((event.node_id, event.attempt) for event in run.events if event.kind == "success" and event.node_id)
    assert set(ended.values()) == {1}, "a node was done twice"
    assert any(SENT_AGAIN in event.message for event in run.events)


async def test_every_run_goes_on_and_nothing_is_done_twice(on_stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """One run for each thing it may be at when the state is lost."""
    process = await on_stage.process()
    lines = workflow("held>after", nodes=[node("held", "gate"), node("after")])
    lines.concurrency = 1
    parallel = workflow("slow>x", "ask>y", nodes=[node("slow", "gate"), ask()])
    graphs = {
        "timer": workflow("t>t2", nodes=[node("t", "later", seconds=3600)]),
        "retry": workflow("r>r2", nodes=[node("r", "fail", times=1, retryable=True, retry_after=3600)]),
        "approval": workflow("ask>a2", nodes=[ask()]),
        "at work": workflow("g>g2", nodes=[node("g", "gate")]),
        "beside another": parallel,
        "items": workflow(
            "s>e", nodes=[node("s", "values", data=["a", "b", "c"]), node("e", "work", each=True, concurrency=1)]
        ),
        "line": lines,
        "in line": lines,
    }
    assert process.probe.gates["e:1"], "the second item is held"
    ids = {name: await process.start(graph) for name, graph in graphs.items()}
    for gate in ("g", "slow", "held", "e:1"):
        await process.probe.gates[gate].enter()
    await process.reaches(ids["timer"], "waiting")
    await process.reaches(ids["approval"], "waiting")
    await process.reaches(ids["retry"], "retry")
    second = ids["in line"]
    await until(lambda: any(run.steps for run in on_stage.server.runs if run.event["data"]["runId"] == second))

    on_stage.server.forget()
    await its_time_comes(process, ids["timer"], ids["retry"])
    with caplog.at_level(logging.WARNING, "voicegraph.engines.inngest.forgotten_runs"):
        for gate in ("g", "held", "e:1"):
            process.probe.gates[gate].opened.set()
        await approve(process, ids["approval"])
        await approve(process, ids["beside another"])
        await on_stage.server.sync(f"{process.url}/api/inngest")
        await until(lambda: process.probe.starts["y"])
        process.probe.gates["slow"].opened.set()
        runs = {name: await process.end_of(run_id) for name, run_id in ids.items()}
    for run in runs.values():
        check_once(process, run)
    for run_id in ids.values():
        assert any(run_id in record.message for record in caplog.records), "the log says so"
    assert process.probe.starts == Counter(
        {"t": 1, "t2": 1, "r": 2, "r2": 1, "a2": 1, "g": 1, "g2": 1, "slow": 1, "x": 1, "y": 1, "s": 1, "e": 3,
         "held": 2, "after": 2, "ask": 2}
    )  # fmt: skip
    assert process.probe.items == [0, 1, 2]


async def test_a_node_is_taken_over_whose_process_died_with_inngests_state(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voicegraph.engines.inngest.step_decisions.CLAIM_SECONDS", 0.2)
    process = await on_stage.process(sync=False)
    run_id = await process.start(workflow("a>b"))

    def begin(look: StepDecisions) -> object:
        return look.begin(NodeId("a"), "a function run that is forgotten")

    assert await decide(process.engine._ledger, run_id, begin) == Claim(1, 1)
    await on_stage.server.sync(f"{process.url}/api/inngest")
    run = await process.end_of(run_id)
    check_once(process, run)
    assert process.probe.starts == {"a": 1, "b": 1}


async def test_a_time_limit_ends_a_forgotten_run_that_waits_for_somebody(on_stage: Stage) -> None:
    process = await on_stage.process()
    graph = workflow("ask>b", nodes=[ask()])
    graph.timeout = 1
    run_id = await process.start(graph)
    await process.reaches(run_id, "waiting")
    on_stage.server.forget()
    await on_stage.server.sync(f"{process.url}/api/inngest")
    run = await process.end_of(run_id)
    assert (run.summary.status, run.summary.error and run.summary.error["code"]) == ("failed", "run_timeout")


async def test_a_run_that_nobody_starts_again_is_sent_less_and_less_often(on_stage: Stage) -> None:
    process = await on_stage.process()
    other = await on_stage.process(process.probe, sync=False)
    run_id = await process.start(workflow("w>b", nodes=[node("w", "later", seconds=3600)]))
    await process.reaches(run_id, "waiting")
    before = times_sent(on_stage, run_id)
    on_stage.server.forget()
    on_stage.server.registers_nobody = True
    await its_time_comes(process, run_id)
    await until(lambda: times_sent(on_stage, run_id) == before + 3)
    sent = [event for event in on_stage.server.events if event["data"].get("runId") == run_id]
    assert len({event["id"] for event in sent}) == len(sent) == before + 3, "Inngest takes an id once"
    gaps = [(b["ts"] - a["ts"]) / 1000 for a, b in zip(sent[-3:], sent[-2:], strict=False)]
    assert gaps[0] >= 0.4, gaps
    assert gaps[1] >= 0.8, gaps
    on_stage.server.registers_nobody = False
    await on_stage.server.sync(f"{process.url}/api/inngest")
    run = await other.end_of(run_id)
    check_once(process, run)
    assert process.probe.starts == {"w": 1, "b": 1}


async def test_what_is_not_due_is_left_alone(on_stage: Stage) -> None:
    """Somebody works at it, it sleeps, or it waits for an answer: however long, nothing is sent."""
    process = await on_stage.process()
    graphs = [
        workflow("g>b", nodes=[node("g", "gate")]),
        workflow("w>b", nodes=[node("w", "later", seconds=3600)]),
        workflow("ask>b", nodes=[ask()]),
    ]
    ids = [await process.start(graph) for graph in graphs]
    await process.probe.gates["g"].enter()
    for run_id in ids[1:]:
        await process.reaches(run_id, "waiting")
    looks = 0
    runs = process.engine._watch._runs
    overdue = runs.overdue

    async def counted(limit: int) -> list[RunId]:
        nonlocal looks
        looks += 1
        return await overdue(limit)

    runs.overdue = counted
    await until(lambda: looks > 8)
    assert [times_sent(on_stage, run_id) for run_id in ids] == [1, 1, 1]
    for run_id in ids:
        assert await process.pipeline.cancel(run_id)


async def test_a_run_that_waits_and_cannot_be_read_is_closed_and_the_others_are_looked_after(on_stage: Stage) -> None:
    process = await on_stage.process()
    run_id, other = [await process.start(workflow("ask>b", nodes=[ask(), node("b")])) for _ in range(2)]
    later = await process.start(workflow("w>b", nodes=[node("w", "later", seconds=3600), node("b")]))
    for one in (run_id, other, later):
        await process.reaches(one, "waiting")
    broken = update(run_payloads).where(run_payloads.c.run_id == run_id).values(workflow="xx")
    on_stage.server.forget()
    await process.pipeline.workflows._journal.execute(lambda connection: connection.execute(broken) and None)
    await its_time_comes(process, later)
    closed = await process.end_of(run_id)
    assert (closed.summary.status, (closed.summary.error or {})["code"]) == ("failed", "unreadable")
    assert {str(row.status) for row in closed.nodes} == {"cancelled"}
    check_once(process, await process.end_of(later))
    await approve(process, other)
    assert (await process.end_of(other)).summary.status == "completed"


async def test_a_server_that_forgot_us_too_is_told_where_we_are(on_stage: Stage) -> None:
    process = await on_stage.process()
    run_id = await process.start(workflow("w>b", nodes=[node("w", "later", seconds=3600)]))
    await process.reaches(run_id, "waiting")
    on_stage.server.forget()
    await its_time_comes(process, run_id)
    check_once(process, await process.end_of(run_id))
