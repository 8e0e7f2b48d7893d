"""Entries, rows and events of a run, and how an event looks on the wire (DESIGN section 5)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import JsonValue

from voicegraph.clock import ms
from voicegraph.errors import VoiceGraphError
from voicegraph.graph.model import LOCAL_OWNER, NodeId, OwnerId, RunId, Workflow, WorkflowId
from voicegraph.nodes.output import Output
from voicegraph.nodes.output_previews import shortened
from voicegraph.run.state import NodeStatus, RunStatus

Kind = Literal["start", "progress", "success", "error", "retry", "waiting", "skipped", "log", "complete", "cancelled"]
FINAL_KINDS = frozenset({"complete", "error", "cancelled"})
"""An event of one of these kinds without a node is the last of its run."""

EngineName = Literal["live", "embedded", "inngest"]
TriggerName = Literal["manual", "schedule", "webhook", "replay", "workflow", "error"]


def error_json(error: VoiceGraphError) -> dict[str, JsonValue]:
    """`{code, message, retryable}`, as stored and sent."""
    return {"code": error.code, "message": error.message, "retryable": getattr(error, "retryable", False)}


@dataclass(slots=True)
class RunEvent:
    """One line of a run's story. `seq` is given when it is written; `node_id` None means the run itself."""

    kind: Kind
    at: float
    message: str = ""
    node_id: NodeId | None = None
    attempt: int | None = None
    output: Output | None = None
    error: Mapping[str, JsonValue] | None = None
    data: Mapping[str, JsonValue] | None = None
    seq: int = 0

    @property
    def final(self) -> bool:
        """Whether nothing follows."""
        return self.node_id is None and self.kind in FINAL_KINDS

    def to_wire(self, *, whole: bool = False) -> dict[str, Any]:
        """The event's JSON, as the original product sent it, extended. Of a large output, unless `whole`, the beginning."""
        output = self.output if whole or self.output is None else shortened(self.output)
        return {
            "type": self.kind,
            "nodeId": self.node_id,
            "message": self.message,
            "output": output.model_dump(mode="json", exclude={"metrics"}) if output else None,
            "error": self.error,
            "timestamp": ms(self.at),
            "seq": self.seq,
            "attempt": self.attempt,
            "metrics": output.metrics.model_dump(mode="json") if output and output.metrics else None,
            "data": self.data,
        }


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """The progress of a node with `each`: of `total` items so many are done, and so many failed for good."""

    total: int
    done: int = 0
    failed: int = 0
    size: int = field(default=0, compare=False)
    """Bytes of the results so far, about."""
    reused: int = 0
    """How many of those that are done were done in an earlier run."""
    values: int = field(default=0, compare=False)
    """Values in the results so far."""


@dataclass(slots=True)
class ItemRun:
    """The checkpoint of one item of a node with `each`; `item` counts from 0. An item that never started has none."""

    node_id: NodeId
    item: int
    status: NodeStatus
    attempt: int = 1
    starts: int = 1
    started_at: float | None = None
    finished_at: float | None = None
    due_at: float | None = None
    error: Mapping[str, JsonValue] | None = None
    output: Output | None = None
    begun_at: float | None = None
    deaths: int = 0
    digest: str | None = None
    """Of everything that its result depends on (`run/item_digest.py`); None when it is not known."""
    reused_from: RunId | None = None
    """The run that made this result; None when it is this one."""

    @property
    def reused(self) -> bool:
        """Whether it was taken over from an earlier run: it is done, and was never started in this one."""
        return self.starts == 0

    def snapshot(self) -> ItemRun:
        """A copy as of now, see `NodeRun.snapshot`."""
        return ItemRun(
            self.node_id,
            self.item,
            self.status,
            self.attempt,
            self.starts,
            self.started_at,
            self.finished_at,
            self.due_at,
            self.error,
            self.output,
            self.begun_at,
            self.deaths,
            self.digest,
            self.reused_from,
        )


ReadItems = Callable[[NodeId, Collection[int] | None], dict[int, ItemRun]]


