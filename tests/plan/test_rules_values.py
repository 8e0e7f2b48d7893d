"""Numbers, lengths of time, times of day and time zones, as people say them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.plan.rules.text.shelter import Shelter
from voicegraph.plan.rules.values.duration_phrases import DURATION, to_duration
from voicegraph.plan.rules.values.zones import zone_of
from voicegraph.words.numbers import NUMBER, ORDINAL, to_number, to_ordinal
from voicegraph.words.times_of_day import SURE_TIME, TIME, read_time

SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen"""
ONES = SMALL.split()
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def in_words(number):
    """A number up to 999,999 in words."""
    if number >= 1000:
        rest = number % 1000
        return f"{in_words(number // 1000)} thousand{f' {in_words(rest)}' if rest else ''}"
    if number >= 100:
        rest = number % 100
        return f"{ONES[number // 100]} hundred{f' and {in_words(rest)}' if rest else ''}"
    if number >= 20:
        return TENS[number // 10 - 2] + (f"-{ONES[number % 10]}" if number % 10 else "")
    return ONES[number]


@given(st.integers(0, 999_999))
def test_every_number_in_words_is_read(number):
    words = in_words(number)
    assert re.fullmatch(NUMBER, words)
    assert to_number(words) == number


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234", 1234), ("2.5", 2.5), ("2,5", 2.5), ("a couple of", 2), ("half a dozen", 6), ("a hundred", 100)],
)
def test_other_numbers_are_read(text, value):
    assert re.fullmatch(NUMBER, text)
    assert to_number(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("1st", 1), ("22nd", 22), ("fifteenth", 15), ("twenty first", 21), ("thirty-first", 31)]
)
def test_ordinals_are_read(text, value):
    assert re.fullmatch(ORDINAL, text)
    assert to_ordinal(text) == value


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("two hours", "2h"),
        ("two-hour", "2h"),
        ("an hour and a half", "90m"),
        ("one and a half hours", "90m"),
        ("half an hour", "30m"),
        ("a quarter of an hour", "15m"),
        ("three quarters of an hour", "45m"),
        ("1 hour 30 minutes", "90m"),
        ("90 seconds", "90s"),
        ("two weeks", "14d"),
        ("another day", "1d"),
        ("a month", "1 month"),
        ("three months", "3 months"),
        ("a month and a half", "1 month 15d"),
        ("half a year", "6 months"),
        ("a year and a half", "18 months"),
        ("two years", "2 years"),
        ("a month and two days", "1 month 2d"),
        ("six weeks", "42d"),
    ],
)
def test_lengths_of_time_are_read(text, duration):
    assert re.fullmatch(DURATION, text)
    assert to_duration(text) == duration


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("9am", (9, 0)),
        ("9 p.m.", (21, 0)),
        ("12 am", (0, 0)),
        ("12pm", (12, 0)),
        ("12 in the morning", (0, 0)),
        ("18:30", (18, 30)),
        ("7.15 pm", (19, 15)),
        ("half past nine", (9, 30)),
        ("quarter to nine", (8, 45)),
        ("twenty five past 6 in the evening", (18, 25)),
        ("eight thirty in the morning", (8, 30)),
        ("seven oh five", (7, 5)),
        ("six o'clock", (6, 0)),
        ("noon", (12, 0)),
        ("midnight", (0, 0)),
        ("24:00", (0, 0)),
        ("twenty", (20, 0)),
    ],
)
def test_times_of_day_are_read(text, time):
    assert re.fullmatch(TIME, text, re.IGNORECASE)
    assert read_time(text) == time


def test_an_hour_of_the_evening_is_after_noon():
    assert read_time("8", afternoon=True) == (20, 0)
    assert read_time("8am", afternoon=True) == (8, 0)
    assert read_time("20:00", afternoon=True) == (20, 0)


@pytest.mark.parametrize("text", ["soon", "", "tomorrow"])
def test_what_is_no_time_is_said_to_be_none(text):
    with pytest.raises(ValueError, match="not a time"):
        read_time(text)


def test_a_bare_number_is_no_time_by_itself():
    assert not re.fullmatch(SURE_TIME, "9")
    assert re.fullmatch(SURE_TIME, "9am")


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("New York time", "America/New_York"),
        ("in Berlin time", "Europe/Berlin"),
        ("in the Pacific time zone", "America/Los_Angeles"),
        ("eastern standard time", "America/New_York"),
        ("UTC", "UTC"),
        ("CET", "Europe/Berlin"),
        ("India time", "Asia/Kolkata"),
        ("in the mexico city time", "America/Mexico_City"),
        ("Atlantis time", None),
        ("nothing of the kind", None),
    ],
)
def test_time_zones_are_read(text, zone):
    assert zone_of(text, Shelter()) == zone


def test_a_zone_may_be_given_by_its_iana_name():
    shelter = Shelter()
    assert zone_of(f"in the {shelter.hide('path', 'Europe/Berlin')} time zone", shelter) == "Europe/Berlin"
    assert zone_of(shelter.hide("path", "octo/demo"), shelter) is None
