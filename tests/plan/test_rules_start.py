"""How a workflow starts, in words: schedules, webhooks, events."""

from __future__ import annotations

import pytest

from voicegraph.graph.cron import parse_cron
from voicegraph.plan.rules.start.trigger_phrases import read_start
from voicegraph.plan.rules.text.normalize import normalize


def start(text):
    """(what is left of the text, the start)."""
    spoken = normalize(text)
    rest, found = read_start(spoken.text, spoken)
    return spoken.written(rest), found


@pytest.mark.parametrize(
    ("words", "crons"),
    [
        ("every minute", ["* * * * *"]),
        ("every 15 minutes", ["*/15 * * * *"]),
        ("every other minute", ["*/2 * * * *"]),
        ("every half hour", ["*/30 * * * *"]),
        ("every quarter of an hour", ["*/15 * * * *"]),
        ("hourly", ["0 * * * *"]),
        ("once an hour", ["0 * * * *"]),
        ("every two hours", ["0 */2 * * *"]),
        ("every 3 hours on weekdays", ["0 */3 * * 1-5"]),
        ("every hour between 9am and 5pm", ["0 9-17 * * *"]),
        ("every two hours from 9 to 5 on weekdays", ["0 9-17/2 * * 1-5"]),
        ("every 15 minutes between 9 and 17", ["*/15 9-17 * * *"]),
        ("every day at 7", ["0 7 * * *"]),
        ("daily at 7:45", ["45 7 * * *"]),
        ("once a day at noon", ["0 12 * * *"]),
        ("at midnight every day", ["0 0 * * *"]),
        ("every morning", ["0 9 * * *"]),
        ("every evening at 8", ["0 20 * * *"]),
        ("at nine o'clock every morning", ["0 9 * * *"]),
        ("every day at 9:00 and 17:30", ["0 9 * * *", "30 17 * * *"]),
        ("every day at 8am and 6pm", ["0 8,18 * * *"]),
        ("twice a day", ["0 9,17 * * *"]),
        ("three times a day", ["0 8,14,20 * * *"]),
        ("twice a day, at 6 and 20", ["0 6,20 * * *"]),
        ("every other day at 5 pm", ["0 17 */2 * *"]),
        ("every weekday at half past nine", ["30 9 * * 1-5"]),
        ("on working days at 9", ["0 9 * * 1-5"]),
        ("each weekday morning at eight", ["0 8 * * 1-5"]),
        ("every weekend at 11am", ["0 11 * * 0,6"]),
        ("every Monday at 9am", ["0 9 * * 1"]),
        ("on Tuesdays and Thursdays at 10", ["0 10 * * 2,4"]),
        ("Mondays at 8", ["0 8 * * 1"]),
        ("every Monday, Wednesday and Friday at noon", ["0 12 * * 1,3,5"]),
        ("every Tuesday morning at 10", ["0 10 * * 2"]),
        ("every Friday evening at 7", ["0 19 * * 5"]),
        ("every other Monday at 9", ["0 9 * * 1"]),
        ("on Monday at 10", ["0 10 * * 1"]),
        ("Monday to Friday at 5:30 p.m.", ["30 17 * * 1-5"]),
        ("from Friday to Monday at 8", ["0 8 * * 0,1,5,6"]),
        ("weekly on Friday at 4pm", ["0 16 * * 5"]),
        ("once a week", ["0 9 * * 1"]),
        ("every two weeks on Tuesday at 9", ["0 9 * * 2"]),
        ("twice a week at 9", ["0 9 * * 1,4"]),
        ("three times a week at 9", ["0 9 * * 1,3,5"]),
        ("every month", ["0 9 1 * *"]),
        ("on the first day of every month at noon", ["0 12 1 * *"]),
        ("on the 1st and 15th of every month at 9:30", ["30 9 1,15 * *"]),
        ("every month on the 3rd at 8", ["0 8 3 * *"]),
        ("monthly on the twenty first at 8", ["0 8 21 * *"]),
        ("on the last day of each month at 6pm", ["0 18 28 * *"]),
        ("on the first Monday of every month at 9", ["0 9 1-7 * *"]),
        ("every quarter at 9", ["0 9 1 */3 *"]),
        ("yearly at 9", ["0 9 1 1 *"]),
        ("on January 1st at noon", ["0 12 1 1 *"]),
        ("every year on March 3 at 7", ["0 7 3 3 *"]),
        ("on the 4th of July at noon", ["0 12 4 7 *"]),
    ],
)
@pytest.mark.parametrize("frame", ["{} email me the news", "email me the news {}"])
def test_a_schedule_is_read_and_cut_out_wherever_it_stands(words, crons, frame):
    rest, found = start(frame.format(words))
    assert [trigger.cron for trigger in found.triggers] == crons
    assert rest == "email me the news"
    for cron in crons:
        parse_cron(cron)


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("every day at 9am in New York time", "America/New_York"),
        ("every day at 9am Berlin time", "Europe/Berlin"),
        ("at 9am UTC every day", "UTC"),
        ("every day in the Europe/Paris time zone at 9am", "Europe/Paris"),
        ("in Tokyo time, every day at 9am", "Asia/Tokyo"),
        ("every day at 9am", None),
    ],
)
def test_a_time_zone_belongs_to_its_schedule(words, zone):
    _, found = start(f"{words} post it")
    assert [(trigger.cron, trigger.timezone) for trigger in found.triggers] == [("0 9 * * *", zone)]


