"""Read checkpoints: what each kept row means for a run that goes on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from voicegraph import clock
from voicegraph.errors import NodeError
from voicegraph.graph.model import NodeId, RunId, WorkflowId
from voicegraph.run.crash_blame import POISON, BlameVerdict, verdict
from voicegraph.run.events import Entry, NodeRun, RunChange, RunEvent, StoredRun, error_json
from voicegraph.run.records import RunRecords
from voicegraph.run.run_limits import follow_up_of
from voicegraph.run.state import DROPPED, FAILED, Completed, NodeStatus, Outcome, RunStatus


def outcome_of(row: NodeRun) -> Outcome | None:
    """The outcome a row stands for; None while it is open, or for a node that was skipped (skips follow anew)."""
    match row.status:
        case NodeStatus.COMPLETED:
            return Completed(row.output.branch if row.output else None)
        case NodeStatus.FAILED:
            return (
                Completed(row.output.branch) if row.output else FAILED
            )  # an output of a failed node: its policy was to go on
        case NodeStatus.CANCELLED:
            return DROPPED
        case _:
            return None


@dataclass(slots=True)
class Restored:
    """Nodes to take up: for the first time, again, again but alone, at a time, or not at all any more.

    A suspect has so many deaths laid to it that it has few starts left. It gets them without the other suspects: the node
    that takes the process down must not give a bad name to those that only ran beside it.
    """

    fresh: list[NodeId] = field(default_factory=list[NodeId])
    interrupted: list[NodeId] = field(default_factory=list[NodeId])
    suspects: list[NodeId] = field(default_factory=list[NodeId])
    poisoned: list[NodeId] = field(default_factory=list[NodeId])
    each: list[NodeId] = field(default_factory=list[NodeId])
    """Nodes that work on their items: each of those counts its own starts."""
    timers: dict[NodeId, float | None] = field(default_factory=dict[NodeId, float | None])
    """None: until somebody answers, however long that takes."""
    poison: NodeError = POISON


def restore(
    ready: Iterable[NodeId], rows: Mapping[NodeId, NodeRun], now: float, each: Collection[NodeId] = ()
) -> Restored:
    """Sort the open nodes by what their rows say; `each` are those that run per item. An interrupted row is begun anew."""
    plan = Restored()
    for node_id in ready:
        row = rows.get(node_id)
        if row is None:
            plan.fresh.append(node_id)
        elif row.status in (NodeStatus.RETRYING, NodeStatus.WAITING):
            plan.timers[node_id] = now if row.due_at is None and row.waits is None else row.due_at
        elif node_id in each:
            plan.each.append(node_id)
        elif (fate := verdict(row.deaths)) is BlameVerdict.NEVER:
            plan.poisoned.append(node_id)
        elif fate is BlameVerdict.ALONE:
            plan.suspects.append(node_id)
        else:
            row.starts, row.begun_at = row.starts + 1, now
            plan.interrupted.append(node_id)
    return plan


def cancelling(stored: StoredRun) -> Entry:
    """The entry that cancels a run which nobody drives; empty when it is over."""
    entry = Entry(stored.run.run_id)
    if not stored.status.terminal:
        script = RunRecords(stored.run, {node.id: node for node in stored.run.workflow.nodes})
        script.resumed(stored)
        script.run_cancelled(entry, [row for row in stored.nodes.values() if row.status.open])
    return entry


def closing(
    run_id: RunId, reason: NodeError, stored: StoredRun | None = None, *, follow_up: WorkflowId | None = None
) -> Entry:
    """The entry that fails a run which cannot go on; what was in flight or waiting is cancelled with it.

    `follow_up` is for a run that cannot be read (`run.unreadable`).
    """
    now, error = clock.now(), error_json(reason)
    open_rows = [row for row in stored.nodes.values() if row.status.open] if stored else []
    return Entry(
        run_id,
        nodes=[
            replace(row, status=NodeStatus.CANCELLED, finished_at=now, due_at=None, output=None) for row in open_rows
        ],
        events=[RunEvent("error", now, reason.message, error=error)],
        change=RunChange(RunStatus.FAILED, stored.started_at if stored else None, now, error=error),
        follow_up=follow_up_of(stored.run) if stored else follow_up,
        drops_items=True,
        drops_nodes=True,
    )
