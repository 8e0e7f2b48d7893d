from __future__ import annotations

import asyncio

import pytest
from support.graphs import node, workflow
from support.hosts import Host, Told

from voicegraph.graph.model import Node, NodeId, Retry, Workflow
from voicegraph.run.events import ItemCounts, RunEvent
from voicegraph.run.state import NodeStatus

W = NodeId("w")


def listed(*values: object) -> Node:
    return node("list", "values", data=[*values])


def each(count: int = 6, **fields: object) -> Workflow:
    """A list of `i0`, `i1`, … and a node that works on each of them."""
    return workflow(
        "list>w", "w>end", nodes=[listed(*(f"i{n}" for n in range(count))), node("w", "work", each=True, **fields)]
    )


def told_of_items(told: Told) -> list[RunEvent]:
    return [event for event in told.heard if event.kind == "progress" and event.data and "status" in event.data]


async def test_each_item_is_run_once_and_results_keep_the_order(host: Host):
    told = await host.run(each(6, concurrency=3))
    assert told.status == "completed"
    assert sorted(host.probe.items, key=str) == [*range(6)]
    assert told.nodes[W].output
    assert told.nodes[W].output.data == ["I0", "I1", "I2", "I3", "I4", "I5"]
    assert told.text("w") == "I0\nI1\nI2\nI3\nI4\nI5"
    assert told.nodes[W].items == ItemCounts(6, 6, 0)
    assert told.kinds("w").count("start") == told.kinds("w").count("success") == 1
    assert told.text("end") == told.text("w")


async def test_what_finishes_first_does_not_come_first(host: Host):
    host.probe.gates["w:0"], host.probe.gates["w:1"]
    run_id = await host.start(each(3, concurrency=3))
    await host.probe.gates["w:0"].enter()
    host.probe.gates["w:1"].opened.set()
    await host.until(run_id, "progress", "w")
    host.probe.gates["w:0"].opened.set()
    told = await host.told(run_id)
    assert told.text("w") == "I0\nI1\nI2"


async def test_no_more_items_at_a_time_than_the_node_says(host: Host):
    told = await host.run(each(9, concurrency=2, seconds=0.005))
    assert told.status == "completed"
    assert host.probe.most_at_work <= 2


async def test_without_a_number_there_are_five_at_a_time(host: Host):
    for item in range(8):
        host.probe.gates[f"w:{item}"]
    run_id = await host.start(each(8))
    for item in range(5):
        await host.probe.gates[f"w:{item}"].enter()
    for item in range(8):
        host.probe.gates[f"w:{item}"].opened.set()
    told = await host.told(run_id)
    assert told.status == "completed"
    assert host.probe.most_at_work == 5


async def test_each_item_has_its_own_key_and_is_what_templates_see(host: Host):
    rows = [{"name": "Ada", "age": 36}, {"name": "Bob", "age": 7}]
    graph = workflow(
        "list>w",
        nodes=[listed(*rows), node("w", "work", each=True, text="{{ item.name }}: {{ data.age }}, {{ input }}")],
    )
    told = await host.run(graph)
    assert told.nodes[W].output
    assert told.nodes[W].output.data == ["Ada: 36, name: Ada\nage: 36", "Bob: 7, name: Bob\nage: 7"]
    run_id = told.detail.summary.id
    keys = {context.idempotency_key for context in host.probe.contexts if context.node_id == "w"}
    assert keys == {f"{run_id}:w:0", f"{run_id}:w:1"}


async def test_lines_of_a_text_are_items(host: Host):
    graph = workflow("a>w", nodes=[node("a", text="- one\n- two\n\n- three"), node("w", "work", each=True)])
    told = await host.run(graph)
    assert told.text("w") == "ONE\nTWO\nTHREE"


