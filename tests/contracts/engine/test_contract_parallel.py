from __future__ import annotations

from support.graphs import node, workflow
from support.hosts import Host


async def test_a_branch_runs_to_its_end_while_the_other_is_held(host: Host):
    """No clock in it: the right branch is let go only once the left one is done."""
    run_id = await host.start(
        workflow("top>left1", "left1>left2", "left2>end", "top>right", "right>end", nodes=[node("right", "gate")])
    )
    await host.until(run_id, "success", "left2")
    await host.probe.gates["right"].enter()
    host.probe.gates["right"].opened.set()
    told = await host.told(run_id)
    assert told.status == "completed"
    order = [(event.kind, event.node_id) for event in told.heard]
    assert order.index(("success", "left2")) < order.index(("success", "right")) < order.index(("start", "end"))


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
