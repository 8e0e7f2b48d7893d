from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.graph.schedule_times import in_words, next_time, next_times, server_zone, times_until

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def at(text: str, zone: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def shown(times: list[float], zone: str) -> list[str]:
    return [datetime.fromtimestamp(time, ZoneInfo(zone)).strftime("%m-%d %H:%M %z") for time in times]


def after(cron: str, zone: str, moment: str, count: int) -> list[str]:
    return shown(list(islice(next_times(cron, zone, at(moment, zone)), count)), zone)


@pytest.mark.parametrize(
    ("cron", "zone", "moment", "expected"),
    [
        # The hour that spring skips: a fixed time in it comes right after the gap, once.
        ("30 2 * * *", BERLIN, "2026-03-28T03:00", ["03-29 03:00 +0200", "03-30 02:30 +0200"]),
        ("30 2 * * *", NEW_YORK, "2026-03-07T03:00", ["03-08 03:00 -0400", "03-09 02:30 -0400"]),
        ("0,30 2 * * *", BERLIN, "2026-03-28T03:00", ["03-29 03:00 +0200", "03-30 02:00 +0200"]),
        # The hour that autumn repeats: a fixed time in it comes the first time only.
        ("30 2 * * *", BERLIN, "2026-10-24T03:00", ["10-25 02:30 +0200", "10-26 02:30 +0100"]),
        ("30 1 * * *", NEW_YORK, "2026-10-31T02:00", ["11-01 01:30 -0400", "11-02 01:30 -0500"]),
        # Whole days keep their time of day over both changes.
        ("0 9 * * 1", BERLIN, "2026-03-27T12:00", ["03-30 09:00 +0200", "04-06 09:00 +0200"]),
        ("0 9 * * *", NEW_YORK, "2026-10-31T08:00", ["10-31 09:00 -0400", "11-01 09:00 -0500", "11-02 09:00 -0500"]),
        # What follows the hours follows them: none is left out, and the repeated one comes twice.
        ("0 * * * *", BERLIN, "2026-03-29T00:30", ["03-29 01:00 +0100", "03-29 03:00 +0200", "03-29 04:00 +0200"]),
        ("0 * * * *", BERLIN, "2026-10-25T01:30", ["10-25 02:00 +0200", "10-25 02:00 +0100", "10-25 03:00 +0100"]),
        ("*/30 * * * *", NEW_YORK, "2026-11-01T01:10", ["11-01 01:30 -0400", "11-01 01:00 -0500", "11-01 01:30 -0500"]),
    ],
)
def test_both_changes_of_the_clock(cron: str, zone: str, moment: str, expected: list[str]) -> None:
    assert after(cron, zone, moment, len(expected)) == expected


def test_asked_within_the_repeated_hour_a_fixed_time_does_not_come_again() -> None:
    second = at("2026-10-25T02:30", BERLIN) + 3600 - 900  # a quarter to half past two, the second time
    assert shown([next_time("30 2 * * *", BERLIN, second) or 0], BERLIN) == ["10-26 02:30 +0100"]


CRONS = st.sampled_from(
    ["0 9 * * 1", "30 2 * * *", "0,30 2 * * *", "*/15 * * * *", "0 * * * *", "15 1-3 * * *", "0 0 1 * *", "5 2 * * 0,6"]
)
ZONES = st.sampled_from([BERLIN, NEW_YORK, "Australia/Lord_Howe", "UTC", "Asia/Kolkata"])
MOMENTS = st.integers(0, 366 * 86_400).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
CHANGES = st.sampled_from(["2026-03-29T01:00", "2026-10-25T01:00", "2026-03-08T07:00", "2026-11-01T06:00"]).flatmap(
    lambda change: st.integers(-14_400, 14_400).map(
        lambda seconds: datetime.fromisoformat(change).replace(tzinfo=UTC) + timedelta(seconds=seconds)
    )
)


@given(cron=CRONS, zone=ZONES, moment=MOMENTS | CHANGES)
def test_times_are_in_order_and_asking_again_gives_the_same(cron: str, zone: str, moment: datetime) -> None:
    start = moment.timestamp()
    times = list(islice(next_times(cron, zone, start), 8))
    assert times == sorted(set(times))
    assert times[0] > start
    for before, then in pairwise(times):
        assert next_time(cron, zone, before) == then


@given(cron=CRONS, zone=ZONES, moment=MOMENTS | CHANGES, limit=st.integers(1, 20))
def test_looking_back_finds_what_looking_ahead_found(cron: str, zone: str, moment: datetime, limit: int) -> None:
    first = next_time(cron, zone, moment.timestamp())
    assert first is not None
    last = first + 86_400
    ahead = [first]
    for time in next_times(cron, zone, first):
        if time > last:
            break
        ahead.append(time)
    assert times_until(cron, zone, first, last, limit) == ahead[-limit:]
    assert times_until(cron, zone, first, first, limit) == [first]


def test_ten_years_of_minutes_are_not_counted() -> None:
    now = at("2026-06-01T12:00", "UTC")
    assert times_until("* * * * *", "UTC", now - 10 * 31_536_000, now, 3) == [now - 120, now - 60, now]


def test_no_zone_is_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    assert server_zone() == "America/New_York"
    assert next_time("0 9 * * *", None, at("2026-06-01T08:00", NEW_YORK)) == at("2026-06-01T09:00", NEW_YORK)
    monkeypatch.setenv("TZ", "EST5EDT4,M3.2.0")
    assert server_zone() == "UTC"


def test_a_schedule_in_words_and_one_that_never_comes() -> None:
    assert in_words("0 9 * * 1") == "At 09:00 on Monday"
    with pytest.raises(ValueError, match="no time zone"):
        next_time("0 9 * * *", "Mars/Olympus", 0)
