"""Records of a run: rows, events and words for each thing that can happen to it.

The driver decides what happens; this writes it down. Rows are copied into entries, because an entry is written later,
on another thread, while the row goes on changing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from voicegraph import clock
from voicegraph.clock import iso
from voicegraph.errors import OF_ITS_OWN, NodeError, VoiceGraphError
from voicegraph.graph.branches import APPROVAL, BRANCHING, CONDITION, is_taken
from voicegraph.graph.model import Node, NodeId
from voicegraph.nodes.output import Await, Output, Suspend
from voicegraph.run.answers import SettledNode
from voicegraph.run.crash_blame import CALM_SECONDS, HELD, TURN, TURN_KIND
from voicegraph.run.events import Entry, Kind, NewRun, NodeRun, RunChange, RunEvent, StoredRun, error_json
from voicegraph.run.questions import question
from voicegraph.run.run_limits import follow_up_of
from voicegraph.run.state import NodeStatus, RunStatus

UNDECIDED = {
    CONDITION: "The condition could not be judged. The run goes on with its “false” branch.",
    APPROVAL: "The approval could not be asked for or answered. The run goes on as if it had been rejected.",
}
"""What is said of a node that chooses a branch, has failed, and whose run goes on."""
ENDS_THERE = {
    CONDITION: "The condition could not be judged. Nothing follows its “false” branch.",
    APPROVAL: "The approval could not be asked for or answered. Nothing follows where it is rejected.",
}
"""The same, of a node that has no edge for that."""


class RunRecords:
    """Fills entries for one run, and knows the run's own status."""

    def __init__(self, run: NewRun, nodes: Mapping[NodeId, Node]) -> None:
        self._run = run
        self._nodes = nodes
        self._has_items = any(node.each for node in nodes.values())
        self._status = RunStatus.PENDING
        self._started_at: float | None = None
        self.parked = False

    @property
    def started_at(self) -> float | None:
        """When it began."""
        return self._started_at

    @property
    def over(self) -> bool:
        """Whether the last event has been said."""
        return self._status.terminal

    # -- the run

    def run_started(self, entry: Entry) -> None:
        """The run begins."""
        self._started_at = clock.now()
        self._change(entry, RunStatus.RUNNING)
        entry.events.append(RunEvent("start", self._started_at, "Run started", data={"runId": self._run.run_id}))

    def resumed(self, stored: StoredRun) -> None:
        """Take over what an earlier process knew."""
        self._status = stored.status
        self._started_at = stored.started_at

    def run_resumed(self, entry: Entry, interrupted: Iterable[NodeRun]) -> None:
        """The run goes on in this process; nodes that were in flight are started again."""
        if self._started_at is None:
            self.run_started(entry)
        else:
            self._change(entry, RunStatus.RUNNING)
        for row in interrupted:
            entry.nodes.append(row.snapshot())
            message = "The server stopped while this node ran: whether it took effect is unknown. It is started again."
            self._event(entry, "log", message, row.node_id, row.attempt, uncertain=True)

    def run_idle(self, entry: Entry, open_rows: list[NodeRun], wake_at: float | None) -> None:
        """Only timers are left; with `wake_at` the run leaves memory."""
        waits = any(row.status is NodeStatus.WAITING for row in open_rows)
        self.parked = wake_at is not None
        self._change(entry, RunStatus.WAITING if waits else RunStatus.RUNNING, wake_at=wake_at)

    def run_awake(self, entry: Entry) -> None:
        """A timer rang."""
        if self._status is RunStatus.WAITING:
            self._change(entry, RunStatus.RUNNING)

    def run_finished(self, entry: Entry, status: RunStatus, rows: Mapping[NodeId, NodeRun]) -> None:
        """Every node is settled: completed, or failed with the first failure as the reason."""
        failed = [row for row in rows.values() if row.status is NodeStatus.FAILED and row.output is None]
        if status is RunStatus.COMPLETED or not failed:
            self._change(entry, RunStatus.COMPLETED)
            entry.events.append(RunEvent("complete", clock.now(), "Run completed"))
            return
        first = min(failed, key=lambda row: row.finished_at or 0)
        error = {**(first.error or {}), "nodeId": first.node_id}
        self._change(entry, RunStatus.FAILED, error=error)
        message = f"{self._label(first.node_id)} failed: {error.get('message')}"
        entry.events.append(RunEvent("error", clock.now(), message, error=error))

    def run_cancelled(self, entry: Entry, open_rows: Iterable[NodeRun], reason: str = "") -> None:
        """Somebody cancelled it; `reason` when it was not asked for in so many words."""
        for row in open_rows:
            self._close(entry, row, NodeStatus.CANCELLED)
        self._change(entry, RunStatus.CANCELLED)
        entry.events.append(
            RunEvent("cancelled", clock.now(), f"Run cancelled: {reason}" if reason else "Run cancelled")
        )

    def run_broken(self, entry: Entry, row: NodeRun, open_rows: Iterable[NodeRun], cause: Exception) -> None:
        """Something failed that is no node's doing; the log of the server has the details."""
        why = f": {cause.message}" if isinstance(cause, VoiceGraphError) else f" {OF_ITS_OWN}"
        message = f"VoiceGraph could not go on after {self._label(row.node_id)}{why}"
        error = error_json(NodeError("internal", message))
        row.output, row.error = None, error  # the output may be what could not be written
        self._close(entry, row, NodeStatus.FAILED)
        for other in open_rows:
            self._close(entry, other, NodeStatus.CANCELLED)
        self._change(entry, RunStatus.FAILED, error=error)
        entry.events.append(RunEvent("error", clock.now(), message, error=error))

    def run_given_up(self, entry: Entry, open_rows: Iterable[NodeRun], reason: NodeError) -> None:
        """The engine's server will not go on with it."""
        for row in open_rows:
            self._close(entry, row, NodeStatus.CANCELLED)
        error = error_json(reason)
        self._change(entry, RunStatus.FAILED, error=error)
        entry.events.append(RunEvent("error", clock.now(), reason.message, error=error))

    # -- its nodes

    def node_started(self, entry: Entry, node_id: NodeId) -> NodeRun:
        """First start; answers the new row."""
        now = clock.now()
        row = NodeRun(node_id, NodeStatus.RUNNING, started_at=now, begun_at=now)
        entry.nodes.append(row.snapshot())
        self._event(entry, "start", "Started", node_id)
        return row

    def node_restarted(self, entry: Entry, row: NodeRun) -> None:
        """The next attempt."""
        row.status, row.due_at, row.error, row.waits = NodeStatus.RUNNING, None, None, None
        row.attempt += 1
        row.starts, row.begun_at, row.deaths = 1, clock.now(), 0
        entry.nodes.append(row.snapshot())
        self._event(entry, "start", f"Started, attempt {row.attempt}", row.node_id, row.attempt)

    def node_held(self, entry: Entry, row: NodeRun) -> None:
        """It is suspected to take the process down, and waits for its turn."""
        message = HELD.format(deaths=row.deaths, calm=CALM_SECONDS)
        row.begun_at, row.waits = None, {"kind": TURN_KIND, "message": message}
        entry.nodes.append(row.snapshot())
        self._event(entry, "waiting", message, row.node_id, row.attempt, waitsFor=TURN_KIND)

    def node_has_turn(self, entry: Entry, row: NodeRun) -> None:
        """One more start of the same attempt, by itself."""
        row.starts, row.begun_at, row.waits = row.starts + 1, clock.now(), None
        entry.nodes.append(row.snapshot())
        self._event(entry, "start", TURN, row.node_id, row.attempt)

    def node_completed(self, entry: Entry, row: NodeRun, output: Output) -> None:
        """It gave an output."""
        row.output, row.error = output, None
        self._close(entry, row, NodeStatus.COMPLETED)
        event = self._event(entry, "success", "Finished", row.node_id, row.attempt)
        event.output = output

    def node_failed(self, entry: Entry, row: NodeRun, error: NodeError, goes_on: bool) -> None:
        """It failed for good; `goes_on` makes the error its output."""
        row.error, row.output = error_json(error), None
        if goes_on:
            row.output = Output(text=error.message, data={"error": row.error}, meta={"failed": True})
            kind = self._nodes[row.node_id].type
            if kind in BRANCHING:
                row.output.branch = False  # whatever went wrong with it: it does not hold, nobody has approved
                words = UNDECIDED if self._leads_on(row.node_id, kind) else ENDS_THERE
                self._event(entry, "log", words[kind], row.node_id, row.attempt, branch=False)
        self._close(entry, row, NodeStatus.FAILED)
        event = self._event(entry, "error", error.message, row.node_id, row.attempt)
        event.error, event.output = row.error, row.output

    def _leads_on(self, node_id: NodeId, kind: str) -> bool:
        edges = [edge for edge in self._run.workflow.edges if edge.source == node_id]
        return any(is_taken(kind, edge.when, chosen=False) for edge in edges)

    def node_retrying(self, entry: Entry, row: NodeRun, error: NodeError, due: float) -> None:
        """The attempt failed; the next is due at `due`."""
        row.status, row.due_at, row.error, row.output = NodeStatus.RETRYING, due, error_json(error), None
        entry.nodes.append(row.snapshot())
        event = self._event(entry, "retry", error.message, row.node_id, row.attempt, dueAt=iso(due))
        event.error = row.error

    def node_rests(self, entry: Entry, row: NodeRun, due: float, error: Mapping[str, JsonValue] | None) -> None:
        """Of its items, only such are left as wait for their next try; the first is due at `due`."""
        row.status, row.due_at, row.error = NodeStatus.RETRYING, due, error
        entry.nodes.append(row.snapshot())

    def node_goes_on(self, entry: Entry, row: NodeRun) -> None:
        """The next try of one of its items is due."""
        row.status, row.due_at, row.error = NodeStatus.RUNNING, None, None
        entry.nodes.append(row.snapshot())

    def node_waiting(self, entry: Entry, row: NodeRun, suspend: Suspend) -> None:
        """It asked to be taken up later."""
        row.status, row.due_at, row.output = NodeStatus.WAITING, suspend.until, suspend.output
        entry.nodes.append(row.snapshot())
        self._event(entry, "waiting", suspend.message, row.node_id, row.attempt, until=iso(suspend.until))

    def node_awaiting(self, entry: Entry, row: NodeRun, asked: Await) -> None:
        """It waits for somebody's answer."""
        row.status, row.due_at, row.output, row.waits = NodeStatus.WAITING, asked.until, asked.output, question(asked)
        entry.nodes.append(row.snapshot())
        until = {"until": iso(asked.until)} if asked.until is not None else {}
        run = {"runId": str(asked.request["runId"])} if asked.kind == "run" else {}
        self._event(entry, "waiting", asked.message, row.node_id, row.attempt, waitsFor=asked.kind, **until, **run)

    def node_answered(self, entry: Entry, row: NodeRun, settled: SettledNode) -> None:
        """The answer came, or its time passed; what it makes of the node is written next."""
        row.waits = settled.waits
        self._event(entry, "log", settled.words, row.node_id, row.attempt)

    def node_dropped(self, entry: Entry, row: NodeRun) -> None:
        """The run failed elsewhere while this node waited: a retry ends with its last error, a wait is cancelled."""
        if row.status is NodeStatus.RETRYING:
            self._close(entry, row, NodeStatus.FAILED)
        else:
            self._close(entry, row, NodeStatus.CANCELLED)

    def node_skipped(self, entry: Entry, node_id: NodeId) -> NodeRun:
        """No live edge leads to it, or the run failed before."""
        row = NodeRun(node_id, NodeStatus.SKIPPED, starts=0, finished_at=clock.now())
        entry.nodes.append(row.snapshot())
        self._event(entry, "skipped", "Skipped", node_id)
        return row

    def nodes_cut(self, entry: Entry, rows: Iterable[NodeRun]) -> None:
        """The server stops in good order: what becomes of it from now on is not the node's fault."""
        for row in rows:
            row.begun_at = None
            entry.nodes.append(row.snapshot())

    # -- helpers

    def _close(self, entry: Entry, row: NodeRun, status: NodeStatus) -> None:
        row.status, row.due_at, row.finished_at = status, None, clock.now()
        if status is NodeStatus.CANCELLED:
            row.output = None  # of a wait: what it would have given
        if row.waits and row.waits["kind"] == TURN_KIND:
            row.waits = None
        entry.nodes.append(row.snapshot())

    def _change(
        self,
        entry: Entry,
        status: RunStatus,
        wake_at: float | None = None,
        error: Mapping[str, object] | None = None,
    ) -> None:
        self._status = status
        finished_at = clock.now() if status.terminal else None
        entry.follow_up = follow_up_of(self._run) if status is RunStatus.FAILED else None
        entry.drops_items = status.terminal and self._has_items
        entry.change = RunChange(status, self._started_at, finished_at, wake_at, error)  # pyright: ignore[reportArgumentType]

    def _event(
        self, entry: Entry, kind: Kind, message: str, node_id: NodeId, attempt: int = 1, **data: str | bool
    ) -> RunEvent:
        event = RunEvent(kind, clock.now(), message, node_id, attempt, data=data or None)
        entry.events.append(event)
        return event

    def _label(self, node_id: NodeId) -> str:
        return self._nodes[node_id].label or node_id