@dataclass(slots=True)
class NodeRun:
    """A node's row in a run: the checkpoint. `starts` counts starts across restarts, `attempt` tries by policy.

    With `each` the checkpoints are the items', and the row counts them.
    """

    node_id: NodeId
    status: NodeStatus
    attempt: int = 1
    starts: int = 1
    started_at: float | None = None
    finished_at: float | None = None
    due_at: float | None = None
    error: Mapping[str, JsonValue] | None = None
    output: Output | None = None
    begun_at: float | None = None
    """When the last start began, while a death of the process could be laid to it."""
    deaths: int = 0
    """How many deaths of the process are laid to this attempt (`run/crash_blame.py`)."""
    reused_from: RunId | None = None
    """The run that made this result; None when it is this one."""
    waits: Mapping[str, JsonValue] | None = None
    """Whose answer a waiting node waits for: `kind` and what was asked (`run/questions.py`). Kept with the answer."""
    items: ItemCounts | None = None

    def snapshot(self) -> NodeRun:
        """A copy as of now, many times cheaper than `copy.copy`: an entry is written later, on another thread."""
        return NodeRun(
            self.node_id,
            self.status,
            self.attempt,
            self.starts,
            self.started_at,
            self.finished_at,
            self.due_at,
            self.error,
            self.output,
            self.begun_at,
            self.deaths,
            self.reused_from,
            self.waits,
            self.items,
        )


@dataclass(frozen=True, slots=True)
class Reuse:
    """Results a run takes over from an earlier one instead of running the nodes again.

    `rows` are settled and marked with the run they are from; `reasons` say why other nodes run again though the earlier
    run has a result of them. `items` are those that are done of nodes with `each` that run again for the others.
    """

    rows: Mapping[NodeId, NodeRun] = field(default_factory=dict[NodeId, NodeRun])
    reasons: Mapping[NodeId, str] = field(default_factory=dict[NodeId, str])
    items: Mapping[NodeId, Mapping[int, ItemRun]] = field(default_factory=dict[NodeId, Mapping[int, ItemRun]])


@dataclass(slots=True)
class NewRun:
    """A run to be made: what, on which engine, started by what, and what the user said."""

    run_id: RunId
    workflow: Workflow
    engine: EngineName
    created_at: float
    config: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    trigger: TriggerName = "manual"
    trigger_data: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    command: str = ""
    idempotency_key: str | None = None
    origin_run_id: RunId | None = None
    request_digest: str | None = None
    """Of what was asked for with the idempotency key."""
    reuse: Reuse = field(default_factory=Reuse)
    """Only while the run is made; afterwards its rows are on disk like any others."""
    from_failure: bool = False
    """A replay from where the origin failed: items that are done there are not done again (`run/earlier_items.py`)."""
    owner: OwnerId = LOCAL_OWNER
    priority: int = 0
    trigger_id: str | None = None
    parent_run_id: RunId | None = None
    parent_node_id: NodeId | None = None
    """The node, in another run, that this run is a step of."""


@dataclass(slots=True)
class RunChange:
    """The run's own columns after a step. `wake_at` is set while only timers are left."""

    status: RunStatus
    started_at: float | None = None
    finished_at: float | None = None
    wake_at: float | None = None
    error: Mapping[str, JsonValue] | None = None


@dataclass(slots=True)
class Entry:
    """Everything one step of a run writes, in one transaction."""

    run_id: RunId
    create: NewRun | None = None
    nodes: list[NodeRun] = field(default_factory=list[NodeRun])
    items: list[ItemRun] = field(default_factory=list[ItemRun])
    events: list[RunEvent] = field(default_factory=list[RunEvent])
    change: RunChange | None = None
    drops_items: bool = False
    """The run is over: items that are in flight or wait for a retry are cancelled."""
    drops_nodes: bool = False
    """The run is over: nodes that are open are cancelled, whatever their rows say."""
    send: str | None = None
    """A message to the engine's server, put into the outbox with the rest."""
    engine_run_id: str | None = None
    news: RunStatus | None = None
    """Told to those who watch the list with this status, though the run's own columns stay as they are."""
    follow_up: WorkflowId | None = None
    """The run has failed, and this workflow is to be started because of it."""


@dataclass(slots=True)
class StoredRun:
    """A run read back from disk, enough to go on with it."""

    run: NewRun
    status: RunStatus
    started_at: float | None = None
    wake_at: float | None = None
    nodes: dict[NodeId, NodeRun] = field(default_factory=dict[NodeId, NodeRun])
    items: dict[NodeId, dict[int, ItemRun]] = field(default_factory=dict[NodeId, dict[int, ItemRun]])
    """Of nodes that are not done, where they were asked for."""
    engine_run_id: str | None = None
    error: Mapping[str, JsonValue] | None = None
    read_items: ReadItems | None = None
    """Reads items of a node, all or these, while the transaction lasts that read the run."""
