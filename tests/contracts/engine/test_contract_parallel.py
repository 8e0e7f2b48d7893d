from __future__ import annotations

from support.graphs import node, workflow
from support.hosts import Host


def overlap(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return max(first[0], second[0]) < min(first[1], second[1])


async def test_branches_of_a_diamond_overlap(host: Host):
    """0.2 + 0.2 s beside 0.4 s: who waits for a whole layer starts `left2` only after `right` is done."""
    nodes = [node("left1", "sleep", seconds=0.2), node("left2", "sleep", seconds=0.2)]
    nodes.append(node("right", "sleep", seconds=0.4))
    told = await host.run(workflow("top>left1", "left1>left2", "left2>end", "top>right", "right>end", nodes=nodes))
    assert told.status == "completed"
    spans = host.probe.spans
    assert overlap(spans["left1"], spans["right"])
    assert overlap(spans["left2"], spans["right"])
    told_order = [(event.kind, event.node_id) for event in told.heard]
    assert told_order.index(("start", "left2")) < told_order.index(("success", "right"))
    assert told_order.index(("success", "left2")) < told_order.index(("start", "end"))
    assert told_order.index(("success", "right")) < told_order.index(("start", "end"))


async def test_a_branch_runs_to_its_end_while_the_other_is_held(host: Host):
    """No clock in it: the right branch is let go only once the left one is done."""
    run_id = await host.start(
        workflow("top>left1", "left1>left2", "left2>end", "top>right", "right>end", nodes=[node("right", "gate")])
    )
    await host.until(run_id, "success", "left2")
    await host.probe.gates["right"].enter()
    host.probe.gates["right"].opened.set()
    assert (await host.told(run_id)).status == "completed"


async def test_a_wide_graph_runs_all_at_once(host: Host):
    names = [f"n{number}" for number in range(20)]
    run_id = await host.start(
        workflow(*(f"{name}>end" for name in names), nodes=[node(name, "gate") for name in names])
    )
    for name in names:
        await host.probe.gates[name].enter()
    for name in names:
        host.probe.gates[name].opened.set()
    told = await host.told(run_id)
    assert told.status == "completed"
    assert len(host.probe.inputs["end"].nodes) == 20


async def test_runs_do_not_wait_for_each_other(host: Host):
    held = await host.start(workflow(nodes=[node("held", "gate")]))
    await host.probe.gates["held"].enter()
    assert (await host.run(workflow("a>b"))).status == "completed"
    host.probe.gates["held"].opened.set()
    assert (await host.told(held)).status == "completed"
