from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.words.durations import Span, parse_moment, parse_span, parse_zone


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("1.5", 1.5),
        ("0", 0),
        ("2h", 7_200),
        ("10 minutes", 600),
        ("1 hour and 30 minutes", 5_400),
        ("1h30m", 5_400),
        ("1.5 hours", 5_400),
        ("3 days, 4 secs", 259_204),
        ("2 Weeks", 1_209_600),
        ("PT10M", 600),
        ("pt1h30m", 5_400),
        ("P1DT2H", 93_600),
        ("P1W", 604_800),
        ("PT0.5S", 0.5),
        ("half an hour", 1_800),
        ("Half a day", 43_200),
        ("half-hour", 1_800),
        ("an hour and a half", 5_400),
        ("one and a half hours", 5_400),
        ("two and a half days", 216_000),
        ("a quarter of an hour", 900),
        ("twenty-five minutes", 1_500),
        ("a couple of hours", 7_200),
        ("1,5 hours", 5_400),
        ("a day and a half and an hour", 133_200),
        ("123456789012345 s", 123_456_789_012_345),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_span(f" {text} ") == Span(0, seconds)


@pytest.mark.parametrize(
    ("text", "months", "days"),
    [
        ("1 month", 1, 0),
        ("a month", 1, 0),
        ("three months", 3, 0),
        ("3mo", 3, 0),
        ("A year", 12, 0),
        ("2 years and 1 month", 25, 0),
        ("1.5 years", 18, 0),
        ("1.5 months", 1, 15),
        ("6 weeks", 0, 42),
        ("half a month", 0, 15),
        ("a month and a half", 1, 15),
        ("half a year", 6, 0),
        ("1 month, 2 days", 1, 2),
        ("P1M", 1, 0),
        ("P1Y2M3D", 14, 3),
    ],
)
def test_months_and_years(text: str, months: int, days: int) -> None:
    assert parse_span(text) == Span(months, days * 86_400)


@pytest.mark.parametrize(
    ("text", "start", "zone", "end"),
    [
        ("1 month", "2027-01-31T12:00:00+00:00", "UTC", "2027-02-28T12:00:00+00:00"),
        ("1 month", "2028-01-31T12:00:00+00:00", "UTC", "2028-02-29T12:00:00+00:00"),
        ("a year", "2028-02-29T12:00:00+00:00", "UTC", "2029-02-28T12:00:00+00:00"),
        ("2 months", "2026-12-15T08:00:00+00:00", "UTC", "2027-02-15T08:00:00+00:00"),
        ("1 month", "2027-03-01T08:00:00+00:00", "Europe/Berlin", "2027-04-01T07:00:00+00:00"),
        ("1 month", "2027-01-31T23:30:00+00:00", "Europe/Berlin", "2027-02-28T23:30:00+00:00"),
    ],
)
def test_a_month_ends_on_the_same_day_of_the_next_or_its_last(text: str, start: str, zone: str, end: str) -> None:
    found = parse_span(text).after(datetime.fromisoformat(start).timestamp(), parse_zone(zone))
    assert datetime.fromtimestamp(found, UTC).isoformat() == end


@given(
    st.integers(0, 60), st.integers(0, 500), st.integers(0, 4_000_000_000), st.sampled_from(["UTC", "Europe/Berlin"])
)
def test_spans_read_back_as_written_and_never_longer_than_their_longest(
    months: int, days: int, start: int, zone: str
) -> None:
    for written in (f"{months} months {days} days", f"P{months}M{days}D"):
        span = parse_span(written)
        assert span == Span(months, days * 86_400)
        end = span.after(start, parse_zone(zone))
        assert start <= end <= start + span.longest + 3_600


@pytest.mark.parametrize(
    "text", ["", "soon", "5 moons", "a", "monthly", "1h foo", "P", "PT", "-5", "1..2h", "1 2", "h", "1e3", "٣h h"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration; write one like 90"):
        parse_span(text)


@given(st.text(alphabet="0123456789.hmsdwPT :-+Zapm,"))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_span, lambda value: parse_moment(value, 1.8e9, UTC)):
        try:
            assert parse(text) is not None
        except ValueError as error:
            assert str(error)  # noqa: PT017 - either outcome is right


def at(text: str, zone: str | None = "UTC", now: str = "2026-11-22T12:00:00+00:00") -> str:
    moment = parse_moment(text, datetime.fromisoformat(now).timestamp(), parse_zone(zone))
    return datetime.fromtimestamp(moment, UTC).isoformat()


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2026-12-24T18:00", "UTC", "2026-12-24T18:00:00+00:00"),
        ("2026-12-24 18:00:30", "Europe/Berlin", "2026-12-24T17:00:30+00:00"),
        ("2026-12-24T18:00-05:00", "Europe/Berlin", "2026-12-24T23:00:00+00:00"),
        ("2026-12-24T18:00Z", "Asia/Tokyo", "2026-12-24T18:00:00+00:00"),
        ("2026-12-24", "UTC", "2026-12-24T00:00:00+00:00"),
        ("18:00", "UTC", "2026-11-22T18:00:00+00:00"),
        ("6pm", "UTC", "2026-11-22T18:00:00+00:00"),
        ("12 am", "UTC", "2026-11-23T00:00:00+00:00"),
        ("12:30 pm", "UTC", "2026-11-22T12:30:00+00:00"),
        ("12:00", "UTC", "2026-11-23T12:00:00+00:00"),
        ("9:15:30", "UTC", "2026-11-23T09:15:30+00:00"),
        ("12:30", "Europe/Berlin", "2026-11-23T11:30:00+00:00"),
        ("00:30", "Asia/Tokyo", "2026-11-22T15:30:00+00:00"),
    ],
)
def test_moments(text: str, zone: str, moment: str) -> None:
    assert at(text, zone) == moment


def test_a_time_the_clock_skips_moves_on_by_the_gap() -> None:
    assert at("02:30", "Europe/Berlin", "2027-03-28T00:00:00+00:00") == "2027-03-28T01:30:00+00:00"


def test_a_time_the_clock_shows_twice_is_the_first() -> None:
    assert at("02:30", "Europe/Berlin", "2026-10-24T23:00:00+00:00") == "2026-10-25T00:30:00+00:00"


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_without_a_zone_it_is_the_server_s(in_tokyo: None) -> None:
    assert at("18:00", None, "2026-11-22T00:00:00+00:00") == "2026-11-22T09:00:00+00:00"
    assert at("2026-12-24T18:00", None) == "2026-12-24T09:00:00+00:00"


@pytest.mark.parametrize("text", ["", "later", "9", "25:00", "9:60", "13 pm", "0 am", "2026-13-01", "18:00 x"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        at(text, "Pacific/Kiritimati")


def test_a_moment_the_system_cannot_count_to(in_tokyo: None) -> None:
    with pytest.raises(ValueError, match="out of range"):
        parse_moment("0001-01-01", 0.0, None)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "/etc/localtime", "x" * 300, "\x00"])
def test_what_is_no_time_zone(name: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        parse_zone(name)


def test_no_time_zone() -> None:
    assert parse_zone(None) is parse_zone("") is None
