"""Items as steps of Inngest: more of them than a run may have steps, and calls that come twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from support.graphs import node, workflow
from support.inngest_double import Faults
from support.inngest_server import REAL_SERVER
from support.inngest_stage import stage

from voicegraph.engines.inngest import item_decisions
from voicegraph.engines.inngest.item_decisions import STEPS_FOR_ITEMS, lanes
from voicegraph.graph.model import NodeId, Workflow
from voicegraph.run.events import ItemCounts
from voicegraph.run.items import MAX_ITEMS
from voicegraph.run.replay import Replay


def listed(count: int, **fields: object) -> Workflow:
    work = node("w", "work", each=True, **fields)
    return workflow("list>w", "w>end", nodes=[node("list", "values", data=[f"i{n}" for n in range(count)]), work])


@pytest.mark.parametrize("total", [0, 1, 7, STEPS_FOR_ITEMS, STEPS_FOR_ITEMS + 1, MAX_ITEMS])
def test_every_item_is_in_one_step_of_one_lane(total: int):
    graph = listed(total, concurrency=3)
    found = lanes(graph, graph.node("w"), total)
    assert len(found) == min(3, total)
    assert sorted(item for lane in found for step in lane for item in step) == [*range(total)]
    steps = [step for lane in found for step in lane]
    assert len(steps) <= STEPS_FOR_ITEMS
    assert all(len(step) == 1 for step in steps) == (total <= STEPS_FOR_ITEMS)


def test_nodes_with_items_share_the_steps():
    graph = listed(1)
    graph.nodes.append(node("v", "work", each=True))
    assert sum(map(len, lanes(graph, graph.node("w"), MAX_ITEMS))) <= STEPS_FOR_ITEMS / 2


async def test_several_items_a_step_are_kept_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(item_decisions, "STEPS_FOR_ITEMS", 3)
    async with stage(tmp_path) as on_stage:
        process = await on_stage.process()
        run = await process.run(listed(8, concurrency=2, bad=[1], times=1, retryable=True))
        assert run.summary.status == "completed", run.summary.error
        (row,) = [row for row in run.nodes if row.node_id == "w"]
        assert row.output
        assert row.output.data == [f"I{item}" for item in range(8)]
        assert Counter(process.probe.items) == {0: 1, 1: 2, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1}
        assert process.probe.most_at_work <= 2


@pytest.mark.skipif(bool(REAL_SERVER), reason="a real server makes no faults")
async def test_no_item_runs_twice_when_calls_come_twice_or_answers_are_lost(tmp_path: Path):
    faults = Faults(duplicate=True, reorder=0.02, lose=lambda step: step.endswith(("item-1", "item-3")))
    async with stage(tmp_path, faults=faults) as on_stage:
        process = await on_stage.process()
        run = await process.run(listed(5, concurrency=2))
        assert run.summary.status == "completed", run.summary.error
        assert Counter(process.probe.items) == dict.fromkeys(range(5), 1)
        page = await process.pipeline.queries.items(run.summary.id, NodeId("w"))
        assert page.counts.done == 5


@pytest.mark.skipif(bool(REAL_SERVER), reason="a real server makes no faults")
async def test_items_are_taken_over_once_however_often_calls_come(tmp_path: Path):
    faults = Faults(duplicate=True, reorder=0.02, lose=lambda step: step.endswith("item-2"))
    mail = node("mail", "template", each=True, template="To {{ item }}")
    graph = listed(3, on_error="continue")
    graph = workflow("list>w", "w>mail", "mail>end", nodes=[*graph.nodes[:2], mail])
    async with stage(tmp_path, faults=faults) as on_stage:
        process = await on_stage.process()
        process.probe.broken = {2}
        first = await process.run(graph)
        process.probe.broken.clear()
        new = await process.pipeline.replay(first.summary.id, Replay("failed"), live=False)
        second = await process.end_of(new)
        (row,) = [row for row in second.nodes if row.node_id == "mail"]
        assert row.items == ItemCounts(3, 3, 0, reused=2)
        assert row.output
        assert row.output.text == "To I0\nTo I1\nTo I2"
        mails = Counter(str(context.item) for context in process.probe.contexts if context.node_id == "mail")
        assert [mails[item] for item in ("I0", "I1", "I2")] == [1, 1, 1]
        said = [event.node_id for event in await process.events(new) if "taken over" in event.message]
        assert said == ["w", "mail"]
