"""What a model thought goes; what it answered stays, whatever it speaks of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.nodes.models.reasoning import without_reasoning


@pytest.mark.parametrize(
    "text",
    [
        "First I consider what the user wants.\n</think>\n\nThe answer.",
        "First I consider what the user wants.</think>The answer.",
        "so the user wants it short</think>\nThe answer.",
        "<think>Hm.</think>The answer.",
        "\n\n<THINK>\nHm.\n</THINK>\n\nThe answer.\n",
        "<thinking>Hm.</thinking>\nThe answer.",
        "<reasoning>Hm.</reasoning>\nThe answer.",
        "<thought>Hm.</thought>The answer.",
        '<think effort="high">Hm.</think>The answer.',
        "<seed:think>Hm.</seed:think>The answer.",
        "[THINK]Hm.[/THINK]The answer.",
        "◁think▷Hm.◁/think▷The answer.",
        "<think></think><think>Hm.</think>The answer.",
        "<think>One <think>within</think> another.</think>The answer.",
        "<think>The tag <think> begins it.</think>The answer.",
        "<think>I could say `</think>` but no.\n</think>\n</think>\n\nThe answer.",
        "Hm.\n</thinking>\nThe answer.",
        "I might write `<think>` here.\n</think>\nThe answer.",
        "I think the answer is short </think> The answer.",
        "\ufeff<think>Hm.</think>The answer.",
        "<think/>The answer.",
        "<think />\n\nThe answer.",
        "<think></think>The answer.",
        "<think>...</think>The answer.",
        "<antThinking>Hm.</antThinking>The answer.",
        "<scratchpad>Hm.</scratchpad>\nThe answer.",
        "<think>\n<think>\nHm.\n</think>\n\nThe answer.",
        "<think>Hm.</thinking>The answer.",
        "<think>\n```py\nHm\n</think>\nThe answer.",
        "<think>Not the </think> tag, but so.</think>The answer.",
        "<|begin_of_thought|>Hm.<|end_of_thought|>The answer.",
        "<|START_THINKING|>Hm.<|END_THINKING|>The answer.",
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>The answer.<|return|>",
    ],
)
def test_reasoning_before_the_answer_goes(text: str):
    assert without_reasoning(text) == "The answer."


@pytest.mark.parametrize(
    "text",
    [
        "<think>Hm. The ans",
        "<thinking>\nHm.</thinking>",
        "Hm.\n</think>",
        "<think>No `</think>` yet",
        "<|channel|>analysis<|message|>Hm.",
    ],
)
def test_where_there_is_nothing_else_nothing_is_left(text: str):
    assert without_reasoning(text) == ""


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<think>plan</think>\nPart one.\n\n<think>now part two</think>\n\nPart two.", "Part one.\n\nPart two."),
        ("Answer first.\n<think>secret tail", "Answer first."),
        ("Answer first.\n\n<think>\nsecret\n</think>\n", "Answer first."),
        ("Hello.\n<thinking>secret</thinking>\nMore.", "Hello.\nMore."),
        ("One.\n<think>a</think>\n\nTwo.", "One.\n\nTwo."),
        ("One.\n<think>Not `</think>` yet.\n</think>\nTwo.", "One.\nTwo."),
        ("One.\n[THINK]a[/THINK]\n- two\n  ◁think▷b◁/think▷\n    - three", "One.\n- two\n    - three"),
        ("One.\n<reasoning>a</reasoning>\nTwo.", "One.\nTwo."),
        ("One:\n```\n<think>\n```\n<think>b</think>\nTwo.", "One:\n```\n<think>\n```\nTwo."),
        ("Sure. <think>secret</think> Done.", "Sure. Done."),
        ("Sure. <think>secret plan", "Sure."),
        ("Sure. <think> secret plan", "Sure."),
        ("Sure. <think>\nsecret", "Sure."),
        ("First a word, then <think>this</think> and that.", "First a word, then and that."),
        ("I <think> secret </think> will.", "I will."),
        ("It is 4 <thinking>or 5?</thinking>.", "It is 4."),
        ("- one\n- <think>secret</think>two", "- one\n- two"),
        ("- one\n  1. two <think>secret\nplan</think>\n- three", "- one\n  1. two\n- three"),
        ("> <think>secret</think>quoted", "> quoted"),
        ("| a | <think>b</think>c |", "| a | c |"),
        ("**Answer:** <think>b</think>c", "**Answer:** c"),
        ("<p>Hi <think>secret</think>there</p>", "<p>Hi there</p>"),
        ('{"a": "<think>secret</think>b"}', '{"a": "b"}'),
        ("<think>a</think>x <think>b</think>y", "x y"),
        ("One. <think>a</think> b</think> Two.", "One. Two."),
        ("Use <think> to begin. <thinking>Hm.</thinking>So.", "Use <think> to begin. So."),
        ("One.\n\n[THINK]a\n\nb[/THINK] Two.", "One.\n\nTwo."),
        ("The `<think>` tag. <think>Is `</think>` right?</think> Yes.", "The `<think>` tag. Yes."),
    ],
)
def test_reasoning_within_the_answer_goes(text: str, answer: str):
    assert without_reasoning(text) == answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Use the <think> tag.",
        "A longer fence:\n\n````\n```\n<think>\n```\n````\n\nThat is all.",
        "<review>\n<reasoning>\nCheap.\n</reasoning>\n<score>5</score>\n</review>",
        "  The answer.\n",
        "Models write `<think>` and `</think>` around it.",
        "The </think> tag ends the reasoning.",
        'It ends with "</think>".',
        "Write it like this:\n\n```\n<think>\nHm.\n</think>\n```\n\nThat is all.",
        "Write only the end:\n\n```\nHm.\n</think>\n```\n\nThat is all.",
        "Models write their reasoning between <think> and </think>.",
        "Use <think> to begin it and </think> to end it.",
        "It writes <think>, then (with </think>) an end.",
        "- <think>: begins it\n- </think>: ends it",
        "Wrap it in “<think>” and “</think>”.",
        "It is a <thinking>-element.",
        "vLLM strips everything up to </think> from the content.",
        "The opening tag <think> is added by the template, so only </think> is seen.",
        "Close with </think> when done.\nThen answer.",
        "- DeepSeek R1 writes its reasoning in <think>...</think> tags.",
        "1. Use <think> in prompts\n2. Close with </think>\n3. Done",
        "<review><reasoning>Cheap.</reasoning><score>5</score></review>",
        "1 < 2 and <thinker> is no tag.",
    ],
)
def test_an_answer_that_speaks_of_such_tags_stays_whole(text: str):
    assert without_reasoning(text) == text


@pytest.mark.parametrize(
    ("text", "instruction"),
    [
        ("<reasoning>because</reasoning>\n<verdict>yes</verdict>", "Answer with <reasoning> and <verdict>."),
        ("<reasoning>because</reasoning>", "Give your reasons as <reasoning>...</reasoning>."),
        ("<thinking>why</thinking><answer>42</answer>", "Write <thinking> first, then <answer>."),
        ("<Reasoning>a</Reasoning>\n<Verdict>b</Verdict>", "Answer in XML: the elements reasoning and verdict."),
        ("<thoughts><thought>a</thought></thoughts>", "List each <thought>."),
        ("Yes. <thoughts>a</thoughts>", "Put what you think into a tag “thoughts”."),
    ],
)
def test_what_the_instruction_asked_for_stays(text: str, instruction: str):
    assert without_reasoning(text, instruction) == text
    assert without_reasoning(f"<think>Hm.</think>{text}", instruction) == text


def test_a_part_that_the_material_holds_or_asks_for_stays():
    asked = "<reasoning>because</reasoning>\n<verdict>yes</verdict>"
    assert without_reasoning(asked, "", "Put your reasons in <reasoning> and the verdict in <verdict>.") == asked
    assert without_reasoning("<thought>eins</thought>", "", "<thought>one</thought>") == "<thought>eins</thought>"
    assert without_reasoning("<think>Hm.</think>Yes.", "", "A page on <think> and <thinking>.") == "Yes."
    assert without_reasoning("<thinking>Hm.</thinking>Yes.", "", "A page on <think> and <thinking>.") == "Yes."


@pytest.mark.parametrize(
    ("text", "instruction"),
    [
        ("<think>Hm.</think>Yes.", "Write <think> first, in tags."),
        ("<reasoning>Hm.</reasoning>Yes.", "No reasoning, only the answer."),
        ("<thinking>Hm.</thinking>Yes.", "Use XML tags."),
    ],
)
def test_what_it_did_not_ask_for_goes(text: str, instruction: str):
    assert without_reasoning(text, instruction) == "Yes."


@given(
    st.text(st.characters(exclude_characters="<>[]◁▷")),
    st.text(st.characters(exclude_characters="<>[]◁▷"), min_size=1).filter(str.strip),
    st.sampled_from(["think", "thinking", "reasoning"]),
)
def test_whatever_is_thought_and_answered_is_told_apart(thought: str, answer: str, tag: str):
    assert without_reasoning(f"<{tag}>{thought}</{tag}>\n{answer}") == answer.strip()
    assert without_reasoning(f"<{tag}>{thought}") == ""
    assert without_reasoning(answer) == answer


@given(st.text("<>/think `\n.a"))
def test_it_never_fails_and_adds_nothing(text: str):
    left = iter(text)
    assert all(character in left for character in without_reasoning(text))
