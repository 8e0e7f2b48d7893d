"""Answers to a node that waits, whoever gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from pydantic import JsonValue

from voicegraph.errors import Conflict, NodeError
from voicegraph.nodes.output import Output
from voicegraph.run.events import NodeRun


@dataclass(frozen=True, slots=True)
class SettledNode:
    """A node as an answer settles it. `words` tell it in the log; `waits` is what is kept of the question."""

    result: Output | NodeError
    words: str
    waits: Mapping[str, JsonValue]


class Answer(Protocol):
    """Somebody's answer to a node that waits."""

    def settle(self, row: NodeRun) -> SettledNode:
        """What it makes of the node. Conflict when it is no answer to what this row asks."""
        ...


def nobody_answered(answer: Mapping[str, Any]) -> bool:
    """Whether the time to answer was over before anybody did, whatever that counts as."""
    return answer.get("answer") == "expired" or answer.get("via") == "expiry"


def answered_already(row: NodeRun) -> Conflict:
    """Somebody was first, or the wait ended without an answer."""
    answer = cast("Mapping[str, Any] | None", (row.waits or {}).get("answer"))
    if answer is None:
        return Conflict("not_waiting", "This step does not wait for an answer any more: the run went on or ended.")
    if nobody_answered(answer):
        return Conflict("expired", "The time to answer is over: nobody answered in time.")
    return Conflict("answered", "This was answered already. The first answer counts.")
