"""The workflow: nodes, edges, triggers. This is the wire format (JSON and YAML), camelCase on the wire.

Shape only; the rules that span several nodes are in `validate.py`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, NewType, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator
from pydantic.alias_generators import to_camel

RunId = NewType("RunId", str)
NodeId = NewType("NodeId", str)
EdgeId = NewType("EdgeId", str)
WorkflowId = NewType("WorkflowId", str)
TriggerId = NewType("TriggerId", str)
"""Unique in its workflow, as the id of a node is."""
OwnerId = NewType("OwnerId", str)
"""Whose a run is."""
LOCAL_OWNER = OwnerId("local")
"""Whoever uses the machine. There are no accounts: all requests are of this owner (`api.deps.owner_of`)."""

ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
MAX_NODES = 500
MAX_EDGES = 2_000
MAX_BYTES = 1 << 20
MAX_TRIGGERS = 100
MAX_DEPTH = 64
"""How deep lists and objects may be nested in the JSON of a workflow."""
MAX_COORDINATE = 1_000_000
MAX_CONCURRENCY = 100
DEFAULT_CONCURRENCY = 5
"""Items a node with `each` works on at a time, when it does not say."""


class Wire(BaseModel):
    """Base of everything that crosses the wire: snake_case here, camelCase there, either accepted."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True)


class Position(Wire):
    """Where a node's top left corner stands on the canvas, in CSS pixels."""

    x: float = Field(default=0, ge=-MAX_COORDINATE, le=MAX_COORDINATE)
    y: float = Field(default=0, ge=-MAX_COORDINATE, le=MAX_COORDINATE)


class Retry(Wire):
    """How often a node is tried, after which errors, and how long it waits in between, see `run/retry.py`.

    What is left open is the action's or the server's to say.
    """

    attempts: int | None = Field(default=None, ge=1, le=100, description="Tries in all; the first counts.")
    base: float | None = Field(default=None, gt=0, le=86_400, description="Seconds before the second try; then double.")
    cap: float | None = Field(default=None, gt=0, le=7 * 86_400, description="Seconds a wait grows to at most.")
    on: list[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]] | None = Field(
        default=None,
        max_length=50,
        description="Codes of errors (`rate_limited`), or kinds of them (timeout, rate_limit, server, connection, any), "
        "after which it is tried again. Left out: whenever the error says that it may pass.",
    )


class PinnedFile(Wire):
    """A stored file of a pinned output, by id."""

    id: str = Field(max_length=64)
    name: str = Field(max_length=255)
    media_type: str = Field(default="application/octet-stream", max_length=255)
    size: int = Field(default=0, ge=0)


class Pin(Wire):
    """An output that is given instead of running the node, in runs that a person starts; shaped like an output."""

    text: str = ""
    data: JsonValue = None
    files: list[PinnedFile] = Field(default_factory=list)
    branch: bool | None = None


class Node(Wire):
    """One step. `params` are Liquid templates until the node runs."""

    id: NodeId = Field(pattern=ID_PATTERN)
    type: str = Field(min_length=1, max_length=64)
    action: str = Field(min_length=1, max_length=64)
    label: str = Field(default="", max_length=200)
    params: dict[str, JsonValue] = Field(default_factory=dict)
    position: Position | None = None
    each: bool = Field(default=False, description="Run once for each item of the list that comes in.")
    concurrency: int | None = Field(
        default=None,
        ge=1,
        le=MAX_CONCURRENCY,
        description=f"With `each`: items at a time; {DEFAULT_CONCURRENCY} if empty.",
    )
    retry: Retry | None = None
    timeout: float | None = Field(default=None, gt=0, le=86_400, description="Seconds one attempt may take.")
    on_error: Literal["fail", "continue"] = Field(default="fail", description="continue: the error becomes the output.")
    allow_outside_target: bool = Field(
        default=False,
        description="Fetched text or a model's answer may say whom or what this node reaches (an address, a channel).",
    )
    merge: Literal["text", "list", "first"] | None = Field(
        default=None,
        description="What the node sees of several predecessors. text (as if nothing were set): labelled blocks; list: "
        "the list of their outputs in the order of the edges; first: the first of them that was not skipped, alone.",
    )
    pin: Pin | None = Field(default=None, description="Given instead of running the node, in runs a person starts.")

    @model_validator(mode="before")
    @classmethod
    def _without_credential(cls, given: Any) -> Any:
        _refuse_credential(given)
        return given


def _refuse_credential(given: object) -> None:
    """A credential that was ignored would let the node reach what its owner did not mean."""
    if isinstance(given, dict) and cast("dict[str, object]", given).get("credential") is not None:
        raise ValueError("This version takes keys from its settings only. Remove the credential from the node.")


