"""Runs that are asked for in Inngest's dashboard: rerun, invoke, send event. They work, or are refused in words."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock

import pytest
from support.graphs import node, workflow
from support.inngest_run import FunctionRun
from support.inngest_server import REAL_SERVER
from support.inngest_stage import Process, Stage

from voicegraph.engines.inngest import requested_runs
from voicegraph.errors import Problem
from voicegraph.graph.model import Node, NodeId, RunId
from voicegraph.nodes.params.targets import OUTSIDE_TARGET
from voicegraph.pipeline import Check, Pipeline
from voicegraph.run.approval import Decision
from voicegraph.store.views.details import RunDetail
from voicegraph.store.views.filters import RunFilter

pytestmark = pytest.mark.skipif(bool(REAL_SERVER), reason="presses the dashboard's buttons")
EXECUTE = "voicegraph-execute-workflow"
GRAPH = workflow("a>b")
WIRE: Any = GRAPH.model_dump(mode="json", by_alias=True)


@pytest.fixture(autouse=True)
def _one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requested_runs, "A_MOMENT", 0.002)


async def ended(run: FunctionRun) -> FunctionRun:
    async with asyncio.timeout(20):
        await run.ended.wait()
    return run


async def started(process: Process, run: FunctionRun) -> RunDetail:
    """The run that a function run says it has started."""
    assert (await ended(run)).status == "completed", run.output
    assert run.output["status"] == "started"
    return await process.end_of(RunId(run.output["runId"]))


async def test_rerun_of_a_run_is_a_replay(on_stage: Stage) -> None:
    process = await on_stage.process()
    first = await process.run(workflow("a>b", nodes=[node("a", text="${config:what}")]), config={"what": "x"})
    run = await ended(on_stage.server.run_of(first.summary.id))
    await asyncio.sleep(0.01)  # ids count milliseconds
    replay = await started(process, on_stage.server.rerun(run))
    assert replay.summary.id != first.summary.id
    assert (replay.summary.status, replay.summary.trigger) == ("completed", "replay")
    assert replay.summary.origin_run_id == first.summary.id
    assert process.probe.starts == {"a": 2, "b": 2}
    assert len((await process.pipeline.queries.detail(first.summary.id)).events) == len(first.events)


async def test_rerun_of_a_failed_run_is_a_replay_too(on_stage: Stage) -> None:
    process = await on_stage.process()
    first = await process.run(workflow("a>b", nodes=[node("a", "fail")]))
    run = await ended(on_stage.server.run_of(first.summary.id))
    await asyncio.sleep(0.01)
    replay = await started(process, on_stage.server.rerun(run))
    assert (replay.summary.status, replay.summary.origin_run_id) == ("failed", first.summary.id)


async def test_an_event_that_comes_once_more_repeats_nothing(on_stage: Stage) -> None:
    """A run that was over when a late message for it began a function run: that is no wish of anybody's."""
    process = await on_stage.process()
    first = await process.run(GRAPH)
    run = await ended(on_stage.server.run_of(first.summary.id))
    await asyncio.sleep(0.01)
    late = on_stage.server.start(run.function, run.event | {"id": f"{first.summary.id}:0123:0"})
    assert (await ended(late)).status == "failed"
    assert late.output["message"] == requested_runs.OVER
    assert process.probe.starts == {"a": 1, "b": 1}
    assert len((await process.pipeline.queries.detail(first.summary.id)).events) == len(first.events)


async def test_a_run_cancelled_before_it_began_is_not_run_by_its_late_event(on_stage: Stage) -> None:
    process = await on_stage.process(sync=False)
    run_id = await process.start(GRAPH)
    assert await process.pipeline.cancel(run_id)
    await asyncio.sleep(0.01)
    await on_stage.server.sync(f"{process.url}/api/inngest")
    on_stage.server.send({"id": run_id, "name": "workflow/execute.requested", "data": {"runId": run_id}})
    await ended(on_stage.server.run_of(run_id))
    assert not process.probe.starts
    assert (await process.pipeline.queries.summary(run_id)).status == "cancelled"


@pytest.mark.parametrize("way", ["invoke", "send"])
@pytest.mark.parametrize("what", ["workflow", "workflowId"])
async def test_a_workflow_that_is_asked_for_is_run_and_in_the_history(on_stage: Stage, way: str, what: str) -> None:
    process = await on_stage.process()
    graph = workflow("a>b", name="Asked for")
    saved = (await process.pipeline.save(graph)).workflow
    own: Any = graph.model_dump(mode="json", by_alias=True)
    data = {what: own if what == "workflow" else saved.workflow_id, "config": {"what": "x"}}
    if way == "invoke":
        run = on_stage.server.invoke(EXECUTE, data)
    else:
        on_stage.server.send({"name": "workflow/execute.requested", "data": data})
        run = on_stage.server.runs[-1]
    detail = await started(process, run)
    assert (detail.summary.status, detail.summary.name) == ("completed", "Asked for")
    assert process.probe.starts == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, '"workflowId"'),
        ({"workflow": {"nodes": 7}}, "cannot be read"),
        ({"workflow": GRAPH.model_dump(mode="json", by_alias=True), "config": [1]}, "config"),
        ({"workflowId": "wf_nobody"}, "wf_nobody"),
        ({"workflow": {"name": "x", "nodes": [], "edges": []}}, "no nodes"),
        ({"runId": "run_nobody"}, "not in the history"),
    ],
)
async def test_anything_else_is_refused_at_once_and_in_words(on_stage: Stage, data: dict[str, Any], words: str) -> None:
    process = await on_stage.process()
    run = await ended(on_stage.server.invoke(EXECUTE, data))
    assert run.status == "failed"
    assert words in run.output["message"]
    assert len(run.calls) == 1, "it is not tried again"
    assert not process.probe.starts


