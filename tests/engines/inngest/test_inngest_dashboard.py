"""What Inngest's dashboard shows of a run, and what a run costs it in calls."""

from __future__ import annotations

from itertools import pairwise

import pytest
from support.graphs import choice, node, workflow
from support.inngest_server import REAL_SERVER
from support.inngest_stage import Stage

pytestmark = pytest.mark.skipif(bool(REAL_SERVER), reason="looks into the server")


async def test_steps_carry_the_labels_of_their_nodes(on_stage: Stage) -> None:
    process = await on_stage.process()
    nodes = [
        node("a", label="Read  the page"),
        node("b", label="Read  the page"),
        node("w", "later", seconds=0.1, label="Wait"),
        node("list", "values", data=["x", "y"]),
        node("e", "work", each=True, label="Shout"),
    ]
    run = await process.run(workflow("a>w", "b>w", "w>list", "list>e", nodes=nodes))
    assert run.summary.status == "completed"
    function_run = on_stage.server.run_of(run.summary.id)
    await function_run.ended.wait()
    assert set(function_run.names.values()) == {
        "Read the page (a)", "Read the page (b)", "Wait (w)", "Wait (w):wait-1", "Wait (w):after-1", "list", "Shout (e)",
        "Shout (e:item-0)", "Shout (e:item-1)",
    }  # fmt: skip


async def test_a_run_that_an_older_version_sent_keeps_the_names_of_its_steps(on_stage: Stage) -> None:
    """Inngest calls for steps by the names they were planned under, also after an upgrade."""
    process = await on_stage.process()
    run = await process.run(workflow("a>b", nodes=[node("a", label="Read"), node("b", label="Write")]))
    first = on_stage.server.run_of(run.summary.id)
    data = {name: value for name, value in first.event["data"].items() if name != "names"}
    second = on_stage.server.start(first.function, first.event | {"id": f"{run.summary.id}:x:0", "data": data})
    await second.ended.wait()
    assert set(second.names.values()) == {"a", "b"}


async def test_a_node_that_failed_is_a_failed_step_with_its_words(on_stage: Stage) -> None:
    process = await on_stage.process()
    nodes = [
        node("a", "fail", message="Out of paper.", code="no_paper", on_error="continue", label="Print"),
        node("list", "values", data=["x", "y"]),
        node("e", "work", each=True, bad=[1]),
    ]
    run = await process.run(workflow("a>b", "b>list", "list>e", nodes=nodes))
    assert run.summary.status == "failed"
    function_run = on_stage.server.run_of(run.summary.id)
    await function_run.ended.wait()
    assert function_run.status == "failed"
    said = {name: (error["name"], error["message"]) for name, error in function_run.failed.items()}
    assert said["Print (a)"] == ("no_paper", "Out of paper.")
    assert said["e:item-1"] == ("bad_item", "It is bad.")
    assert "b" not in said
    assert process.probe.starts["a"] == 1, "a failed step is not repeated"


@pytest.mark.parametrize("length", [1, 5])
async def test_a_chain_costs_a_call_for_each_node_and_one_for_the_end(on_stage: Stage, length: int) -> None:
    """As many as a function of plain steps."""
    process = await on_stage.process()
    names = [f"n{index}" for index in range(length + 1)]
    run = await process.run(workflow(*(f"{a}>{b}" for a, b in pairwise(names))))
    assert run.summary.status == "completed"
    function_run = on_stage.server.run_of(run.summary.id)
    await function_run.ended.wait()
    assert len(function_run.calls) == length + 2


async def test_a_chain_behind_a_fork_and_a_branch_goes_on_node_by_node(on_stage: Stage) -> None:
    process = await on_stage.process()
    graph = workflow(
        "a>b", "a>c", "b>d", "c>d", "d>if", "if+>yes", "if->no", "yes>end", "no>end", nodes=[choice("if", True)]
    )
    run = await process.run(graph)
    assert run.summary.status == "completed"
    assert {name: count for name, count in process.probe.starts.items() if count != 1} == {}
    function_run = on_stage.server.run_of(run.summary.id)
    await function_run.ended.wait()
    assert function_run.status == "completed"
