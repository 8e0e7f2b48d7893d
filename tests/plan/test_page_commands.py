"""Sentences that are about the page, and those that only look like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicegraph.plan.page_commands import INTENTS, read_command


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Undo that.", "undo"),
        ("undo", "undo"),
        ("Please undo the last change", "undo"),
        ("take that back", "undo"),
        ("Redo", "redo"),
        ("redo that please", "redo"),
        ("put it back", "redo"),
        ("Run it", "run"),
        ("Run the workflow now", "run"),
        ("okay, go ahead and run it", "run"),
        ("um, run my workflow again", "run"),
        ("run it in the background", "run_background"),
        ("Okay, run this in the background please", "run_background"),
        ("Show the history", "show_history"),
        ("show me my past runs", "show_history"),
        ("history", "show_history"),
        ("Restore the last run.", "restore_last_run"),
        ("open the previous run", "restore_last_run"),
        ("run it every Monday", None),
        ("undo that and add a slack step", None),
        ("run the code", None),
        ("Start with the news", None),
        ("show the open issues", None),
        ("restore the backup", None),
        ("", None),
        ("run " * 60, None),
    ],
)
def test_only_a_whole_sentence_is_a_command(text: str, intent: str | None) -> None:
    assert read_command(text) == intent


@given(st.text(max_size=120))
def test_any_text_is_answered(text: str) -> None:
    assert read_command(text) in {None, *INTENTS}
