"""What speech mangles is written as it was meant, and what was meant is left alone."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.speech.repair import repair
from voicegraph.speech.repair.similarity import alike

KNOWN = ["octo-org/demo", "dana@example.com"]


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("Fetch issues from pallets slash flask", "Fetch issues from pallets/flask"),
        ("Fetch issues from palette slash flask", "Fetch issues from pallets/flask"),
        ("get the commits of octo dash org slash demo", "get the commits of octo-org/demo"),
        ("get the commits of octo dash org slash demos", "get the commits of octo-org/demo"),
        ("Email the summary to Dana at Example dot com.", "Email the summary to dana@example.com."),
        ("email dayna at example dot com", "email dana@example.com"),
        ("Send it to alice underscore b at example dot org", "Send it to alice_b@example.org"),
        ("Read https colon slash slash news dot example dot com slash feed", "Read https://news.example.com/feed"),
        ("Read Example dot com slash blog", "Read example.com/blog"),
        ("Every day at eight thirty in the morning, check it", "Every day at 8:30 in the morning, check it"),
        ("Every day at 8.30 in the morning, check it", "Every day at 8:30 in the morning, check it"),
        ("Every day at 830 in the morning", "Every day at 8:30 in the morning"),
        ("every monday at nine a.m. send it", "every monday at 9 am send it"),
        ("at half past nine run it", "at 9:30 run it"),
        ("if it costs more than twenty dollars", "if it costs more than 20 dollars"),
        ("above two hundred and fifty euros", "above 250 euros"),
        ("wait twenty-five minutes", "wait 25 minutes"),
        ("Um, get my, uh, get my notes and, you know, email me", "Get my notes and email me"),
        ("summ- summarize the page", "summarize the page"),
        ("create a GRA ticket", "create a Jira ticket"),
        ("create a geo ticket", "create a Jira ticket"),
        ("query the motion database", "query the Notion database"),
        ("send it to the team channel on slag", "send it to the team channel on Slack"),
        ("open the trailer board", "open the Trello board"),
        ("save it as a marked on file", "save it as a Markdown file"),
        ("for each open pool request", "for each open pull request"),
        ("Run the work well now.", "Run the workflow now."),
        ("and do that.", "Undo that."),
        ("Undue that", "Undo that"),
    ],
)  # fmt: skip
def test_what_was_mangled_is_written_as_it_was_meant(heard: str, meant: str) -> None:
    assert repair(heard, KNOWN) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Get my Notion meeting notes and email me a summary",
        "Summarize every article in one sentence",
        "search for a motion picture",
        "Compare the prices on Amazon and eBay",
        "Look at the page at example.com",
        "take the first of the two and add it to the list",
        "do you know what happened in 2025",
        "Run it at five",
        "send it to Bob, no wait, to Alice",
        "Please check the weather, thanks",
        "if you see and do that every day, stop",
        "read the notes from the meeting",
        "",
    ],
)
def test_what_was_meant_is_left_alone(text: str) -> None:
    assert repair(text, KNOWN) == text


PIECES = st.sampled_from(
    [
        "get",
        "my",
        "notes",
        "um",
        "uh",
        "from",
        "pallets",
        "slash",
        "flask",
        "at",
        "eight",
        "thirty",
        "in",
        "the",
        "morning",
        "nine",
        "a.m.",
        "twenty",
        "five",
        "hundred",
        "and",
        "dana",
        "example",
        "dot",
        "com",
        ",",
        ".",
        "geo",
        "ticket",
        "motion",
        "database",
        "slack",
        "to",
        "the",
        "8.30",
        "830",
        "pm",
        "dash",
        "underscore",
        "undo",
        "that",
        "you",
        "know",
        "i",
        "mean,",
        "https",
        "colon",
        "work",
        "well",
        "now",
        "pool",
        "request",
        "thousand",
        "half",
        "past",
        "-",
        "—",
        "summ-",
        "summarize",
        "@",
        "/",
        "#",
        "Ünï",
        "12",
    ]
)


@given(st.lists(PIECES, max_size=14).map(" ".join))
def test_repairing_twice_changes_nothing_more_than_once_did(text: str) -> None:
    once = repair(text, KNOWN)
    twice = repair(once, KNOWN)
    assert repair(twice, KNOWN) == twice
    assert len(once) <= 2 * len(text) + 20
    assert "  " not in once


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    assert len(repair(text, KNOWN)) <= 2 * len(text) + 20


@pytest.mark.parametrize(
    "piece", ["a", "a ", "one ", "at ", "slash ", "a.", "dot ", "a@", "a/", "- ", "um ", "twenty "]
)
def test_a_long_text_takes_no_time(piece: str) -> None:
    began = time.process_time()
    repair(piece * (4000 // len(piece)), KNOWN)
    assert time.process_time() - began < 5  # what is quadratic here would take minutes


@given(st.text("abcde", max_size=8), st.text("abcde", max_size=8))
def test_likeness_has_no_side(one: str, other: str) -> None:
    assert alike(one, other) == alike(other, one)
    assert 0 <= alike(one, other) <= 1
    assert (alike(one, other) == 1) == (one == other)
