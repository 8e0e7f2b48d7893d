"""The versions of saved workflows: numbered, kept, and never overwritten unseen."""

from __future__ import annotations

import asyncio

import pytest
from support.clocks import turned_clock
from support.graphs import node, workflow
from support.history import History, open_history

from voicegraph.errors import Conflict, NotFound
from voicegraph.graph.model import Schedule, Workflow
from voicegraph.settings import Settings
from voicegraph.store.workflows.versions import KEPT_VERSIONS, NEW


def named(graph: Workflow, name: str) -> Workflow:
    return graph.model_copy(update={"name": name})


async def test_every_save_that_changes_something_is_a_version(history: History, monkeypatch: pytest.MonkeyPatch):
    turned, graph = turned_clock(monkeypatch), workflow("a>b", name="First")
    graph.triggers = [Schedule(cron="0 9 * * 1")]
    first = await history.workflows.save(graph, NEW)
    turned.turn(60)
    same = await history.workflows.save(graph)
    assert (same.version, same.saved_at, same.workflow) == (1, first.saved_at, first.workflow)
    second = await history.workflows.save(named(graph, "Second"), 1)
    assert second.saved_at >= first.saved_at + 60
    lines = await history.workflows.versions(graph.workflow_id)
    assert [(line.version, line.name, line.node_count) for line in lines] == [(2, "Second", 2), (1, "First", 2)]
    assert await history.workflows.version(graph.workflow_id, 1) == first
    assert await history.workflows.version(graph.workflow_id) == second


async def test_who_has_not_seen_the_newest_does_not_save_over_it(history: History):
    graph = workflow("a>b", name="Mine")
    await history.workflows.save(graph, NEW)
    await history.workflows.save(named(graph, "Theirs \0 now"), 1)
    for seen, why in ((NEW, "was saved meanwhile"), (1, "was saved meanwhile"), (3, "has no such version yet")):
        with pytest.raises(Conflict, match=f"“Theirs  now” {why}") as refused:
            await history.workflows.save(named(graph, "Mine too"), seen)
        assert refused.value.code == "newer_version"
        assert refused.value.details["version"] == 2
    # What says the same as the newest goes over nothing.
    assert (await history.workflows.save(named(graph, "Theirs \0 now"), 1)).version == 2
    assert (await history.workflows.save(named(graph, "Last wins"))).version == 3
    assert (await history.workflows.get(graph.workflow_id)).name == "Last wins"


async def test_one_that_was_deleted_is_not_made_anew_by_who_knew_it(history: History):
    graph = workflow("a>b")
    await history.workflows.save(graph, NEW)
    await history.workflows.delete(graph.workflow_id)
    with pytest.raises(NotFound, match="was deleted meanwhile"):
        await history.workflows.save(named(graph, "Mine"), 1)
    assert await history.workflows.list() == []
    assert history.rows("SELECT * FROM workflow_versions") == []


async def test_the_last_fifty_are_kept(history: History):
    graph = workflow(nodes=[node("a")])
    for number in range(KEPT_VERSIONS + 3):
        await history.workflows.save(named(graph, f"Name {number}"))
    lines = await history.workflows.versions(graph.workflow_id)
    assert [line.version for line in lines] == [*range(KEPT_VERSIONS + 3, 3, -1)]
    with pytest.raises(NotFound, match="no version 3: the last 50 are kept"):
        await history.workflows.version(graph.workflow_id, 3)


async def test_an_old_one_comes_back_as_the_newest(history: History):
    graph = workflow("a>b", name="Good")
    first = await history.workflows.save(graph, NEW)
    await history.workflows.save(named(graph, "Bad"), 1)
    back = await history.workflows.save(first.workflow, 2, restored_from=1)
    assert (back.version, back.workflow) == (3, first.workflow)
    lines = await history.workflows.versions(graph.workflow_id)
    assert [(line.version, line.restored_from) for line in lines] == [(3, 1), (2, None), (1, None)]


async def test_of_several_saves_at_once_one_goes_over_the_version_they_all_knew(settings: Settings):
    """In two processes: each of them writes over a connection of its own."""
    graph = workflow("a>b", name="Known")
    async with open_history(settings) as one, open_history(settings) as other:
        await one.workflows.save(graph, NEW)
        for seen in range(1, 9):
            saves = [
                history.workflows.save(named(graph, f"Save {seen}.{number}"), seen)
                for number, history in enumerate((one, other, one, other))
            ]
            done = await asyncio.gather(*saves, return_exceptions=True)
            assert [getattr(result, "code", "saved") for result in done].count("newer_version") == 3, done
            assert (await one.workflows.version(graph.workflow_id)).version == seen + 1
