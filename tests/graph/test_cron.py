from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.graph.cron import check_zone, parse_cron


def test_each_field_becomes_the_values_that_match() -> None:
    cron = parse_cron("*/20 9-17/4 1,15 JAN-mar mon-FRI")
    assert cron.minutes == {0, 20, 40}
    assert cron.hours == {9, 13, 17}
    assert cron.days == {1, 15}
    assert cron.months == {1, 2, 3}
    assert cron.weekdays == {1, 2, 3, 4, 5}
    assert not cron.any_day
    assert not cron.any_weekday


@pytest.mark.parametrize(
    ("field", "days"),
    [("0", {0}), ("7", {0}), ("sun", {0}), ("SAT-SUN", {6, 0}), ("5-7", {5, 6, 0}), ("0-2", {0, 1, 2}), ("0-0", {0})],
)
def test_sunday_is_either_end_of_the_week(field: str, days: set[int]) -> None:
    assert parse_cron(f"0 9 * * {field}").weekdays == days


def test_a_step_from_a_number_goes_to_the_end() -> None:
    assert parse_cron("50/5 * * * *").minutes == {50, 55}


def test_a_star_restricts_no_day() -> None:
    cron = parse_cron("0 0 */2 * *")
    assert cron.any_day
    assert cron.any_weekday
    assert cron.weekdays == set(range(7))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "this one has 0"),
        ("@daily", "this one has 1"),
        ("0 9 * * 1 2026", "this one has 6"),
        ("60 * * * *", "from 0 to 59; 60 is outside"),
        ("0 24 * * *", "from 0 to 23"),
        ("0 0 0 * *", "from 1 to 31"),
        ("0 0 * 13 *", "from 1 to 12"),
        ("0 0 * * 8", "from 0 to 7"),
        ("* * * FOO *", "or one of JAN, FEB"),
        ("* * MON * *", "write a number."),
        ("*/0 * * * *", "step is 1 or more"),
        ("*-5 * * * *", "not understood"),
        ("1,,2 * * * *", "not understood"),
        ("-1 * * * *", "not understood"),
        ("\u0661 * * * *", "not understood"),
        ("9-5 * * * *", "runs backwards"),
        ("0 5-0 * * *", "runs backwards"),
        ("0 0 30 2 *", "never comes"),
        ("0 0 31 2,4,6 *", "never comes"),
    ],
)
def test_what_is_wrong_is_said(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_cron(text)


@pytest.mark.parametrize("text", ["0 0 29 2 *", "0 0 30 2 MON", "0 0 31 1,2 *"])
def test_a_rare_day_is_still_a_day(text: str) -> None:
    assert parse_cron(text).minutes == {0}


@given(st.text(st.sampled_from("0123456789*/-,LWMONSUN# "), max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        cron = parse_cron(text)
    except ValueError:
        return
    assert all((cron.minutes, cron.hours, cron.days, cron.months, cron.weekdays))


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "America/New_York"])
def test_zones_of_the_data_base_are_known(name: str) -> None:
    check_zone(name)


@pytest.mark.parametrize("name", ["", "Mars", "America", "../etc/passwd", "/etc/localtime", "a\0b", "É", "\ud800"])
def test_anything_else_is_no_zone(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        check_zone(name)
