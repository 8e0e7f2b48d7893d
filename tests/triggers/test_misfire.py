from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicegraph.graph.model import Misfire
from voicegraph.triggers.misfire import MAX_CATCH_UP, ON_TIME_SECONDS, judge

NOW = 1_000_000.0
AGES = st.lists(st.integers(0, 10_000), max_size=MAX_CATCH_UP, unique=True)
POLICIES: st.SearchStrategy[Misfire] = st.sampled_from(["skip", "once", "all"])


@given(ages=AGES, misfire=POLICIES)
def test_what_every_policy_keeps_to(ages: list[float], misfire: Misfire) -> None:
    times = sorted(NOW - age for age in ages)
    verdict = judge(times, NOW, misfire)
    fire, missed = list(verdict.fire), list(verdict.missed)
    punctual = [at for at in times if NOW - at <= ON_TIME_SECONDS]
    assert fire == sorted(set(fire))
    assert set(fire) <= set(times)
    assert missed + punctual == times
    assert set(punctual) <= set(fire), "what is on time is always run"
    if misfire == "skip":
        assert fire == punctual
    elif misfire == "once":
        assert fire == (punctual or times[-1:])
    else:
        assert fire == times


@given(ages=AGES, misfire=POLICIES, cut=st.integers(0, MAX_CATCH_UP))
def test_two_looks_run_no_time_twice(ages: list[float], misfire: Misfire, cut: int) -> None:
    times = sorted(NOW - age for age in ages)
    early, later = times[:cut], times[cut:]
    first = judge(early, early[-1] if early else NOW, misfire).fire
    second = judge(later, NOW, misfire).fire
    assert not set(first) & set(second)


def test_a_restart_of_half_a_minute_misses_nothing() -> None:
    assert judge([NOW - 30], NOW, "skip").fire == [NOW - 30]
    assert judge([NOW - 61], NOW, "skip").fire == []
    assert judge([], NOW, "once").fire == []