async def test_an_item_that_fails_is_tried_again_by_itself_where_that_is_promised(host: Host):
    told = await host.run(each(4, bad=[1], times=2, retryable=True, retry=Retry(attempts=3)))
    if host.retries:
        assert told.status == "completed"
        assert told.text("w") == "I0\nI1\nI2\nI3"
        assert [host.probe.items.count(item) for item in range(4)] == [1, 3, 1, 1]
        page = await host.history.queries.items(told.detail.summary.id, W)
        assert [item.attempt for item in page.items] == [1, 3, 1, 1]
        assert told.kinds("w").count("retry") == 0
        retries = [event for event in told_of_items(told) if event.data and event.data["status"] == "retrying"]
        assert [event.data["item"] for event in retries if event.data] == [1, 1]
    else:
        assert told.status == "failed"
        assert host.probe.items.count(1) == 1


async def test_when_an_item_fails_those_in_flight_finish_and_the_rest_does_not_start(host: Host):
    for item in range(6):
        host.probe.gates[f"w:{item}"]
    run_id = await host.start(each(6, concurrency=2, bad=[0]))
    await host.probe.gates["w:1"].enter()
    host.probe.gates["w:0"].opened.set()
    await host.until(run_id, "progress", "w")
    async with asyncio.timeout(20):
        while not (await host.history.queries.items(run_id, W, status="failed")).items:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    host.probe.gates["w:1"].opened.set()
    told = await host.told(run_id)
    assert told.status == "failed"
    assert told.statuses == {"list": "completed", "w": "failed", "end": "skipped"}
    assert told.detail.summary.error == {
        "code": "bad_item", "message": "Item 1 of 6 failed: It is bad.", "retryable": False, "nodeId": "w",
    }  # fmt: skip
    page = await host.history.queries.items(run_id, W)
    assert [(item.item, item.status) for item in page.items] == [(0, "failed"), (1, "completed")]
    assert page.items[1].output
    assert page.items[1].output.text == "I1"
    assert told.nodes[W].items == ItemCounts(6, 1, 1)


async def test_a_node_that_goes_on_keeps_the_place_of_what_failed(host: Host):
    told = await host.run(each(4, bad=[1, 3], on_error="continue"))
    assert told.status == "completed"
    output = told.nodes[W].output
    assert output
    error = {"error": {"code": "bad_item", "message": "It is bad.", "retryable": False}}
    assert output.data == ["I0", error, "I2", error]
    assert output.text == "I0\nIt is bad.\nI2\nIt is bad."
    assert output.meta["failed"] == 2
    assert told.statuses["w"] == "completed"
    assert told.nodes[W].items == ItemCounts(4, 2, 2)
    assert sorted(host.probe.items, key=str) == [0, 1, 2, 3]


async def test_an_empty_list_gives_an_empty_result(host: Host):
    told = await host.run(each(0))
    assert told.status == "completed"
    assert told.nodes[W].output
    assert (told.nodes[W].output.data, told.nodes[W].output.text) == ([], "")
    assert told.nodes[W].items == ItemCounts(0, 0, 0)
    assert host.probe.items == []


async def test_too_many_items_are_refused_with_a_reason(host: Host):
    graph = workflow("list>w", nodes=[node("list", text="x\n" * 10_001), node("w", "work", each=True)])
    told = await host.run(graph)
    assert told.status == "failed"
    assert told.detail.summary.error
    assert told.detail.summary.error["code"] == "too_many_items"
    assert host.probe.items == []


async def test_a_run_that_is_cancelled_stops_its_items(host: Host):
    for item in range(6):
        host.probe.gates[f"w:{item}"]
    run_id = await host.start(each(6, concurrency=2))
    host.probe.gates["w:0"].opened.set()
    await host.probe.gates["w:2"].enter()
    assert await host.cancel(run_id)
    told = await host.told(run_id)
    assert told.status == "cancelled"
    assert told.statuses == {"list": "completed", "w": "cancelled"}
    page = await host.history.queries.items(run_id, W)
    assert [(item.item, item.status) for item in page.items] == [
        (0, NodeStatus.COMPLETED), (1, NodeStatus.CANCELLED), (2, NodeStatus.CANCELLED),
    ]  # fmt: skip
    assert sorted(host.probe.items, key=str) == [0, 1, 2]


