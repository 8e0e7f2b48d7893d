"""The retry policy: how often and when a failed attempt is repeated."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from voicegraph.errors import NodeError
from voicegraph.graph.model import Node
from voicegraph.nodes.action import Action

BASE_SECONDS = 1.0
CAP_SECONDS = 6 * 3600.0

KINDS: Mapping[str, frozenset[str]] = {
    "timeout": frozenset({"timeout", "too_slow"}),
    "rate_limit": frozenset({"rate_limited"}),
    "server": frozenset({"server_error", "bad_response"}),
    "connection": frozenset({"unreachable", "unknown_host", "smtp_unreachable", "io"}),
}
"""Kinds of errors that a node's policy may name instead of their codes. Besides these there is `any`."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`attempts` tries in all; the wait doubles from `base` to `cap` seconds, with jitter.

    With `on`, errors of these codes or kinds are tried again and no others; without, those that say they may pass.
    Jitter takes a random half of each wait away ("equal jitter"), so that runs that failed together do not come back
    together, yet never at once.
    """

    attempts: int
    base: float = BASE_SECONDS
    cap: float = CAP_SECONDS
    on: frozenset[str] | None = None

    def delay(self, attempt: int, error: NodeError) -> float | None:
        """Seconds to wait after this failed attempt (the first is 1), or None: the node has failed for good."""
        if attempt >= self.attempts or not self.helps(error):
            return None
        wait = min(self.cap, self.base * 2.0 ** min(attempt - 1, 32))
        wait *= 1 - random.random() / 2  # noqa: S311 - jitter, not a secret
        return max(wait, error.retry_after or 0)

    def helps(self, error: NodeError) -> bool:
        """Whether another try is worth it after this error."""
        if self.on is None:
            return error.retryable
        return not self.on.isdisjoint(
            {"any", error.code, *(kind for kind, codes in KINDS.items() if error.code in codes)}
        )


def policy_for(node: Node, action: Action | None, base: float = BASE_SECONDS) -> RetryPolicy:
    """The node's own setting, else the action's default."""
    usual = action.attempts if action else 1
    own = node.retry
    if own is None:
        return RetryPolicy(usual, base)
    first = own.base or base
    cap = own.cap or max(CAP_SECONDS, first)
    return RetryPolicy(own.attempts or usual, min(first, cap), cap, None if own.on is None else frozenset(own.on))