class Edge(Wire):
    """`target` waits for `source`. `when` is set only on edges that leave a condition."""

    id: EdgeId = Field(pattern=ID_PATTERN)
    source: NodeId
    target: NodeId
    when: bool | None = None


Misfire = Literal["skip", "once", "all"]
Overlap = Literal["skip", "queue", "allow"]


class Schedule(Wire):
    """Five-field cron (Sunday is 0) in an IANA time zone; no zone means the server's."""

    kind: Literal["schedule"] = "schedule"
    id: TriggerId | None = Field(default=None, pattern=ID_PATTERN, description="Given when the workflow is saved.")
    cron: str = Field(max_length=200)
    timezone: str | None = Field(default=None, max_length=64)
    misfire: Misfire = Field(default="once", description="What becomes of times that passed while the server was down.")
    overlap: Overlap = Field(default="skip", description="What becomes of a time that comes while a run is under way.")


class Webhook(Wire):
    """An HTTP call starts the workflow; its body is `trigger.body`."""

    kind: Literal["webhook"] = "webhook"
    id: TriggerId | None = Field(default=None, pattern=ID_PATTERN, description="Given when the workflow is saved.")


Trigger = Annotated[Schedule | Webhook, Field(discriminator="kind")]


class Notify(Wire):
    """Who hears of the runs of a workflow. Without an address mails go where the settings say."""

    on: list[Literal["failed", "completed", "waiting"]] = Field(default_factory=list, max_length=3)
    email: str | None = Field(default=None, max_length=2_000, description="Addresses, separated by commas.")
    mail: bool = Field(default=True, description="Send e-mail.")
    chat: bool = Field(default=True, description="Send through the Apprise URL of the settings.")


class Workflow(Wire):
    """A named graph. Build one from untrusted input with `validate.parse_workflow`, which locates every breach."""

    workflow_id: WorkflowId = Field(default_factory=lambda: WorkflowId(new_id("wf")), pattern=ID_PATTERN)
    name: str = Field(default="Untitled workflow", max_length=200)
    nodes: list[Node] = Field(default_factory=list)
    edges: list[Edge] = Field(default_factory=list)
    triggers: list[Trigger] = Field(default_factory=list)
    timeout: float | None = Field(
        default=None, gt=0, le=366 * 86_400, description="Seconds a run may take in all; then it fails."
    )
    error_workflow: WorkflowId | None = Field(
        default=None, pattern=ID_PATTERN, description="The saved workflow that is started when a run fails."
    )
    concurrency: int | None = Field(
        default=None, ge=1, le=10_000, description="Runs of this workflow at a time; more wait in the queue."
    )
    notify: Notify | None = Field(default=None, description="Null: as the settings say for all workflows.")

    def node(self, node_id: str) -> Node:
        """The node with this id; KeyError when there is none."""
        for node in self.nodes:
            if node.id == node_id:
                return node
        raise KeyError(node_id)

    def predecessors(self, node_id: str) -> list[NodeId]:
        """Ids of the nodes this one waits for, in the order of the edges."""
        return [e.source for e in self.edges if e.target == node_id]

    def successors(self, node_id: str) -> list[NodeId]:
        """Ids of the nodes that wait for this one, in the order of the edges."""
        return [e.target for e in self.edges if e.source == node_id]

    def to_wire(self) -> Mapping[str, Any]:
        """The JSON form, without the fields that were left at nothing."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def unpinned(workflow: Workflow) -> Workflow:
    """The workflow without pinned outputs, as a schedule or a webhook runs it."""
    if not any(node.pin for node in workflow.nodes):
        return workflow
    return workflow.model_copy(update={"nodes": [node.model_copy(update={"pin": None}) for node in workflow.nodes]})


_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id(prefix: str) -> str:
    """`prefix_` + 26 characters of Crockford base 32: 48 bits of milliseconds, 80 random bits (the ULID layout).

    Ids sort by the time they were made, so an index on them stays compact and a list in id order is a list in time.
    """
    return _written(prefix, (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10)))


def first_id(prefix: str, at: float) -> str:
    """The smallest id made at `at` (seconds since the epoch) or later: a bound for ids by time."""
    return _written(prefix, min(max(0, round(at * 1000)), (1 << 48) - 1) << 80)


def _written(prefix: str, value: int) -> str:
    return f"{prefix}_" + "".join(_ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def free_id(prefix: str, taken: Iterable[str]) -> str:
    """`prefix-N`, never one that is taken; N counts on from how many are taken."""
    used = set(taken)
    number = len(used)
    while f"{prefix}-{number}" in used:
        number += 1
    return f"{prefix}-{number}"
