"""The run state machine: pure, shared by every engine.

Feed it what became of nodes, in any order the graph allows; it answers which nodes are ready, which are skipped, and
whether the run is over. Outcomes that were kept on disk can be fed again after a crash and give the same state.

    machine = RunState(workflow)
    step = machine.begin()              # the roots are ready
    step = machine.settle("step-0", DONE)

Rules (DESIGN sections 2 and 4): a node waits until each incoming edge is settled: live (predecessor done, branch taken)
or dead (branch not taken, predecessor skipped). With a live edge it runs, with none it is skipped. After a failure
nothing new starts; nodes in flight finish; the rest is skipped.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from voicegraph.graph.branches import is_taken
from voicegraph.graph.model import Edge, NodeId, Workflow


class RunStatus(StrEnum):
    """DESIGN section 4. The last three are terminal and never change."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        """Whether this status is for good."""
        return self in (RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED)


class NodeStatus(StrEnum):
    """DESIGN section 4. A node that was not reached yet has no row and counts as pending."""

    PENDING = "pending"
    RUNNING = "running"
    RETRYING = "retrying"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"

    @property
    def open(self) -> bool:
        """Whether the node is in flight, or waits for a timer."""
        return self in (NodeStatus.RUNNING, NodeStatus.RETRYING, NodeStatus.WAITING)

    @property
    def rests(self) -> bool:
        """Whether the node is taken up later: when its time comes, or an answer."""
        return self in (NodeStatus.RETRYING, NodeStatus.WAITING)


@dataclass(frozen=True, slots=True)
class Completed:
    """The node gave an output. A condition or an approval says which branch is taken; else every edge is live."""

    branch: bool | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The node failed for good, and its policy says that the run fails with it."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """The node was waiting when the run failed, and is given up."""


Outcome = Completed | Failed | Dropped
DONE, FAILED, DROPPED = Completed(), Failed(), Dropped()


@dataclass(slots=True)
class StateChange:
    """The consequences of one outcome: nodes to start, nodes that will never run, and whether the run is over."""

    ready: list[NodeId] = field(default_factory=list[NodeId])
    skipped: list[NodeId] = field(default_factory=list[NodeId])
    finished: bool = False


class RunState:
    """One run's progress through its graph. Time per outcome is linear in the edges it settles."""

    def __init__(self, workflow: Workflow) -> None:
        self._edges: dict[NodeId, list[Edge]] = {node.id: [] for node in workflow.nodes}
        self._unsettled: dict[NodeId, int] = dict.fromkeys(self._edges, 0)
        self._live: dict[NodeId, list[NodeId]] = {node_id: [] for node_id in self._edges}
        self._pending: dict[NodeId, None] = dict.fromkeys(self._edges)  # a dict, so that skips keep the graph's order
        self.open: set[NodeId] = set()
        self.failed = False
        self._kinds = {node.id: node.type for node in workflow.nodes}
        for edge in workflow.edges:
            self._edges[edge.source].append(edge)
            self._unsettled[edge.target] += 1

    def begin(self) -> StateChange:
        """The nodes that wait for nothing."""
        step = StateChange(ready=[node_id for node_id, waits in self._unsettled.items() if waits == 0])
        for node_id in step.ready:
            self._give_out(node_id)
        return self._close(step)

    def settle(self, node_id: NodeId, outcome: Outcome) -> StateChange:
        """Note what became of a ready node. ValueError when the node was not ready or is settled already."""
        if node_id not in self.open:
            raise ValueError(f"node {node_id} is not open")
        self.open.remove(node_id)
        step = StateChange()
        if isinstance(outcome, Completed):
            self._follow_edges(node_id, outcome.branch, step)
        else:
            self.failed = self.failed or isinstance(outcome, Failed)
        return self._close(step)

    def restore(self, outcomes: Mapping[NodeId, Outcome], started: Collection[NodeId]) -> StateChange:
        """Instead of `begin`, after a crash: feed the outcomes that were kept; `ready` is what to start (again).

        `started` names nodes that were in flight. Failures are fed last, because what has an outcome ran before them;
        a node that is ready now but was never started had been stopped by the failure, and is skipped.
        """
        step = StateChange()
        failures: list[NodeId] = []
        queue = deque(self.begin().ready)
        while queue:
            node_id = queue.popleft()
            outcome = outcomes.get(node_id)
            if isinstance(outcome, Completed):
                follow = self.settle(node_id, outcome)
                queue.extend(follow.ready)
                step.skipped.extend(follow.skipped)
            elif outcome is None:
                step.ready.append(node_id)
            else:
                failures.append(node_id)
        for node_id in failures:
            step.skipped.extend(self.settle(node_id, outcomes[node_id]).skipped)
        if self.failed:
            stopped = [node_id for node_id in step.ready if node_id not in started]
            step.ready = [node_id for node_id in step.ready if node_id in started]
            step.skipped.extend(stopped)
            self.open.difference_update(stopped)
        return self._close(step)

    def live_sources(self, node_id: NodeId) -> list[NodeId]:
        """The predecessors whose edges to this node are live: the ones whose outputs it sees, in the edges' order."""
        return self._live[node_id]

    @property
    def status(self) -> RunStatus:
        """Running until every node is settled; then completed or failed."""
        if self.open or self._pending:
            return RunStatus.RUNNING
        return RunStatus.FAILED if self.failed else RunStatus.COMPLETED

    def _follow_edges(self, source: NodeId, branch: bool | None, step: StateChange) -> None:
        """Settle the edges that leave a finished node, and of every node that is skipped because of it."""
        dead = deque[NodeId]()
        for edge in self._edges[source]:
            self._settle_edge(edge, is_taken(self._kinds[source], edge.when, branch), step, dead)
        while dead:
            for edge in self._edges[dead.popleft()]:
                self._settle_edge(edge, False, step, dead)

    def _settle_edge(self, edge: Edge, taken: bool, step: StateChange, dead: deque[NodeId]) -> None:
        target = edge.target
        self._unsettled[target] -= 1
        if taken:
            self._live[target].append(edge.source)
        if self._unsettled[target]:
            return
        if not self._live[target]:
            del self._pending[target]
            step.skipped.append(target)
            dead.append(target)
        elif not self.failed:
            self._give_out(target)
            step.ready.append(target)

    def _give_out(self, node_id: NodeId) -> None:
        del self._pending[node_id]
        self.open.add(node_id)

    def _close(self, step: StateChange) -> StateChange:
        """Once a run has failed and nothing is in flight, whatever has not started never will."""
        if self.failed and not self.open:
            step.skipped.extend(self._pending)
            self._pending.clear()
        step.finished = not self.open and not self._pending
        return step
