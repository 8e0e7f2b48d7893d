"""Tidy text: fillers, slips and spelled-out addresses go; quotations and addresses are kept whole."""

from __future__ import annotations

import pytest

from voicegraph.errors import UserError
from voicegraph.plan.planner import MAX_TEXT
from voicegraph.plan.rules.text.normalize import normalize
from voicegraph.plan.rules.text.shelter import Shelter
from voicegraph.plan.rules.text.verbs import leading_verb


def tidy(text):
    """The tidy text in the user's words."""
    spoken = normalize(text)
    return spoken.written(spoken.text)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("um so get my uh Notion notes please", "get my Notion notes"),
        ("Hey, could you like search the web", "could you like search the web"),
        ("okay right so what I want is this: summarize it", "summarize it"),
        ("I was wondering if you could read it", "you could read it"),
        ("get the get the issues", "get the issues"),
        ("email email it to me", "email it to me"),
        ("bye bye Miss American Pie", "bye bye Miss American Pie"),
        ("things I like you know the usual ones", "things I like"),
        ("do you know any restaurants", "do you know any restaurants"),
        ("sum it up and look the address up", "sum up it and look up the address"),
        ("don't send it until I approve", ", send it after I approve"),
        ("1. get it 2) send it", ". get it . send it"),
        ("get it -> send it", "get it, then send it"),
        ("read “this”  and\nthat…", 'read "this" and that...'),
        ("x" * 300, "x" * 80),
    ],
)
def test_what_carries_no_meaning_goes(said, meant):
    assert tidy(said) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("issues of pallets slash flask", "issues of pallets/flask"),
        ("mail it to dana at example dot com", "mail it to dana@example.com"),
        ("to john dot smith underscore x at mail dot example dot org", "to john.smith_x@mail.example.org"),
        ("my boss at boss at example dot com", "my boss at boss@example.com"),
        ("look at example dot com slash news", "look at https://example.com/news"),
        ("read https colon slash slash example dot com slash a", "read https://example.com/a"),
        ("open w w w dot example dot com", "open https://www.example.com"),
        ("post to hashtag news and hash random", "post to #news and #random"),
        ("repo octo slash my dash app", "repo octo/my-app"),
        ("repo my hyphen org slash app", "repo my-org/app"),
        ("a dash of salt", "a dash of salt"),
        ("the dot product and a polka dot dress", "the dot product and a polka dot dress"),
        ("the feed at example.com", "the feed at https://example.com"),
        ("and the feed at example.com is", "and the feed at https://example.com is"),
        ("use and/or read a/b/c", "use and/or read a/b/c"),
    ],
)
def test_spelled_out_addresses_are_written_down(said, meant):
    assert tidy(said) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("email it to bob at a dot com no wait to amy at b dot com", "email it to amy@b.com"),
        ("mail a@example.com, I mean b@example.com", "mail b@example.com"),
        ("email, no sorry, post it to Slack", "post it to Slack"),
        ("get the news and email it, scratch that, post it", "get the news and post it"),
        ("send it to Slack no wait Telegram", "send it to Telegram"),
        ("on Monday... no, on Friday", "on Friday"),
        ("scratch that", ""),
    ],
)
def test_what_is_taken_back_is_gone(said, meant):
    assert tidy(said) == meant


def test_quotations_are_kept_whole_and_lose_their_marks_as_values():
    spoken = normalize("post 'hello, and email me' to #general")
    assert spoken.text == "post ⟪quote:0⟫ to ⟪channel:1⟫"
    assert spoken.shelter.plain("⟪quote:0⟫") == "hello, and email me"
    assert spoken.written(spoken.text) == 'post "hello, and email me" to #general'


def test_tokens_in_the_input_mean_nothing():
    assert normalize("read ⟪url:0⟫ ¤").text == "read url:0"
    assert Shelter().plain(" plain, ") == "plain"


def test_a_command_that_is_too_long_is_refused():
    assert normalize("a " * (MAX_TEXT // 2)).text
    with pytest.raises(UserError) as caught:
        normalize("a" * (MAX_TEXT + 1))
    assert caught.value.code == "too_long"
    assert "4,001" in caught.value.message


@pytest.mark.parametrize(
    ("text", "lemma", "form"),
    [
        ("get it", "get", "base"),
        ("Summarising it", "summarise", "gerund"),
        ("summarized it", "summarize", "past"),
        ("studies it", "study", "third"),
        ("fetches it", "fetch", "third"),
        ("written down", "write down", "past"),
        ("look up the address", "look up", "base"),
        ("getting", "get", "gerund"),
    ],
)
def test_verbs_are_known_in_all_forms(text, lemma, form):
    verb = leading_verb(text)
    assert verb
    assert (verb.lemma, verb.form) == (lemma, form)


@pytest.mark.parametrize("text", ["pull requests of x", "open issues", "the issues", "email step", "", "⟪url:0⟫"])
def test_nouns_are_no_verbs(text):
    assert leading_verb(text) is None
