"""Conditions in English become CEL that the condition node accepts."""

from __future__ import annotations

import pytest

from voicegraph.nodes.conditions.expression import check, evaluate
from voicegraph.plan.rules.steps.conditions import to_condition
from voicegraph.plan.rules.text.normalize import normalize
from voicegraph.plan.rules.text.shelter import Shelter


def cel(words, **options):
    """The expression for these words."""
    return to_condition(words, Shelter(), **options).expression


@pytest.mark.parametrize(
    ("words", "expression"),
    [
        ("there are more than ten", "size(data) > 10"),
        ("there are fewer than five issues", "size(data) < 5"),
        ("it has at least 3 rows", "size(data) >= 3"),
        ("the number of results is above 1,000", "size(data) > 1000"),
        ("no more than two entries", "size(data) <= 2"),
        ("ten or more", "size(data) >= 10"),
        ("5 or fewer items", "size(data) <= 5"),
        ("there are exactly two", "size(data) == 2"),
        ("there are three", "size(data) == 3"),
        ("there are none", "size(data) == 0"),
        ("it is empty", "size(data) == 0"),
        ("there is anything new", "size(data) > 0"),
        ("it isn't empty", "size(data) > 0"),
        ("the temperature is below zero", "double(input) < 0.0"),
        ("the price drops below 99.50 euros", "double(input) < 99.5"),
        ("it is longer than 500 words", 'size(input.split(" ")) > 500'),
        ("the text has more than 280 characters", "size(input) > 280"),
    ],
)
def test_amounts(words, expression):
    assert cel(words) == expression
    assert check(expression) is None


@pytest.mark.parametrize(
    ("words", "text", "holds"),
    [
        ("it contains the word outage", "A big Outage today", True),
        ("it contains the word outage", "All is well", False),
        ("it doesn't mention refunds", "we want refunds", False),
        ("it says refunds or complaints", "many complaints", True),
        ("it contains both red and blue", "red only", False),
        ("it does not include red or blue", "green", True),
        ("the page mentions snow anywhere", "Snow!", True),
        ("the build fails", "the build failed", True),
        ("it is going to rain", "rain is expected", True),
        ("it isn't positive", "a positive review", False),
        ("it", "yes", True),
        ("it contains", "it contains all", True),
    ],
)
def test_what_a_text_says(words, text, holds):
    assert evaluate(cel(words), {"input": text}) is holds
    assert evaluate(cel(words, negate=True), {"input": text}) is not holds


def test_a_quotation_is_looked_for_as_it_is():
    spoken = normalize('it contains the phrase "in stock"')
    assert to_condition(spoken.text, spoken.shelter).expression == 'input.lowerAscii().contains("in stock")'


def test_a_guess_says_what_it_does():
    assert '"rain"' in to_condition("it is going to rain", Shelter()).note
    assert "one number" in to_condition("the price is over 5 dollars", Shelter()).note
    assert to_condition("there are more than ten", Shelter()).note == ""


@pytest.mark.parametrize(
    ("words", "expression"),
    [
        ("it returns 404", 'nodes["step-0"].meta.status == 404'),
        ("the status is not 200", 'nodes["step-0"].meta.status != 200'),
        ("it is down", 'nodes["step-0"].meta.status >= 400'),
        ("it isn't responding", 'nodes["step-0"].meta.status >= 400'),
        ("the site is back up", 'nodes["step-0"].meta.status < 400'),
        ("it contains red", 'input.lowerAscii().contains("red")'),
    ],
)
def test_the_status_of_a_request(words, expression):
    condition = to_condition(words, Shelter(), called="step-0")
    assert condition.expression == expression
    assert condition.of_status == ("status" in expression)
    assert check(expression) is None
