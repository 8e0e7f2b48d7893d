"""A node that waits for an answer: what is kept of the question, and what the answer makes of the node.

An engine keeps the row (`waits` says whose answer it is), takes the first answer that fits, and asks here what follows:
an output, or an error that the node's policy then judges. When the node's time comes first, its default follows.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import JsonValue

from voicegraph.errors import Conflict, NodeError
from voicegraph.nodes.output import Await, Output, Result
from voicegraph.run.answers import Answer, SettledNode, answered_already
from voicegraph.run.approval import expired
from voicegraph.run.events import NodeRun
from voicegraph.run.state import NodeStatus

NEVER = 253_402_300_799.0
"""The end of the year 9999: when a run wakes by itself that waits for an answer alone."""


def question(asked: Await) -> dict[str, JsonValue]:
    """What is kept with the node while it waits. The runner has added the digest of what is to be approved."""
    return {**asked.request, "kind": asked.kind, "message": asked.message}


def settle(row: NodeRun | None, answer: Answer) -> SettledNode:
    """What the answer makes of the row. Conflict when the node does not wait (any more) for this answer."""
    if row is None or row.waits is None:
        raise Conflict("not_waiting", "This step does not wait for an answer.")
    if row.status is not NodeStatus.WAITING:
        raise answered_already(row)
    return answer.settle(row)


def at_due(row: NodeRun) -> SettledNode | None:
    """What a waiting node becomes when its time has come; None for a timer, which gives the output it holds."""
    if not row.waits:
        return None
    if row.waits["kind"] == "approval":
        return expired(row)
    error = NodeError("timeout", "What this step waited for took longer than its time limit.", retryable=True)
    return SettledNode(error, "The time limit is over", {**row.waits, "answer": {"answer": "expired"}})


def within_limit(result: Result, limit: float | None, started_at: float) -> Result:
    """What a node answered, with its own time limit kept: nobody is waited for longer. NodeError `timeout`."""
    if limit is None or isinstance(result, Output):
        return result
    end = started_at + limit
    if isinstance(result, Await):
        return replace(result, until=end if result.until is None else min(end, result.until))
    if result.until > end:
        raise NodeError("timeout", f"It is to wait longer than the {limit:g} seconds of its time limit.")
    return result