def edited(**parts: Any) -> dict[str, Any]:
    """The data of an event whose workflow is not as it should be."""
    return {"workflow": WIRE | parts}


A, B = WIRE["nodes"]
(EDGE,) = WIRE["edges"]
WRONG: list[tuple[dict[str, Any], str]] = [
    (edited(edges=[EDGE, EDGE | {"id": "back", "source": "b", "target": "a"}]), "circle"),
    (edited(edges=[EDGE | {"target": "nobody"}]), "nobody"),
    (edited(nodes=[A, A, B]), "is already that of"),
    (edited(nodes=[A, B, *(A | {"id": f"n{number}"} for number in range(600))]), "500"),
    ({"workflow": {"name": "x", "nodes": [{"name": "A", "type": "n8n.start"}], "connections": {}}}, "export of n8n"),
    ({"workflow": [1]}, "JSON object"),
    ({"workflow": "text"}, "This is text"),
    ({"workflow": None, "workflowId": None}, '"workflowId"'),
    ({"workflow": WIRE, "config": []}, "config"),
    ({"workflow": WIRE, "config": 0}, "config"),
    ({"workflow": WIRE, "config": False}, "config"),
    ({"workflow": WIRE, "config": ""}, "config"),
    ({"workflow": WIRE, "config": {"what": "a\0b"}}, "NUL"),
    ({"workflowId": "wf\0"}, '"workflowId"'),
    ({"runId": "run\0"}, "no id of a run"),
]


@pytest.mark.parametrize("stored_in", ["sqlite", "postgresql"])
async def test_a_workflow_of_an_event_is_checked_as_any_other_and_refused_at_once(
    on_stage: Stage, stored_in: str, request: pytest.FixtureRequest
) -> None:
    more = {} if stored_in == "sqlite" else {"database_url": request.getfixturevalue("postgres").fresh()}
    process = await on_stage.process(**more)
    for data, words in WRONG:
        run = await ended(on_stage.server.invoke(EXECUTE, data))
        assert (run.status, len(run.calls)) == ("failed", 1), (data, run.output)
        assert words in run.output["message"], run.output
    assert not process.probe.starts
    assert (await process.pipeline.queries.page(RunFilter())).total == 0


async def test_what_is_null_in_an_event_is_left_out(on_stage: Stage) -> None:
    process = await on_stage.process()
    saved = (await process.pipeline.save(GRAPH)).workflow
    data = {"workflow": None, "workflowId": saved.workflow_id, "config": None}
    run = await started(process, on_stage.server.invoke(EXECUTE, data))
    assert run.summary.status == "completed"


async def test_an_event_allows_no_node_to_go_where_content_says(on_stage: Stage) -> None:
    """Who sends an event is not known to be the owner; a saved workflow was allowed by the owner, and keeps it."""
    process = await on_stage.process()
    allowed = GRAPH.model_copy(
        update={"nodes": [node.model_copy(update={"allow_outside_target": True}) for node in GRAPH.nodes]}
    )
    saved = (await process.pipeline.save(allowed)).workflow
    wire = allowed.model_dump(mode="json", by_alias=True)
    for data, kept in (({"workflow": wire}, False), ({"workflowId": saved.workflow_id}, True)):
        run = await started(process, on_stage.server.invoke(EXECUTE, data))
        assert [one.get("allowOutsideTarget", False) for one in run.workflow["nodes"]] == [kept, kept]


async def test_where_a_permission_is_missing_the_refusal_says_how_to_give_it(
    on_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await on_stage.process()
    lacks = [Problem("nodes[0].params.to", "A web page could say where this goes.", OUTSIDE_TARGET)]
    monkeypatch.setattr(Pipeline, "check", AsyncMock(return_value=Check(lacks, [], [])))
    run = await ended(on_stage.server.invoke(EXECUTE, {"workflow": WIRE}))
    assert "could say where this goes" in run.output["message"]
    assert requested_runs.SAVE_IT in run.output["message"]


async def test_two_voicegraphs_on_one_inngest_start_their_own_runs_alone(on_stage: Stage) -> None:
    """Each with a database and an app id of its own: events of one are no business of the other."""
    one = await on_stage.process()
    other = await on_stage.process(data_dir=on_stage.folder / "other", inngest_app_id="second-one")
    paused = workflow("ask>b", nodes=[Node(id=NodeId("ask"), type="approval", action="request")])
    for process, prefix in ((one, "workflow/"), (other, "second-one/")):
        before = len(on_stage.server.runs)
        run_id = await process.start(paused)
        await process.reaches(run_id, "waiting")
        row = (await process.pipeline.queries.detail(run_id)).nodes[0]
        answer = Decision(True, str((row.waits or {})["digest"]))
        await process.pipeline.answer(run_id, NodeId("ask"), answer)
        assert (await process.end_of(run_id)).summary.status == "completed"
        again = await process.start(paused)
        await process.reaches(again, "waiting")
        assert await process.pipeline.cancel(again)
        await ended(on_stage.server.run_of(again))
        begun = on_stage.server.runs[before:]
        assert [run.event["name"] for run in begun if run.function["id"].endswith(EXECUTE[10:])] == [
            f"{prefix}execute.requested"
        ] * 2
    assert (one.probe.starts, other.probe.starts) == ({"ask": 2, "b": 1}, {"ask": 2, "b": 1})
    invoked = on_stage.server.invoke(
        "second-one-execute-workflow", {"workflow": GRAPH.model_dump(mode="json", by_alias=True)}
    )
    assert (await started(other, invoked)).summary.status == "completed"
