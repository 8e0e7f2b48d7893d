"""The course of one run: whatever becomes of a node is settled in the state machine and put into the entry to be written.

Nothing here waits, starts a task or touches the disk; `driver.py` does. What is answered are the nodes to start once the
entry is on disk.
"""

from __future__ import annotations

from collections.abc import Callable

from voicegraph import clock
from voicegraph.errors import NodeError
from voicegraph.graph.model import Node, NodeId
from voicegraph.nodes.output import Await, Output, Suspend
from voicegraph.nodes.registry import Registry
from voicegraph.run.acceptance import begin
from voicegraph.run.answers import SettledNode
from voicegraph.run.engine_promise import EnginePromise
from voicegraph.run.events import Entry, NewRun, NodeRun, StoredRun
from voicegraph.run.questions import NEVER, at_due
from voicegraph.run.records import RunRecords
from voicegraph.run.recovery import outcome_of
from voicegraph.run.retry import policy_for
from voicegraph.run.state import DROPPED, FAILED, Completed, NodeStatus, Outcome, RunState, StateChange
from voicegraph.run.timers import Timers


class Transitions:
    """`on_failure` is called when a node has failed for good, so that nothing new is started elsewhere."""

    def __init__(
        self, run: NewRun, registry: Registry, promise: EnginePromise, timers: Timers, on_failure: Callable[[], None]
    ) -> None:
        self.run = run
        self.nodes: dict[NodeId, Node] = {node.id: node for node in run.workflow.nodes}
        self.machine = RunState(run.workflow)
        self.rows: dict[NodeId, NodeRun] = {}
        self.script = RunRecords(run, self.nodes)
        self.timers = timers
        self.stopping = False
        """The server stops: what would be ready starts in the next process as if for the first time."""
        self._registry = registry
        self._promise = promise
        self._on_failure = on_failure

    @property
    def open_rows(self) -> list[NodeRun]:
        """Of nodes in flight or waiting. A node that is ready while the server stops has no row yet."""
        return [self.rows[node_id] for node_id in self.machine.open if node_id in self.rows]

    # -- its beginning

    def begin(self, entry: Entry) -> list[NodeId]:
        """From the first node, or with what an earlier run has left it."""
        self.script.run_started(entry)
        self.rows.update((node_id, row.snapshot()) for node_id, row in self.run.reuse.rows.items())
        return self.advance(begin(self.run, self.machine, entry), entry)

    def restore(self, stored: StoredRun) -> StateChange:
        """Back to where an earlier process left it; what is ready now, and what is to be skipped."""
        self.rows = stored.nodes
        self.script.resumed(stored)
        outcomes = {node_id: outcome for node_id, row in self.rows.items() if (outcome := outcome_of(row))}
        started = [node_id for node_id, row in self.rows.items() if row.status is not NodeStatus.SKIPPED]
        step = self.machine.restore(outcomes, started)
        step.skipped = [node_id for node_id in step.skipped if node_id not in self.rows]
        return step

    # -- what becomes of a node

    def ended(self, row: NodeRun, result: Output | Suspend | Await, entry: Entry) -> list[NodeId]:
        """An attempt went well: the node has its output, or it rests until a time comes or somebody answers."""
        if isinstance(result, Output):
            return self.done(row, result, entry)
        if isinstance(result, Suspend):
            self.script.node_waiting(entry, row, result)
        else:
            self.script.node_awaiting(entry, row, result)
        self.timers.arm(row.node_id, result.until)
        return []

    def done(self, row: NodeRun, output: Output, entry: Entry) -> list[NodeId]:
        """It has its output."""
        self.script.node_completed(entry, row, output)
        return self._settle(row.node_id, Completed(output.branch), entry)

    def failed(self, row: NodeRun, error: NodeError, entry: Entry) -> list[NodeId]:
        """An attempt failed: it rests until the next one, if its policy gives it one."""
        node = self.nodes[row.node_id]
        if self._promise.retries and not self.machine.failed:
            action = self._registry.find(node.type, node.action)
            delay = policy_for(node, action, self._promise.retry_base).delay(row.attempt, error)
            if delay is not None:
                due = clock.now() + delay
                self.script.node_retrying(entry, row, error, due)
                self.timers.arm(row.node_id, due)
                return []
        return self.give_up(row, error, entry)

    def give_up(self, row: NodeRun, error: NodeError, entry: Entry) -> list[NodeId]:
        """No more tries: the run fails, or, if the node's policy says so, goes on with the error as the output."""
        goes_on = self.nodes[row.node_id].on_error == "continue"
        self.script.node_failed(entry, row, error, goes_on)
        return self._settle(row.node_id, outcome_of(row) or FAILED, entry)

    def answered(self, row: NodeRun, settled: SettledNode, entry: Entry) -> list[NodeId]:
        """An answer came, or its time passed."""
        self.script.run_awake(entry)
        self.script.node_answered(entry, row, settled)
        go_on = self.failed if isinstance(settled.result, NodeError) else self.done
        return go_on(row, settled.result, entry)  # pyright: ignore[reportArgumentType]

    def rested(self, row: NodeRun, entry: Entry) -> list[NodeId]:
        """The time has come that it waited for."""
        if (settled := at_due(row)) is not None:
            return self.answered(row, settled, entry)
        self.script.run_awake(entry)
        return self.done(row, row.output or Output(), entry)

    def drop(self, node_id: NodeId, entry: Entry) -> None:
        """It only waited, and its run has failed."""
        self.script.node_dropped(entry, self.rows[node_id])
        self.advance(self.machine.settle(node_id, DROPPED), entry)

    # -- what follows

    def advance(self, step: StateChange, entry: Entry) -> list[NodeId]:
        """Write what a step leads to; the nodes to start once it is on disk."""
        for node_id in step.skipped:
            self.rows[node_id] = self.script.node_skipped(entry, node_id)
        if step.finished:
            self.script.run_finished(entry, self.machine.status, self.rows)
        if self.stopping:
            return []
        for node_id in step.ready:
            self.rows[node_id] = self.script.node_started(entry, node_id)
        return step.ready

    def idle_rows(self) -> list[NodeRun]:
        """What is left when nothing but timers is; else nothing."""
        open_nodes = self.machine.open
        if not open_nodes or not open_nodes <= self.timers.nodes or self.script.over:
            return []
        return [self.rows[node_id] for node_id in open_nodes]

    def _settle(self, node_id: NodeId, outcome: Outcome, entry: Entry) -> list[NodeId]:
        ready = self.advance(self.machine.settle(node_id, outcome), entry)
        if self.machine.failed:
            self._drop_what_waits(entry)
            self._on_failure()
        return ready

    def _drop_what_waits(self, entry: Entry) -> None:
        for node_id in [*self.timers.nodes]:
            self.timers.stop(node_id)
            self.drop(node_id, entry)


def wakes_at(rows: list[NodeRun]) -> float:
    """When the first of these timers comes; far off where all wait for an answer."""
    return min(NEVER if row.due_at is None else row.due_at for row in rows)