def test_the_time_of_day_may_stand_apart_from_the_day():
    rest, found = start("every Monday email me the commits at 9am")
    assert found.triggers[0].cron == "0 9 * * 1"
    assert rest == "email me the commits"


@pytest.mark.parametrize(
    "text",
    [
        "write a weekly status update",
        "fetch the Notion page Weekly Planning",
        "email me a daily digest",
        "summarize every row",
        "get the week's commits",
    ],
)
def test_what_only_sounds_like_a_schedule_is_none(text):
    rest, found = start(text)
    assert not found.triggers
    assert rest == text


@pytest.mark.parametrize(
    ("words", "note"),
    [
        ("every 45 minutes", "each full hour"),
        ("every 5 hours", "at midnight"),
        ("every 3 days at 9", "first of the month"),
        ("every other Monday at 9", "every second week"),
        ("every two weeks", "every second week"),
        ("once a week", "Mondays"),
        ("on the last day of the month at 9", "28th"),
        ("on the first Monday of each month at 9", "first seven days"),
        ("on January 1st at noon", "every year"),
        ("on Monday at 9", "every week"),
        ("every day", "9:00"),
    ],
)
def test_what_cron_cannot_say_is_told(words, note):
    _, found = start(f"{words} email me the news")
    assert any(note in one for one in found.notes)


@pytest.mark.parametrize(
    "text",
    [
        "When a webhook arrives, summarize the payload",
        "whenever the webhook is called summarize the payload",
        "on an incoming webhook, summarize the payload",
        "once a webhook event comes in then summarize the payload",
        "When someone calls the webhook, summarize the payload",
        "as soon as my shop posts to the webhook summarize the payload",
    ],
)
def test_a_webhook_starts_it(text):
    rest, found = start(text)
    assert [trigger.kind for trigger in found.triggers] == ["webhook"]
    assert found.called
    assert rest == "summarize the payload"


def test_an_event_elsewhere_comes_in_by_webhook_and_says_so():
    rest, found = start("When a new issue is opened in octo/demo, email me")
    assert [trigger.kind for trigger in found.triggers] == ["webhook"]
    assert "a new issue is opened in octo/demo" in found.notes[0]
    assert rest == "email me"
    assert start("whenever the build fails, email me")[1].triggers[0].kind == "webhook"


def test_news_in_a_feed_are_looked_for_every_hour():
    rest, found = start("When a new entry appears in the feed https://example.com/feed.xml, post it to Slack")
    assert [trigger.cron for trigger in found.triggers] == ["0 * * * *"]
    assert rest == "fetch the feed https://example.com/feed.xml, post it to Slack"
    assert "every hour" in found.notes[0]


def test_without_a_start_nothing_is_cut():
    rest, found = start("email me the news")
    assert (rest, list(found.triggers), found.words, found.called) == ("email me the news", [], "", False)
