"""The place or zone that is said with a time: the schedule holds there."""

from __future__ import annotations

import pytest

from voicegraph.graph.model import Schedule
from voicegraph.graph.schedule_times import server_zone
from voicegraph.plan.rules.edits.edit_commands import edit
from voicegraph.plan.rules.rules_planner import plan
from voicegraph.plan.rules.start.trigger_phrases import read_start
from voicegraph.plan.rules.text.normalize import normalize
from voicegraph.words.patterns import word_list

DIGEST = "Get the news about AI, summarize it and email it to me"
VERBS = word_list(
    "read search fetch summarize check get post send look grab pull open load show visit monitor watch find analyze extract "
    "translate write draft compare combine count email notify save ask run look_up pick_out sum_up"
)


def start(text):
    """(what is left of the text, the start)."""
    spoken = normalize(text)
    rest, found = read_start(spoken.text, spoken)
    return spoken.written(rest), found


@pytest.mark.parametrize("verb", VERBS)
def test_the_place_of_a_time_is_its_zone_whatever_is_to_be_done(verb):
    said = verb.replace("_", " ")
    rest, found = start(f"Every weekday at 9 in New York {said} https://example.com/news and email me")
    assert [(trigger.cron, trigger.timezone) for trigger in found.triggers] == [("0 9 * * 1-5", "America/New_York")]
    assert rest == f"{said} https://example.com/news and email me"


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("every day at 9 in the morning in Berlin", "Europe/Berlin"),
        ("every day at nine in new york", "America/New_York"),
        ("every day at 9 New York time", "America/New_York"),
        ("every day at 9 London time", "Europe/London"),
        ("every day at 9am Eastern", "America/New_York"),
        ("every day at 9 in New York City", "America/New_York"),
        ("every day at 9 in Ho Chi Minh City", "Asia/Ho_Chi_Minh"),
        ("every day at 9 in Rio de Janeiro", "America/Sao_Paulo"),
        ("every day at 9 in the Netherlands", "Europe/Amsterdam"),
        ("every day at 9am MDT", "America/Denver"),
        ("at 9 in Berlin every day", "Europe/Berlin"),
        ("in Berlin every day at 9", "Europe/Berlin"),
        ("every day in Berlin at 9", "Europe/Berlin"),
        ("every day in New York, 9am", "America/New_York"),
        ("every day at 9 New York", "America/New_York"),
        ("every day at 9 (New York time)", "America/New_York"),
        ("every day at 9 on the East Coast", "America/New_York"),
    ],
)
@pytest.mark.parametrize("frame", ["{} read the feed of octo/demo", "{}, could you read the feed of octo/demo"])
def test_a_place_of_a_time_may_be_said_in_many_ways(frame, words, zone):
    rest, found = start(frame.format(words))
    assert [(trigger.cron, trigger.timezone) for trigger in found.triggers] == [("0 9 * * *", zone)]
    assert rest.removeprefix("could you ") == "read the feed of octo/demo"
    assert not found.notes


def test_the_place_of_a_time_that_stands_apart_is_its_zone():
    rest, found = start("every Monday read https://example.com and email me at 10 in New York")
    assert [(trigger.cron, trigger.timezone) for trigger in found.triggers] == [("0 10 * * 1", "America/New_York")]
    assert rest == "read https://example.com and email me"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("every Monday at 9 post it to #team in Berlin time", "post it to #team"),
        ("every Monday at 9 post it to #team in the Berlin time zone, and email me", "post it to #team, and email me"),
    ],
)
def test_a_zone_may_stand_at_the_end(text, left):
    rest, found = start(text)
    assert [(trigger.cron, trigger.timezone) for trigger in found.triggers] == [("0 9 * * 1", "Europe/Berlin")]
    assert rest == left


def test_the_time_of_a_place_may_be_what_is_asked_for():
    rest, found = start("every Monday at 9 email me the time in Tokyo")
    assert found.triggers[0].timezone is None
    assert rest == "email me the time in Tokyo"


@pytest.mark.parametrize("words", ["in Springfield", "in North Haverbrook", "Springfield time"])
def test_a_place_without_a_known_zone_is_told(words):
    rest, found = start(f"every day at 9 {words} read https://example.com")
    assert [(trigger.cron, trigger.timezone) for trigger in found.triggers] == [("0 9 * * *", None)]
    assert rest == "read https://example.com"
    place = words.removeprefix("in ").removesuffix(" time")
    assert f'"{place}"' in found.notes[0]
    assert server_zone() in found.notes[0]
    assert list(found.puzzles) == list(found.notes)


@pytest.mark.parametrize(
    "rest",
    [
        "in Slack post hello",
        "in the general channel post hello",
        "in English summarize it",
        "Pacific news to me",
        "Tokyo stock news to me",
        "oral reports to me",
        "in Asana create a task",
    ],
)
def test_what_only_sounds_like_the_place_of_a_time_is_none(rest):
    left, found = start(f"every day at 9 {rest}")
    assert [(trigger.cron, trigger.timezone) for trigger in found.triggers] == [("0 9 * * *", None)]
    assert left == rest
    assert not found.notes


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("run it at 10 in New York", "America/New_York"),
        ("run it at 10am Berlin time", "Europe/Berlin"),
        ("make it 10am in Ho Chi Minh City", "Asia/Ho_Chi_Minh"),
        ("change the time to 10 in the morning in Paris", "Europe/Paris"),
        ("run it at 10 in Springfield", "Asia/Tokyo"),
    ],
)
def test_a_new_time_takes_the_zone_that_is_said_with_it(text, zone):
    before = plan(DIGEST).workflow.model_copy(update={"triggers": [Schedule(cron="0 9 * * 1", timezone="Asia/Tokyo")]})
    result = edit(text, before)
    assert result.workflow.triggers == [Schedule(cron="0 10 * * 1", timezone=zone)]
    assert [node.id for node in result.workflow.nodes] == [node.id for node in before.nodes]
    assert any('"Springfield"' in note for note in result.assumptions) is ("Springfield" in text)
