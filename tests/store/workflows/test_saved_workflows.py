from __future__ import annotations

import pytest
from support.clocks import turned_clock
from support.graphs import node, workflow
from support.history import History, new_run

from voicegraph.errors import Conflict, NotFound
from voicegraph.graph.model import Retry, Schedule, WorkflowId
from voicegraph.run.events import Entry, RunChange, RunEvent
from voicegraph.run.state import RunStatus
from voicegraph.store.runs.failed_runs import FollowUps


async def test_a_workflow_comes_back_as_it_was(history: History):
    graph = workflow("a+>b", "a->c", nodes=[node("a", retry=Retry(attempts=7), timeout=1.5, text="{{ input }} \0 ü")])
    graph.triggers = [Schedule(cron="0 9 * * 1", timezone="Europe/Berlin")]
    stored = (await history.workflows.save(graph)).workflow
    assert await history.workflows.get(graph.workflow_id) == stored
    assert [trigger.id for trigger in stored.triggers] == ["trigger-0"]
    assert stored.model_copy(update={"triggers": graph.triggers}) == graph


async def test_the_last_changed_comes_first(history: History, monkeypatch: pytest.MonkeyPatch):
    turned = turned_clock(monkeypatch)
    first, second = workflow("a>b", name="First"), workflow(nodes=[node("a")], name="Second")
    for graph in (first, second):
        await history.workflows.save(graph)
        turned.turn(1)
    assert [(saved.name, saved.node_count) for saved in await history.workflows.list()] == [("Second", 1), ("First", 2)]
    await history.workflows.save(first)
    assert [saved.name for saved in await history.workflows.list()] == ["First", "Second"]


async def test_saving_again_replaces(history: History):
    graph = workflow("a>b", name="Old")
    await history.workflows.save(graph)
    graph.name = "New \0 name"
    graph.nodes = graph.nodes[:1]
    graph.edges = []
    await history.workflows.save(graph)
    (saved,) = await history.workflows.list()
    assert (saved.id, saved.name, saved.node_count) == (graph.workflow_id, "New  name", 1)
    assert await history.workflows.get(graph.workflow_id) == graph


async def test_a_removed_workflow_is_gone(history: History):
    graph = workflow("a>b")
    await history.workflows.save(graph)
    await history.workflows.delete(graph.workflow_id)
    assert await history.workflows.list() == []
    for ask in (history.workflows.get, history.workflows.delete):
        with pytest.raises(NotFound):
            await ask(WorkflowId(graph.workflow_id))


async def test_one_that_others_start_is_removed_only_by_force(history: History):
    report, step = workflow("a>b", name="100%_Report"), node("run", "run", type="workflow", workflow="100%_report")
    users = [
        workflow("a>b", name="Daily").model_copy(update={"error_workflow": report.workflow_id}),
        workflow(nodes=[step], name="Round"),
        workflow(nodes=[node("a", text=report.workflow_id)], name="Speaks of it"),
    ]
    for graph in (report, *users):
        await history.workflows.save(graph)
    with pytest.raises(Conflict, match="used by “Daily”, “Round”:"):
        await history.workflows.delete(report.workflow_id)
    await history.workflows.delete(report.workflow_id, force=True)
    assert len(await history.workflows.list()) == 3


async def test_what_could_not_follow_is_noted_once_after_the_last_event(history: History):
    run = new_run(workflow("a>b"))
    await history.journal.record(Entry(run.run_id, create=run, events=[RunEvent("start", 1.0)]))
    failed = RunChange(RunStatus.FAILED, 1.0, 2.0)
    end = Entry(run.run_id, events=[RunEvent("error", 2.0)], change=failed, follow_up=WorkflowId("wf_gone"))
    await history.journal.record(end)
    follow_ups = FollowUps(history.reader, history.journal)
    for _ in range(2):
        await follow_ups.done(run.run_id, "It was not started.")
    events = await history.queries.events(run.run_id)
    assert [(event.seq, event.kind) for event in events] == [(1, "start"), (2, "error"), (3, "log")]
    assert await follow_ups.open() == []
