"""The names a recogniser is told to expect."""

from __future__ import annotations

from voicegraph.speech.known_names import HOT, MOST_CHARACTERS, entities, hot_words


def test_names_of_what_was_said_before_are_found() -> None:
    said = ["Get the issues of octo/demo and mail dana@example.com", "post it to #general for Project Falcon"]
    assert entities(said) == ["octo/demo", "dana@example.com", "#general", "Project Falcon"]
    assert entities(["and/or 3/4", ""]) == ["and/or", "3/4"]  # harmless: nobody says them twice


def test_the_list_stays_short_and_has_everything_once() -> None:
    assert hot_words([]) == list(HOT)
    many = hot_words(["Slack", *(f"Workflow number {number}" for number in range(100))])
    assert len(many) == len(set(many))
    assert len(", ".join(many)) <= MOST_CHARACTERS
    assert "Workflow number 0" in many