async def test_no_item_starts_after_the_run_failed_elsewhere(host: Host):
    nodes = [listed(*"abcdef"), node("w", "work", each=True, concurrency=1), node("bad", "gate_then_fail")]
    host.probe.gates["w:0"]
    run_id = await host.start(workflow("list>w", "w>end", nodes=nodes))
    await host.probe.gates["w:0"].enter()
    host.probe.gates["bad"].opened.set()
    await host.until(run_id, "error", "bad")
    host.probe.gates["w:0"].opened.set()
    told = await host.told(run_id)
    assert told.status == "failed"
    assert told.statuses == {"list": "completed", "bad": "failed", "w": "cancelled", "end": "skipped"}
    assert host.probe.items == [0]
    page = await host.history.queries.items(run_id, W)
    assert [(item.item, item.status) for item in page.items] == [(0, "completed")]


async def test_how_far_it_is_can_be_watched(host: Host):
    told = await host.run(each(3, concurrency=1))
    data = [event.data for event in told.heard if event.kind == "progress" and event.node_id == "w" and event.data]
    assert data[0] == {"done": 0, "failed": 0, "reused": 0, "total": 3}
    assert data[1:] == [
        {"item": item, "status": "completed", "done": item + 1, "failed": 0, "reused": 0, "total": 3}
        for item in range(3)
    ]
    assert [event.message for event in told_of_items(told)] == [f"Item {n} of 3 finished" for n in (1, 2, 3)]


async def test_a_node_with_many_items(host: Host):
    count = 1_000 if host.name != "inngest" else 60
    told = await host.run(each(count, concurrency=20))
    assert told.status == "completed"
    assert told.nodes[W].output
    assert told.nodes[W].output.data == [f"I{item}" for item in range(count)]
    assert len(host.probe.items) == count


async def test_items_of_items(host: Host):
    """What a node with `each` gives is a list again; beside each item stands its text."""
    letter = node("letter", "template", type="test", each=True, template="Dear {{ item.name }}")
    graph = workflow("list>letter", "letter>w", nodes=[
        listed({"name": "Ada"}, {"name": "Bob"}), letter, node("w", "work", each=True, text="{{ item.name }}: {{ input }}"),
    ])  # fmt: skip
    told = await host.run(graph)
    assert told.text("w") == "Ada: Dear Ada\nBob: Dear Bob"


async def test_finished_items_are_not_run_again_by_the_next_process(host: Host):
    if not host.survives:
        return
    for item in range(5):
        host.probe.gates[f"w:{item}"]
    run_id = await host.start(each(5, concurrency=2))
    host.probe.gates["w:0"].opened.set()
    await host.probe.gates["w:1"].enter()
    await host.probe.gates["w:2"].enter()
    await host.kill()
    host.probe.items.clear()
    for item in range(5):
        host.probe.gates[f"w:{item}"].opened.set()
    await host.open()
    told = await host.told(run_id)
    assert told.status == "completed"
    assert told.text("w") == "I0\nI1\nI2\nI3\nI4"
    assert sorted(host.probe.items, key=str) == [1, 2, 3, 4]


async def test_the_item_that_crosses_the_limit_of_values_is_refused_with_the_limit(
    host: Host, monkeypatch: pytest.MonkeyPatch
):
    """Each of them is within the limit; together they would be a result that nobody could work with."""
    monkeypatch.setattr("voicegraph.nodes.data.large_json.MAX_VALUES", 5_000)
    graph = workflow(
        "list>w",
        "w>end",
        nodes=[listed(0, 1, 2, 3), node("w", "many", each=True, concurrency=1, on_error="continue", values=2_000)],
    )
    told = await host.run(graph)
    assert told.status == "completed"
    assert told.nodes[W].items == ItemCounts(4, 2, 2)
    assert told.nodes[W].output
    first, _, third, _ = told.nodes[W].output.data
    assert len(first) == 1_999
    assert third["error"]["code"] == "too_large"
    assert "5,000 values" in third["error"]["message"]
