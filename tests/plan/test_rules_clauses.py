"""Clauses: one verb each, in the order of meaning, with the words that link them."""

from __future__ import annotations

import pytest

from voicegraph.plan.rules.clauses.clause_order import in_order
from voicegraph.plan.rules.clauses.split import read_clause, split_clauses
from voicegraph.plan.rules.text.normalize import normalize


def parted(text):
    """The texts of the clauses, in the order of the words."""
    return [clause.text for clause in split_clauses(normalize(text).text)]


def ordered(text):
    """The texts of the clauses, in the order of meaning."""
    return [clause.text for clause in in_order(split_clauses(normalize(text).text))]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("get the issues, summarize them and email me", ["get the issues", "summarize them", "email me"]),
        ("search for flights and hotels", ["search for flights and hotels"]),
        ("search for cats, dogs and email", ["search for cats, dogs and email"]),
        ("get it then post it", ["get it", "post it"]),
        ("get the issues summarize them and post to Slack", ["get the issues", "summarize them", "post to Slack"]),
        ("get the notes translate the text to French", ["get the notes", "translate the text to French"]),
        ("search for hotels wait two hours search again", ["search for hotels", "wait two hours", "search again"]),
        ("read it as well as summarize it", ["read it", "summarize it"]),
        ("use it as a source", ["use it as a source"]),
        ("mail it to ann or post it", ["mail it to ann or post it"]),
        ("email it if it is long or else post it", ["email it", "it is long", "post it"]),
        ("get the page and email bob a summary", ["get the page", "email bob a summary"]),
        ("upload it and have it translated to Dutch", ["upload it", "translated to Dutch"]),
        ("would you mind reading it and emailing me", ["reading it", "emailing me"]),
        ("I want the news summarized and emailed to me", ["I want the news", "summarized", "emailed to me"]),
        ("first read it, secondly summarize it and lastly post it", ["read it", "summarize it", "post it"]),
        ("from my notes write a summary and post it", ["from my notes", "write a summary", "post it"]),
        ("when that's done email it", ["email it"]),
        ("get it. Then email it", ["get it", "email it"]),
        ("and then", []),
    ],
)
def test_clauses_are_parted_before_verbs_only(text, clauses):
    assert [text for text in parted(text) if text] == clauses


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("before emailing it, summarize the notes", ["summarize the notes", "emailing it"]),
        ("summarize the notes before emailing it", ["summarize the notes", "emailing it"]),
        ("get the notes and, before emailing them, fix them", ["get the notes", "fix them", "emailing them"]),
        ("before posting it, translate it, then save it", ["translate it", "posting it", "save it"]),
        ("email me once you have read the page", ["read the page", "email me"]),
        ("once you've read the page, email me", ["read the page", "email me"]),
        ("email it after I approve", ["I approve", "email it"]),
        ("after fetching it, summarize it", ["fetching it", "summarize it"]),
        ("once the file is uploaded, summarize it", ["the file is uploaded", "summarize it"]),
        ("post it. But before that, check it", ["check it", "post it"]),
        ("before that check it", ["check it"]),
        ("after the meeting email me", ["after the meeting", "email me"]),
    ],
)
def test_clauses_are_put_in_the_order_of_meaning(text, clauses):
    assert ordered(text) == clauses


@pytest.mark.parametrize(
    ("words", "kind", "flags", "text"),
    [
        ("and then, finally, post it", "main", {"then"}, "post it"),
        ("at the same time also read it", "main", {"parallel"}, "read it"),
        ("while getting the notes", "main", {"parallel"}, "getting the notes"),
        ("both post it", "main", {"both"}, "post it"),
        ("and in any case post it", "main", {"rejoin"}, "post it"),
        ("plus save it", "main", {"also"}, "save it"),
        ("otherwise", "else", set(), ""),
        ("otherwise if it is long", "if", {"else"}, "it is long"),
        ("only if there are any", "if", set(), "there are any"),
        ("unless it says no", "unless", set(), "it says no"),
        ("when there are more than ten", "if", set(), "there are more than ten"),
        ("for each row", "each", set(), "row"),
        ("for every time zone", "main", set(), "for every time zone"),
        ("when you're done", "main", {"then"}, ""),
        ("could you please make sure to read it", "main", set(), "read it"),
        ("build a workflow that reads it", "main", set(), "reads it"),
    ],
)
def test_linking_words_are_read_off(words, kind, flags, text):
    clause = read_clause(words)
    assert (clause.kind, clause.flags, clause.text) == (kind, flags, text)


def test_at_the_same_time_may_stand_behind():
    clause = read_clause("and post it, all in parallel, please")
    assert clause.text == "post it"
    assert clause.parallel_tail
