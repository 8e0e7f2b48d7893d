"""How long an answer may become."""

from __future__ import annotations

import pytest

from voicegraph.nodes.services.llm.answer_length import MOST, answer_tokens


@pytest.mark.parametrize(
    ("instruction", "least", "most"),
    [
        ("in 3 sentences", 250, 500),
        ("Summarise it in three short sentences", 250, 500),
        ("at most 50 words", 200, 400),
        ("five bullet points", 500, 800),
        ("", 1_000, 2_000),
        ("about the 3 companies", 1_000, 2_000),
        ("write 99999 pages", MOST, MOST),
    ],
)
def test_the_length_that_is_asked_for_is_the_limit(instruction: str, least: int, most: int) -> None:
    assert least <= answer_tokens("summarize", "medium", instruction, "x" * 100_000) <= most


def test_longer_answers_have_more_room() -> None:
    room = [answer_tokens("summarize", length, "", "") for length in ("short", "medium", "long")]
    assert room == sorted(set(room))


def test_a_rewritten_text_may_be_as_long_as_the_text() -> None:
    assert answer_tokens("transform", "medium", "Translate it into German", "word " * 2_000) >= 5_000
