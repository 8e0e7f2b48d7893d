"""Decisions of a step: pure, over the run as it is stored, each written before anybody else looks.

Inngest delivers at least once: a call may come twice, late, or at two processes at the same time. Therefore a step
decides nothing by what Inngest tells it, and everything by the node's row:

- a node that is done answers what it answered before, and does nothing again;
- a node that runs is claimed for `CLAIM_SECONDS`, renewed while it runs; whoever comes meanwhile is sent away until the
  claim ends. A claim that was not renewed means that the process died: the node is started again, as after any crash;
- a node that failed is tried again no earlier than its policy says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from voicegraph import clock
from voicegraph.engines.inngest.step_answers import Claim, Later, Memo, memo_of
from voicegraph.errors import NodeError
from voicegraph.graph.model import Node, NodeId
from voicegraph.nodes.output import Await, Output, Result, Suspend
from voicegraph.run.answers import Answer, SettledNode
from voicegraph.run.crash_blame import POISON, BlameVerdict, soon, verdict
from voicegraph.run.events import Entry, ItemRun, NodeRun, StoredRun
from voicegraph.run.node_inputs import InputReader
from voicegraph.run.parent_child import given_to
from voicegraph.run.questions import at_due, settle
from voicegraph.run.records import RunRecords
from voicegraph.run.recovery import outcome_of
from voicegraph.run.retry import RetryPolicy
from voicegraph.run.run_limits import deadline_of, out_of_time
from voicegraph.run.state import DROPPED, FAILED, Completed, NodeStatus, Outcome, RunState

CLAIM_SECONDS = 15.0
EARLY = 0.1
"""Seconds a call may come before its time: clocks differ."""
ONCE = RetryPolicy(attempts=1)
TIMERS = (NodeStatus.RETRYING, NodeStatus.WAITING)
R = TypeVar("R", NodeRun, ItemRun)


class StepDecisions:
    """One look at a run, and the entry that follows from it."""

    def __init__(self, stored: StoredRun) -> None:
        self.stored = stored
        self.rows = stored.nodes
        self.entry = Entry(stored.run.run_id)
        workflow = stored.run.workflow
        self.machine = RunState(workflow)
        self.around = InputReader(workflow, self.machine, self.rows, given_to(stored.run))
        self._nodes = {node.id: node for node in workflow.nodes}
        self._script = RunRecords(stored.run, self._nodes)
        self._script.resumed(stored)
        outcomes = {node_id: outcome for node_id, row in self.rows.items() if (outcome := outcome_of(row))}
        started = [node_id for node_id, row in self.rows.items() if row.status is not NodeStatus.SKIPPED]
        self.ready = set(self.machine.restore(outcomes, started).ready)

    @property
    def over(self) -> bool:
        """Whether the run has a terminal status."""
        return self._script.over

    def starts_a_step(self, node_id: NodeId) -> bool:
        """Whether the function has a step for this node by now: it can start, or it has."""
        row = self.rows.get(node_id)
        if row is None:
            return node_id in self.ready
        return row.status is not NodeStatus.SKIPPED and row.reused_from is None and not _was_dropped(row)

    def is_open(self, node_id: NodeId) -> bool:
        """Whether something of it is still to come."""
        row = self.rows.get(node_id)
        return row is None or row.finished_at is None

    # -- a step begins

    def begin(
        self, node_id: NodeId, engine_run_id: str, turn_at: float = 0.0, policy: RetryPolicy = ONCE
    ) -> Claim | Later | Memo:
        """Claim the node, or say why not. Before `turn_at` no suspect starts in this process.

        `policy` is for a node that waited, and whose time is over.
        """
        row = self.rows.get(node_id)
        if row is not None and row.finished_at is not None:
            return memo_of(row)
        if self.over:
            return Memo(status="cancelled")
        if self.stored.engine_run_id != engine_run_id:
            self.entry.engine_run_id = engine_run_id
        return self._start(node_id) if row is None else self._go_on(row, turn_at, policy)

    def _go_on(self, row: NodeRun, turn_at: float, policy: RetryPolicy) -> Claim | Later | Memo:
        """A node that runs, waits, or is to be tried again."""
        due = row.due_at or 0
        if row.status is NodeStatus.WAITING:
            return self._wake(row, policy)
        if due > clock.now() + EARLY:
            return Later(due)
        if row.status is NodeStatus.RUNNING:
            return self._take_over(row, turn_at)
        self._script.run_awake(self.entry)
        self._script.node_restarted(self.entry, row)
        return self._claim(row)

    def _start(self, node_id: NodeId) -> Claim | Memo:
        if node_id not in self.ready:
            return Memo(status="skipped")  # the run failed between the plan and this call: nothing new starts
        if self.stored.started_at is None:
            self._script.run_started(self.entry)
        else:
            self._script.run_awake(self.entry)
        row = self.rows[node_id] = self._script.node_started(self.entry, node_id)
        return self._claim(row)

    def _wake(self, row: NodeRun, policy: RetryPolicy) -> Later | Memo:
        asks = row.waits is not None
        if (asks and row.due_at is None) or (row.due_at or 0) > clock.now() + EARLY:
            return memo_of(row)
        if (settled := at_due(row)) is not None:
            return self._settled(row, settled, policy)
        self._script.run_awake(self.entry)
        return self._done(row, row.output or Output())

    def _take_over(self, row: NodeRun, turn_at: float) -> Claim | Later | Memo:
        """Nobody has renewed its claim: whoever had it died, or has handed it over."""
        fate = lay_blame(row)
        if fate is BlameVerdict.NEVER:
            return self._give_up(row, POISON)
        if fate is BlameVerdict.AGAIN:
            row.starts, row.begun_at = row.starts + 1, clock.now()
            self._script.run_resumed(self.entry, [row])
            return self._claim(row)
        if clock.now() < turn_at:
            return self._hold(row, turn_at)
        self._script.node_has_turn(self.entry, row)
        return self._claim(row, alone=True)

    def _hold(self, row: NodeRun, turn_at: float) -> Later:
        row.due_at = turn_at
        if row.waits is None:
            self._script.node_held(self.entry, row)
        else:
            self.entry.nodes.append(row.snapshot())
        return Later(turn_at)

    def _claim(self, row: NodeRun, *, alone: bool = False) -> Claim:
        row.due_at = clock.now() + CLAIM_SECONDS
        self.entry.nodes[-1] = row.snapshot()
        return Claim(row.attempt, row.starts, alone)

    def renew(self, node_id: NodeId, claim: Claim, *, stopping: bool = False) -> bool:
        """Keep the claim; False when it is somebody else's by now, or the run is over.

        `stopping`: the process was told to stop, so however it ends, the node is not to blame.
        """
        if row := self._renewed(self.rows.get(node_id), claim, stopping=stopping):
            self.entry.nodes.append(row.snapshot())
        return row is not None

    def release(self, node_id: NodeId, claim: Claim) -> None:
        """The server stops in good order: the start in flight does not count, and another process may go on at once."""
        if row := self._claimed(self.rows.get(node_id), claim):
            row.due_at = None
            self._script.nodes_cut(self.entry, [row])

    def _renewed(self, row: R | None, claim: Claim, *, stopping: bool) -> R | None:
        """The row with its claim renewed, if it is the caller's still."""
        if row := self._claimed(row, claim):
            row.begun_at = None if stopping else row.begun_at
            row.due_at = clock.now() + CLAIM_SECONDS
        return row

    def _claimed(self, row: R | None, claim: Claim) -> R | None:
        """The row of a node or an item, if its claim is the caller's still, and the run goes on."""
        if self.over or row is None or row.status is not NodeStatus.RUNNING:
            return None
        return row if (row.attempt, row.starts) == (claim.attempt, claim.starts) else None

    # -- somebody answers

    def answer(self, node_id: NodeId, answer: Answer, policy: Callable[[Node], RetryPolicy]) -> None:
        """Take an answer to a node that waits. Conflict when it does not fit, or somebody was first."""
        settled = settle(self.rows.get(node_id), answer)
        self._settled(self.rows[node_id], settled, policy(self._nodes[node_id]))

    def _settled(self, row: NodeRun, settled: SettledNode, policy: RetryPolicy) -> Later | Memo:
        self._script.run_awake(self.entry)
        self._script.node_answered(self.entry, row, settled)
        if isinstance(settled.result, NodeError):
            return self._failed(row, settled.result, policy)
        return self._done(row, settled.result)

    # -- a step ends

    def end(self, node_id: NodeId, claim: Claim, result: Result | NodeError, policy: RetryPolicy) -> Later | Memo:
        """Write what became of a claimed node. The first outcome of an attempt counts, whoever brings it."""
        row = self.rows[node_id]
        if self.over or row.status is not NodeStatus.RUNNING or row.attempt != claim.attempt:
            return memo_of(row)
        if isinstance(result, NodeError):
            if row.starts != claim.starts:
                return Later(row.due_at or clock.now())  # whoever took over is trying still
            return self._failed(row, result, policy)
        if isinstance(result, Output):
            return self._done(row, result)
        self._rests(row, result)
        return memo_of(row)

    def _rests(self, row: NodeRun, result: Suspend | Await) -> None:
        if isinstance(result, Suspend):
            self._script.node_waiting(self.entry, row, result)
        else:
            self._script.node_awaiting(self.entry, row, result)
        self._note_idle()

    def _done(self, row: NodeRun, output: Output) -> Memo:
        self._script.node_completed(self.entry, row, output)
        self._settle(row.node_id, Completed(output.branch))
        return memo_of(row)

    def _failed(self, row: NodeRun, error: NodeError, policy: RetryPolicy) -> Later | Memo:
        delay = None if self.machine.failed else policy.delay(row.attempt, error)
        if delay is None:
            return self._give_up(row, error)
        due = clock.now() + delay
        self._script.node_retrying(self.entry, row, error, due)
        self._note_idle()
        return Later(due)

    def _give_up(self, row: NodeRun, error: NodeError) -> Memo:
        goes_on = self._nodes[row.node_id].on_error == "continue"
        self._script.node_failed(self.entry, row, error, goes_on)
        self._settle(row.node_id, outcome_of(row) or FAILED)
        return memo_of(row)

    def _settle(self, node_id: NodeId, outcome: Outcome) -> None:
        """Note the outcome with all that follows: skips, dropped timers, and the end of the run."""
        step = self.machine.settle(node_id, outcome)
        for skipped in step.skipped:
            self.rows[skipped] = self._script.node_skipped(self.entry, skipped)
        if step.finished:
            self._script.run_finished(self.entry, self.machine.status, self.rows)
        elif self.machine.failed:
            self._drop_timers()
        if not self.over:
            self._note_idle()

    def _drop_timers(self) -> None:
        """A failed run waits for nothing: what only waited is given up."""
        for node_id in sorted(self.machine.open):
            row = self.rows.get(node_id)
            if row and row.status in TIMERS and not self.over:
                retrying = row.status is NodeStatus.RETRYING
                self._script.node_dropped(self.entry, row)
                if retrying and row.error:
                    row.error = {**row.error, "dropped": True}
                    self.entry.nodes[-1] = row.snapshot()
                self._settle(node_id, DROPPED)

    def _note_idle(self) -> None:
        """When only timers are left, the run waits."""
        rows = [self.rows.get(node_id) for node_id in self.machine.open]
        idle = [row for row in rows if row and row.status in TIMERS]
        if idle and len(idle) == len(rows):
            self._script.run_idle(self.entry, idle, None)

    # -- the run ends otherwise

    def cancel(self, reason: str = "") -> bool:
        """Somebody cancelled the run; False when it is over already."""
        if self.over:
            return False
        self._script.run_cancelled(self.entry, self._open_rows(), reason)
        return True

    def close(self, reason: NodeError) -> None:
        """Inngest will not go on with the run: it must not stay open."""
        if self.over:
            return
        if self.machine.status.terminal:
            if self.stored.started_at is None:  # a workflow without nodes has no step that would say so
                self._script.run_started(self.entry)
            self._script.run_finished(self.entry, self.machine.status, self.rows)
        else:
            self._script.run_given_up(self.entry, self._open_rows(), reason)

    def expire(self) -> float | None:
        """Fail the run if it is out of time; else when it will be, in seconds since the epoch."""
        at = deadline_of(self.stored.run.workflow, self.stored.started_at)
        if self.over or at is None:
            return None
        if clock.now() + EARLY < at:
            return at
        self._script.run_given_up(self.entry, self._open_rows(), out_of_time(self.stored.run.workflow))
        return None

    def _open_rows(self) -> list[NodeRun]:
        return [self.rows[node_id] for node_id in self.machine.open if node_id in self.rows]


def lay_blame(row: NodeRun | ItemRun) -> BlameVerdict:
    """Its claim was not renewed: the process died about when it last was. What may become of the row, then."""
    if row.begun_at is not None and soon(row.begun_at, (row.due_at or clock.now()) - CLAIM_SECONDS):
        row.deaths += 1
    row.begun_at = None
    return verdict(row.deaths)


def _was_dropped(row: NodeRun) -> bool:
    error: Any = row.error or {}
    return row.status is NodeStatus.CANCELLED or error.get("dropped") is True
