"""How many at a time: runs of one workflow, nodes of one connection."""

from __future__ import annotations

from itertools import pairwise

import pytest
from support.graphs import node, workflow
from support.hosts import Host, hosted

from voicegraph.errors import Overloaded
from voicegraph.settings import Settings


async def test_runs_of_a_workflow_wait_for_each_other(host: Host):
    graph = workflow(nodes=[node("a", "gate")]).model_copy(update={"concurrency": 1})
    first = await host.start(graph)
    await host.probe.gates["a"].enter()
    if host.name == "live":
        with pytest.raises(Overloaded, match="allows 1 runs at a time"):
            await host.start(graph)
        host.probe.gates["a"].opened.set()
        assert (await host.told(first)).status == "completed"
        assert (await host.run(graph)).status == "completed"
        return
    second = await host.start(graph)
    other = await host.run(workflow(nodes=[node("b")]))
    assert other.status == "completed", "other workflows go past"
    assert (await host.history.queries.summary(second)).started_at is None
    host.probe.gates["a"].opened.set()
    assert (await host.told(first)).status == "completed"
    assert (await host.told(second)).status == "completed"
    one, two = [(await host.history.queries.summary(run_id)) for run_id in (first, second)]
    assert one.finished_at is not None
    assert two.started_at is not None
    assert one.finished_at <= two.started_at


async def test_a_run_that_waits_keeps_its_place_across_a_restart(host: Host):
    if not host.survives:
        pytest.skip("its runs end with the process")
    graph = workflow(nodes=[node("a", "later", seconds=3600)]).model_copy(update={"concurrency": 1})
    first = await host.start(graph)
    await host.until(first, "waiting", "a")
    second = await host.start(graph)
    await host.kill()
    await host.open()
    assert (await host.run(workflow(nodes=[node("b")]))).status == "completed"
    assert (await host.history.queries.summary(second)).started_at is None
    await host.cancel(first)
    await host.until(second, "waiting", "a")
    await host.cancel(second)


@pytest.mark.parametrize("kind", ["live", "embedded", "inngest"])
async def test_nodes_of_one_connection_take_turns(kind: str, sqlite_settings: Settings):
    async with hosted(kind, sqlite_settings, connection_limits={"test": 1}) as host:
        told = await host.run(workflow(nodes=[node(name, "sleep", seconds=0.05) for name in "abc"]))
        assert told.status == "completed"
        spans = sorted(host.probe.spans.values())
        assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))
        waits = [event.message for event in told.heard if event.kind == "progress"]
        assert waits == ["Waits for a free connection to test: 1 at a time."] * 2
