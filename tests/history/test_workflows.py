from __future__ import annotations

import pytest
from support.clocks import turned_clock
from support.graphs import node, workflow
from support.history import History

from voicegraph.errors import NotFound
from voicegraph.graph.model import Retry, Schedule, WorkflowId


async def test_a_workflow_comes_back_as_it_was(history: History):
    graph = workflow("a+>b", "a->c", nodes=[node("a", retry=Retry(attempts=7), timeout=1.5, text="{{ input }} \0 ü")])
    graph.triggers = [Schedule(cron="0 9 * * 1", timezone="Europe/Berlin")]
    stored = await history.workflows.save(graph)
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
