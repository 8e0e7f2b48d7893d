"""Runs of the past, written as an engine would have written them."""

from __future__ import annotations

from support.graphs import workflow
from support.history import History, new_run

from voicegraph.graph.model import NodeId, RunId, WorkflowId, first_id
from voicegraph.nodes.output import Output
from voicegraph.run.events import Entry, NodeRun, RunChange, RunEvent, TriggerName
from voicegraph.run.state import NodeStatus, RunStatus


async def past_run(
    history: History,
    command: str = "",
    status: RunStatus = RunStatus.COMPLETED,
    *,
    name: str = "Test",
    workflow_id: str = "wf_test",
    trigger: TriggerName = "manual",
    at: float | None = None,
    seconds: float = 1.0,
    outputs: dict[str, Output] | None = None,
    error: str | None = None,
) -> RunId:
    """A run with the nodes `a` and `b`; `at` is when it was made, `seconds` how long it took."""
    graph = workflow("a>b", name=name)
    graph.workflow_id = WorkflowId(workflow_id)
    run = new_run(graph, command=command, trigger=trigger)
    if at is not None:
        run.run_id = RunId(first_id("run", at)[:-10] + run.run_id[-10:])
        run.created_at = at
    await history.journal.record(Entry(run.run_id, create=run, events=[RunEvent("log", 1.0, "x")]))
    nodes = [NodeRun(NodeId(node), NodeStatus.COMPLETED, output=out) for node, out in (outputs or {}).items()]
    if nodes:
        await history.journal.record(Entry(run.run_id, nodes=nodes))
    reason = {"code": "broken", "message": error, "retryable": False} if error else None
    change = RunChange(status, 1.0, 1.0 + seconds if status.terminal else None, error=reason)
    await history.journal.record(Entry(run.run_id, change=change))
    return run.run_id
