from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.graphs import node

from voicegraph.errors import NodeError
from voicegraph.graph.model import Retry
from voicegraph.nodes.services.prompt.actions import seed
from voicegraph.run.retry import BASE_SECONDS, CAP_SECONDS, RetryPolicy, policy_for

BUSY = NodeError("busy", "Busy.", retryable=True)


@given(attempts=st.integers(1, 100), attempt=st.integers(1, 100), base=st.floats(0.001, 3600))
def test_the_wait_doubles_from_base_to_cap_and_jitter_takes_up_to_half(attempts: int, attempt: int, base: float):
    delay = RetryPolicy(attempts, base).delay(attempt, BUSY)
    if attempt >= attempts:
        assert delay is None
    else:
        full = min(CAP_SECONDS, base * 2 ** (attempt - 1))
        assert delay is not None
        assert full / 2 <= delay <= full


def test_runs_that_failed_together_do_not_come_back_together():
    delays = [RetryPolicy(3).delay(1, BUSY) or 0 for _ in range(200)]
    assert len(set(delays)) > 150
    assert max(delays) - min(delays) > 0.3


def test_what_cannot_help_is_not_repeated():
    assert RetryPolicy(10).delay(1, NodeError("bad", "Bad.", retryable=False)) is None


@given(asked=st.floats(0, 86_400), attempt=st.integers(1, 9))
def test_a_service_that_asks_for_a_pause_gets_it(asked: float, attempt: int):
    delay = RetryPolicy(10).delay(attempt, NodeError("busy", "Busy.", retryable=True, retry_after=asked))
    assert delay is not None
    assert max(asked, 2 ** (attempt - 1) / 2) <= delay <= max(asked, 2 ** (attempt - 1))


def test_the_node_decides_before_the_action():
    assert policy_for(node("a", retry=Retry(attempts=7)), seed).attempts == 7
    assert policy_for(node("a"), seed).attempts == seed.attempts
    assert policy_for(node("a"), None).attempts == 1
    assert policy_for(node("a"), seed).base == BASE_SECONDS
    assert policy_for(node("a"), seed, base=0.01).base == 0.01


@given(attempt=st.integers(1, 8), base=st.floats(0.001, 86_400), cap=st.floats(0.001, 604_800))
def test_the_node_may_set_where_waits_begin_and_end(attempt: int, base: float, cap: float):
    policy = policy_for(node("a", retry=Retry(attempts=9, base=base, cap=cap)), seed)
    delay = policy.delay(attempt, BUSY)
    assert delay is not None
    assert delay <= cap
    assert delay >= min(cap, base * 2 ** (attempt - 1)) / 2


def test_what_the_node_leaves_open_is_the_actions():
    policy = policy_for(node("a", retry=Retry(base=7)), seed)
    assert (policy.attempts, policy.base, policy.cap, policy.on) == (seed.attempts, 7, CAP_SECONDS, None)
    assert policy_for(node("a", retry=Retry(base=50_000)), seed).cap == 50_000


@pytest.mark.parametrize(
    ("on", "code", "helps"),
    [
        ("timeout", "timeout", True),
        ("rate_limit", "rate_limited", True),
        ("server", "server_error", True),
        ("connection", "unreachable", True),
        ("forbidden", "forbidden", True),
        ("any", "whatever", True),
        ("server", "rate_limited", False),
    ],
)
def test_errors_by_code_or_kind(on: str, code: str, helps: bool):
    policy = RetryPolicy(3, on=frozenset({on}))
    assert policy.helps(NodeError(code, "…", retryable=not helps)) is helps
    assert not RetryPolicy(3, on=frozenset()).helps(BUSY)
