from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from voicegraph.triggers.rate_limit import Rate


@given(per_minute=st.integers(1, 100), gaps=st.lists(st.floats(0, 30), max_size=200))
def test_in_no_minute_more_than_twice_the_limit_and_at_once_no_more_than_it(per_minute: int, gaps: list[float]) -> None:
    rate, now, taken = Rate(per_minute), 0.0, list[float]()
    for gap in [0.0] * (per_minute + 3) + gaps:
        now += gap
        pause = rate.wait("x", now)
        if pause == 0:
            taken.append(now)
        else:
            assert rate.wait("x", now + pause * 0.9) > 0
    assert taken.count(0.0) >= per_minute
    for start in taken:
        assert sum(start <= at < start + 60 for at in taken) <= 2 * per_minute + 1


def test_one_does_not_pay_for_another() -> None:
    rate = Rate(1)
    assert (rate.wait("a", 0), rate.wait("b", 0)) == (0, 0)
    assert rate.wait("a", 0) > 0
