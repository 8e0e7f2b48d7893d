"""From the failure on, items that are done are taken over: no effect of theirs is made again."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from support.graphs import node, workflow
from support.hosts import Host, Told, hosted
from support.replays import replay, replay_through_a_crash, reused, start_replay

from voicegraph.graph.model import Node, NodeId, Workflow
from voicegraph.run.events import ItemCounts
from voicegraph.settings import Settings

W = NodeId("w")


def listed(*values: object) -> Node:
    return node("list", "values", data=[*values])


def each(*values: str, **fields: Any) -> Workflow:
    return workflow("list>w", "w>end", nodes=[listed(*values), node("w", "work", each=True, **fields)])


async def taken(host: Host, told: Told) -> dict[int, bool]:
    """The items of the node in the history, and whether they were taken over."""
    page = await host.history.queries.items(told.detail.summary.id, W)
    return {item.item: item.reused for item in page.items}


async def test_from_the_failed_node_items_that_are_done_are_not_done_again(host: Host):
    host.probe.broken = {3}
    first = await host.run(each("a", "b", "c", "d", concurrency=1))
    assert first.status == "failed"
    host.probe.broken.clear()
    second = await replay(host, first, "failed")
    assert second.status == "completed"
    assert reused(second) == {"list"}
    assert Counter(host.probe.items) == {0: 1, 1: 1, 2: 1, 3: 2}
    assert second.text("end") == "A\nB\nC\nD"
    assert second.nodes[W].items == ItemCounts(4, 4, 0, reused=3)
    assert await taken(host, second) == {0: True, 1: True, 2: True, 3: False}
    said = [event.message for event in second.heard if event.node_id == W]
    assert f"3 of 4 items taken over from {first.detail.summary.id}" in said
    assert "Item 4 of 4 finished" in said
    assert [event.seq for event in second.heard] == [*range(1, len(second.heard) + 1)]


async def test_items_that_never_started_run_now(host: Host):
    host.probe.broken = {1}
    first = await host.run(each("a", "b", "c", "d", concurrency=1))
    assert host.probe.items == [0, 1]
    host.probe.broken.clear()
    second = await replay(host, first, "failed")
    assert second.status == "completed"
    assert host.probe.items == [0, 1, 1, 2, 3]
    assert second.text("w") == "A\nB\nC\nD"


async def test_of_a_node_that_went_on_only_what_failed_is_done_again(host: Host):
    host.probe.broken = {0, 2}
    first = await host.run(each("a", "b", "c", on_error="continue"))
    assert first.nodes[W].items == ItemCounts(3, 1, 2)
    host.probe.broken.clear()
    second = await replay(host, first, "failed")
    assert second.text("end") == "A\nB\nC"
    assert Counter(host.probe.items) == {0: 2, 1: 1, 2: 2}


async def test_where_a_run_was_cancelled_items_that_are_done_are_not_done_again(host: Host):
    gate = host.probe.gates["w:1"]
    run_id = await host.start(each("a", "b", concurrency=1))
    await gate.enter()
    await host.cancel(run_id)
    first = await host.told(run_id)
    gate.opened.set()
    second = await replay(host, first, "failed")
    assert second.text("w") == "A\nB"
    assert host.probe.items == [0, 1, 1]


async def test_a_replay_of_a_replay_has_the_items_of_both(host: Host):
    host.probe.broken = {1, 2}
    told = await host.run(each("a", "b", "c", concurrency=1))
    for mended in (1, 2):
        host.probe.broken -= {mended}
        told = await replay(host, told, "failed")
    assert told.text("end") == "A\nB\nC"
    assert Counter(host.probe.items) == {0: 1, 1: 2, 2: 2}
    assert await taken(host, told) == {0: True, 1: True, 2: False}


async def test_items_of_a_result_that_was_taken_over_whole_are_found_where_they_were_made(host: Host):
    host.probe.broken = {1}
    first = await host.run(each("a", "b", on_error="continue"))
    second = await replay(host, first, "end")
    assert reused(second) == {"list", "w"}
    host.probe.broken.clear()
    third = await replay(host, second, "failed")
    assert third.text("end") == "A\nB"
    assert Counter(host.probe.items) == {0: 1, 1: 2}


@pytest.mark.parametrize("start", ["w", "list", None])
async def test_a_replay_from_a_chosen_node_does_all_items_again(host: Host, start: str | None):
    host.probe.broken = {1}
    first = await host.run(each("a", "b", concurrency=1))
    host.probe.broken.clear()
    second = await replay(host, first, start)
    assert second.text("end") == "A\nB"
    assert Counter(host.probe.items) == {0: 2, 1: 2}
    assert await taken(host, second) == {0: False, 1: False}


@pytest.mark.parametrize("changed", [node("w", "work", each=True, text="new"), listed("x", "b")])
async def test_what_has_changed_does_all_items_again(host: Host, changed: Node):
    host.probe.broken = {1}
    graph = each("a", "b", concurrency=1)
    first = await host.run(graph)
    host.probe.broken.clear()
    nodes = [changed if one.id == changed.id else one for one in graph.nodes]
    second = await replay(host, first, "failed", workflow=graph.model_copy(update={"nodes": nodes}))
    assert second.text("end") == ("new\nnew" if changed.id == W else "X\nB")
    assert Counter(host.probe.items) == {0: 2, 1: 2}


async def test_items_that_were_taken_over_survive_a_crash(host: Host):
    host.probe.broken = {2}
    first = await host.run(each("a", "b", "c", concurrency=1))
    host.probe.broken.clear()
    second = await replay_through_a_crash(host, first, "w:2")
    if second is None:
        return
    assert second.text("end") == "A\nB\nC"
    assert Counter(host.probe.items) == {0: 1, 1: 1, 2: 3}


async def test_a_replay_that_waits_for_room_keeps_the_items_and_hands_them_on(settings: Settings):
    """Only engines with a queue have such runs."""
    async with hosted("embedded", settings, max_concurrent_runs=1) as host:
        host.probe.broken = {1}
        first = await host.run(each("a", "b", concurrency=1))
        host.probe.broken.clear()
        blocking = await host.start(workflow(nodes=[node("gate", "gate")]))
        await host.probe.gates["gate"].enter()
        never_began = await start_replay(host, first, "failed")
        await host.cancel(never_began)
        queued = await start_replay(host, await host.told(never_began), "failed")
        host.probe.gates["gate"].opened.set()
        told = await host.told(queued)
        assert told.text("end") == "A\nB"
        assert Counter(host.probe.items) == {0: 1, 1: 2}
        await asyncio.wait_for(host.told(blocking), 20)
