"""How often and when a failed attempt is repeated."""

from __future__ import annotations

import random
from dataclasses import dataclass

from voicegraph.errors import NodeError
from voicegraph.graph.model import Node
from voicegraph.nodes.action import Action

BASE_SECONDS = 1.0
CAP_SECONDS = 6 * 3600.0
MAX_STARTS = 3
"""A node that takes the process down this often without an outcome is not started again."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """`attempts` tries in all; the wait doubles from `base` to `cap` seconds, with jitter.

    Jitter takes a random half of each wait away ("equal jitter"), so that runs that failed together do not come back
    together, yet never at once.
    """

    attempts: int
    base: float = BASE_SECONDS
    cap: float = CAP_SECONDS

    def delay(self, attempt: int, error: NodeError) -> float | None:
        """Seconds to wait after this failed attempt (the first is 1), or None: the node has failed for good."""
        if not error.retryable or attempt >= self.attempts:
            return None
        wait = min(self.cap, self.base * 2.0 ** min(attempt - 1, 32))
        wait *= 1 - random.random() / 2  # noqa: S311 - jitter, not a secret
        return max(wait, error.retry_after or 0)


def policy_for(node: Node, action: Action | None, base: float = BASE_SECONDS) -> RetryPolicy:
    """The node's own setting, else the action's default."""
    attempts = node.retry.attempts if node.retry else action.attempts if action else 1
    return RetryPolicy(attempts, base)
