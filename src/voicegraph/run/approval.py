"""Approvals: what exactly is approved, by whom, and what becomes of it (SECURITY row 8).

The digest binds: it is of all that the next node gets, is shown and sent with the content, and comes back with the
answer. What was approved is the row's output, byte for byte.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from pydantic import JsonValue

from voicegraph import clock
from voicegraph.clock import iso
from voicegraph.errors import Conflict, NodeError
from voicegraph.nodes.data.large_json import canonical
from voicegraph.nodes.output import Output
from voicegraph.run.answers import SettledNode, answered_already
from voicegraph.run.events import NodeRun
from voicegraph.run.state import NodeStatus

Via = Literal["page", "link", "api", "cli", "expiry"]
OWNER = "owner"
MAX_COMMENT = 2_000


def digest_of(content: Output) -> str:
    """SHA-256 of text, data and files as one canonical JSON text, in hexadecimal. Of much, it takes seconds."""
    files = [{"id": ref.id, "name": ref.name, "size": ref.size} for ref in content.files]
    whole = {"data": content.data, "files": files, "text": content.text}
    hashed = hashlib.sha256()
    for piece in canonical(whole):
        hashed.update(piece.encode())
    return hashed.hexdigest()


def hash_of(token: str) -> str:
    """What is stored of a link's token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def approver_of(waits: Mapping[str, Any], token: str) -> str | None:
    """Whose link this token is."""
    hashed, found = hash_of(token), None
    links: Mapping[str, str] = waits.get("links") or {}
    for known, name in links.items():
        found = name if hmac.compare_digest(known, hashed) else found
    return found


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's answer. `digest` is of what they saw."""

    approved: bool
    digest: str
    by: str = OWNER
    via: Via = "page"
    comment: str = ""

    def settle(self, row: NodeRun) -> SettledNode:
        """See `run.answers.Answer`."""
        waits = cast("Mapping[str, Any]", row.waits or {})
        if waits.get("kind") != "approval":
            raise Conflict("not_an_approval", "This step does not wait for a person.")
        if row.due_at is not None and row.due_at <= clock.now():
            raise Conflict("expired", "The time to answer is over; what was set for that case happens.")
        if not hmac.compare_digest(str(waits["digest"]).encode(), self.digest.encode(errors="replace")):
            message = "What you saw is not what waits here now. Look at it again, then answer."
            raise Conflict("content_changed", message)
        return _settled(row, self)


def expired(row: NodeRun) -> SettledNode:
    """Nobody answered in time: what the node says for that case."""
    waits = cast("Mapping[str, Any]", row.waits or {})
    chosen = waits.get("onExpiry")
    if chosen == "fail":
        error = NodeError("approval_expired", "Nobody answered in time, and this step is set to fail then.")
        return SettledNode(error, "Nobody answered in time", _with_answer(waits, {"answer": "expired"}))
    return _settled(row, Decision(chosen == "approve", str(waits["digest"]), "nobody", "expiry"))


def _settled(row: NodeRun, decision: Decision) -> SettledNode:
    waits = cast("Mapping[str, Any]", row.waits or {})
    record: dict[str, JsonValue] = {
        "answer": "approved" if decision.approved else "rejected",
        "by": decision.by,
        "via": decision.via,
        "at": iso(clock.now()),
        "comment": decision.comment,
        "digest": decision.digest,
    }
    content = row.output or Output()
    meta: dict[str, JsonValue] = {**content.meta, "approval": record}
    result = content.model_copy(update={"meta": meta, "branch": decision.approved})
    return SettledNode(result, _words(decision), _with_answer(waits, record))


def _with_answer(waits: Mapping[str, Any], record: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {**waits, "answer": dict(record)}


def _words(decision: Decision) -> str:
    verb = "Approved" if decision.approved else "Rejected"
    if decision.via == "expiry":
        return f"{verb}, because nobody answered in time"
    comment = f": {decision.comment}" if decision.comment else ""
    return f"{verb} by {'you' if decision.by == OWNER else decision.by}{comment}"


def standing(row: NodeRun, over: bool) -> Conflict | None:
    """Why an approval cannot be answered any more; None while it can."""
    if row.status is not NodeStatus.WAITING:
        return answered_already(row)
    if over:
        return Conflict("not_waiting", "The run is over; there is nothing to answer any more.")
    if row.due_at is not None and row.due_at <= clock.now():
        return Conflict("expired", "The time to answer is over: nobody answered in time.")
    return None
