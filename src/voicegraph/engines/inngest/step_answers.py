"""Answers of a step: the node is ours, come later, or what Inngest is told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NotRequired, TypedDict

from voicegraph.run.events import ItemRun, NodeRun
from voicegraph.run.state import NodeStatus


class Words(TypedDict):
    """An error as Inngest shows it."""

    code: str
    message: str


class Memo(TypedDict):
    """A step's result at Inngest: no output. `until` (seconds since the epoch): go on then, in a new step.

    `asks`: the node waits for somebody's answer. `error`: why the node failed for good.
    """

    status: str
    branch: NotRequired[bool]
    until: NotRequired[float]
    asks: NotRequired[bool]
    error: NotRequired[Words]


@dataclass(frozen=True, slots=True)
class Claim:
    """The node is ours to run. `starts` tells this start from one that takes over; `alone`: it is a suspect's."""

    attempt: int
    starts: int
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Come again at `due`, in seconds since the epoch."""

    due: float


def memo_of(row: NodeRun | ItemRun) -> Memo:
    """What Inngest is told of a node, or of an item of it."""
    memo = Memo(status=str(row.status))
    if row.status is NodeStatus.FAILED and row.error:
        memo["error"] = Words(code=str(row.error.get("code")), message=str(row.error.get("message")))
    if isinstance(row, ItemRun):
        return memo
    if row.status is NodeStatus.WAITING:
        if row.due_at is not None:
            memo["until"] = row.due_at
        if row.waits is not None:
            memo["asks"] = True
    elif row.output is not None and row.output.branch is not None:
        memo["branch"] = row.output.branch
    return memo
