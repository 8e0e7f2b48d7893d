"""The acceptance of a run: the entry that makes it, with what it takes over from an earlier run."""

from __future__ import annotations

from voicegraph import clock
from voicegraph.run.events import Entry, NewRun, NodeRun, RunEvent
from voicegraph.run.recovery import outcome_of
from voicegraph.run.state import NodeStatus, RunState, StateChange


def accepted(run: NewRun, send: str | None = None) -> Entry:
    """The entry of a run that starts later. What follows from taken-over results is written with them."""
    entry = Entry(run.run_id, create=run, send=send)
    for node_id in begin(run, RunState(run.workflow), entry).skipped:
        now = clock.now()
        entry.nodes.append(NodeRun(node_id, NodeStatus.SKIPPED, starts=0, finished_at=now))
        entry.events.append(RunEvent("skipped", now, "Skipped", node_id, 1))
    return entry


def begin(run: NewRun, machine: RunState, entry: Entry) -> StateChange:
    """Write the results that are taken over; the answer is what the machine begins with."""
    entry.items += [row.snapshot() for rows in run.reuse.items.values() for row in rows.values()]
    if not run.reuse.rows and not run.reuse.reasons:
        return machine.begin()
    for row in run.reuse.rows.values():
        entry.nodes.append(row.snapshot())
        entry.events.append(_reused(row))
    for node_id, reason in run.reuse.reasons.items():
        message = f"Runs again, its earlier result is not reused. {reason}"
        entry.events.append(RunEvent("log", clock.now(), message, node_id, 1, data={"notReused": reason}))
    outcomes = {node_id: outcome for node_id, row in run.reuse.rows.items() if (outcome := outcome_of(row))}
    return machine.restore(outcomes, ())


def _reused(row: NodeRun) -> RunEvent:
    message = f"Reused from {row.reused_from}: not run again"
    kind = "error" if row.status is NodeStatus.FAILED else "success"
    data = {"reusedFrom": str(row.reused_from)}
    return RunEvent(kind, clock.now(), message, row.node_id, row.attempt, row.output, row.error, data)
