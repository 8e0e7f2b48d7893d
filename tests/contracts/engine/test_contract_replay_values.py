"""From the failure on, where something before a node runs again, items whose value is the same are not done again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import delete, update
from support.graphs import node, workflow
from support.hosts import Host, Told
from support.replays import replay, replay_through_a_crash, start_replay

from voicegraph.db.tables import item_runs, runs
from voicegraph.graph.model import Node, NodeId, Workflow
from voicegraph.run.events import ItemCounts

MAIL = NodeId("mail")


def listed(*values: object) -> Node:
    return node("list", "values", data=[*values])


def fetched(*values: object, mail: Node | None = None) -> Workflow:
    """Each value is fetched, and each of what comes is mailed; one that fails stops neither."""
    fetch = node("fetch", "work", each=True, on_error="continue", concurrency=1)
    return workflow("list>fetch", "fetch>mail", "mail>end", nodes=[listed(*values), fetch, mail or mailing()])


def mailing(template: str = "To {{ item }}", **fields: Any) -> Node:
    return node("mail", "template", each=True, template=template, **fields)


def with_node(graph: Workflow, changed: Node) -> Workflow:
    nodes = [changed if one.id == changed.id else one for one in graph.nodes]
    return graph.model_copy(update={"nodes": nodes})


def mailed(host: Host) -> Counter[str]:
    """How often a mail was sent, by what it was for: an error stands for what was not fetched."""
    items = [context.item for context in host.probe.contexts if context.node_id == MAIL]
    return Counter(item if isinstance(item, str) else "error" for item in items)


async def failed(host: Host, graph: Workflow, broken: int = 2, **given: object) -> Told:
    """A run in which one item of the first node failed, and is mended afterwards."""
    host.probe.broken = {broken}
    told = await host.run(graph, **given)
    host.probe.broken.clear()
    return told


async def taken(host: Host, told: Told) -> dict[int, str | None]:
    """The items of the mails, and which run made them, where it was another one."""
    page = await host.history.queries.items(told.detail.summary.id, MAIL)
    assert all(item.reused == (item.reused_from is not None) for item in page.items)
    return {item.item: item.reused_from for item in page.items}


async def test_what_was_done_for_the_same_value_is_not_done_again(host: Host):
    first = await failed(host, fetched("a", "b", "c"))
    assert first.status == "completed"
    second = await replay(host, first, "failed")
    assert second.status == "completed"
    assert mailed(host) == {"A": 1, "B": 1, "error": 1, "C": 1}
    assert second.text("end") == "To A\nTo B\nTo C"
    assert second.nodes[MAIL].items == ItemCounts(3, 3, 0, reused=2)
    assert await taken(host, second) == {0: first.detail.summary.id, 1: first.detail.summary.id, 2: None}
    said = [event.message for event in second.heard if event.node_id == MAIL]
    assert f"2 of 3 items taken over from {first.detail.summary.id}" in said


async def test_items_are_known_by_their_values_wherever_they_are_by_now(host: Host):
    first = await failed(host, fetched("a", "b", "c"))
    second = await replay(host, first, "failed", workflow=with_node(fetched(), listed("x", "c", "b", "a")))
    assert second.text("end") == "To X\nTo C\nTo B\nTo A"
    assert mailed(host) == {"A": 1, "B": 1, "error": 1, "C": 1, "X": 1}
    fetches = Counter(context.item for context in host.probe.contexts if context.node_id == "fetch")
    assert fetches == {"a": 1, "b": 1, "c": 2, "x": 1}


async def test_of_equal_items_as_many_are_taken_over_as_were_done(host: Host):
    first = await failed(host, fetched("a", "a", "a"))
    second = await replay(host, first, "failed")
    assert second.text("end") == "To A\nTo A\nTo A"
    assert mailed(host) == {"A": 3, "error": 1}


async def test_where_every_item_is_the_same_none_is_run(host: Host):
    first = await failed(host, fetched("a", "b", "c"))
    second = await replay(host, first, "failed", workflow=with_node(fetched(), listed("b", "a")))
    assert second.text("end") == "To B\nTo A"
    assert mailed(host) == {"A": 1, "B": 1, "error": 1}


async def test_items_of_a_node_that_stopped_at_a_failure_are_taken_over_as_well(host: Host):
    bad = "{% if item == 'B' and config.bad %}{{ item | divided_by: 0 }}{% endif %}To {{ item }}"
    graph = fetched("a", "b", "c", mail=mailing(bad, concurrency=1))
    first = await failed(host, graph, broken=0, config={"bad": True})
    assert first.status == "failed"
    second = await replay(host, first, "failed", config={})
    assert second.text("end") == "To A\nTo B\nTo C"
    assert mailed(host) == {"A": 1, "B": 1, "C": 1, "error": 1}


@pytest.mark.parametrize(
    ("template", "again"),
    [
        ("To {{ item }} of {{ nodes['list'].data | size }}", False),
        ("To {{ item }} of {{ nodes['fetch'].text }}", True),
        ("To {{ item }} from {{ config.other }}", False),
        ("To {{ item }} from {{ config.sender }}", True),
        ("To {{ item }} in {{ run.id }}", False),
    ],
)
async def test_what_a_template_makes_of_other_things_counts_as_well(host: Host, template: str, again: bool):
    graph = fetched("a", "b", "c", mail=mailing(template))
    first = await failed(host, graph, config={"sender": "me", "other": "x"})
    await replay(host, first, "failed", config={"sender": "you", "other": "x"})
    assert mailed(host) == {"A": 1 + again, "B": 1 + again, "error": 1, "C": 1}


@pytest.mark.parametrize("mail", [mailing("Dear {{ item }}"), node("mail", "echo", each=True), mailing(merge="first")])
async def test_a_node_that_has_changed_runs_for_all_items(host: Host, mail: Node):
    first = await failed(host, fetched("a", "b", "c"))
    await replay(host, first, "failed", workflow=with_node(fetched("a", "b", "c"), mail))
    assert mailed(host) == {"A": 2, "B": 2, "error": 1, "C": 1}


@pytest.mark.parametrize("start", [None, "list", "fetch", "mail"])
async def test_a_replay_from_a_chosen_node_does_all_items_again(host: Host, start: str | None):
    first = await failed(host, fetched("a", "b", "c"))
    await replay(host, first, start)
    last = "error" if start == "mail" else "C"
    assert mailed(host) == Counter({"A": 2, "B": 2, "error": 1}) + Counter([last])


async def test_items_are_found_in_the_run_before_one_that_did_not_come_so_far(host: Host):
    first = await failed(host, fetched("a", "b", "c"))
    gate = host.probe.gates["fetch:2"]
    run_id = await start_replay(host, first, "failed")
    await gate.enter()
    await host.cancel(run_id)
    second = await host.told(run_id)
    gate.opened.set()
    third = await replay(host, second, "failed")
    assert third.text("end") == "To A\nTo B\nTo C"
    assert mailed(host) == {"A": 1, "B": 1, "error": 1, "C": 1}
    fourth = await replay(host, third, "list")
    assert mailed(host) == {"A": 2, "B": 2, "error": 1, "C": 2}, fourth.status


async def test_where_the_earlier_run_is_gone_all_items_run(host: Host):
    first = await failed(host, fetched("a", "b", "c"))
    gate = host.probe.gates["fetch:2"]
    run_id = await start_replay(host, first, "failed")
    await gate.enter()
    with host.history.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(delete(runs).where(runs.c.id == first.detail.summary.id))
    gate.opened.set()
    second = await host.told(run_id)
    assert second.text("end") == "To A\nTo B\nTo C"
    assert mailed(host) == {"A": 2, "B": 2, "error": 1, "C": 1}


async def test_items_that_are_older_than_their_digests_run_again(host: Host):
    first = await failed(host, fetched("a", "b", "c"))
    with host.history.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(update(item_runs).values(digest=None))
    await replay(host, first, "failed")
    assert mailed(host) == {"A": 2, "B": 2, "error": 1, "C": 1}


async def test_after_a_crash_of_the_replay_nothing_is_done_twice(host: Host):
    mail = node("mail", "work", each=True, on_error="continue", concurrency=1)
    first = await failed(host, fetched("a", "b", "c", "d", mail=mail))
    second = await replay_through_a_crash(host, first, "mail:2")
    if second is None:
        return
    assert second.text("end") == "A\nB\nC\nD"
    assert mailed(host) == {"A": 1, "B": 1, "error": 1, "C": 2, "D": 1}
    assert second.nodes[MAIL].items == ItemCounts(4, 4, 0, reused=3)
