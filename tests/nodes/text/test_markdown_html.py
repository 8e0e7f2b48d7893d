"""What is formatted, and what is too much for that."""

from __future__ import annotations

import pytest

from voicegraph.nodes.services.notion.create_actions import _titled  # pyright: ignore[reportPrivateUsage]
from voicegraph.nodes.services.notion.from_markdown import to_blocks
from voicegraph.nodes.text.markdown import first_heading
from voicegraph.nodes.text.markdown_html import MAX_CHARACTERS, MAX_PARTS, as_html, as_tree, is_formatted

TABLE = "| a | b |\n|---|---|\n"


@pytest.mark.parametrize("text", ["", "words", "x" * MAX_CHARACTERS, "- a\n" * 2_000, TABLE + "| 1 | 2 |\n" * 1_000])
def test_a_text_of_a_usual_length_is_formatted(text: str) -> None:
    assert is_formatted(text)


@pytest.mark.parametrize(
    "text",
    ["x" * (MAX_CHARACTERS + 1), "\n" * (MAX_PARTS + 1), "a|" * 100 + "\r\n" + "-|" * 100 + "\r\n" + "a\r\n" * 90],
)
def test_a_text_of_too_many_parts_is_plain(text: str) -> None:
    assert not is_formatted(text)
    assert as_html(text).startswith("<pre")
    assert as_tree(text) is None


def test_a_plain_text_is_escaped_whole() -> None:
    text = "<b>&\n" * MAX_CHARACTERS
    assert as_html(text).count("&lt;b&gt;&amp;\n") == MAX_CHARACTERS


def test_a_page_of_a_plain_text_holds_all_of_it() -> None:
    text = "*a* " * MAX_CHARACTERS
    blocks = to_blocks(text)
    assert {block["type"] for block in blocks} == {"paragraph"}
    words = "".join(part["text"]["content"] for block in blocks for part in block["paragraph"]["rich_text"])
    assert words == text.strip()


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("# One", "One"),
        ("words\n## Two ##  \nmore", "Two"),
        ("#\n\nwords", None),
        ("#no", None),
        ("# a" + " #" * 100_000 + " b", ("a" + " #" * 100_000)[:2_000]),
        ("#" + " " * 1_000_000 + "\nwords", None),
    ],
)
def test_the_first_heading_of_whatever_text(text: str, heading: str | None) -> None:
    found = first_heading(text)
    assert (found and found.text) == heading


def test_a_page_is_called_by_the_heading_it_begins_with() -> None:
    assert _titled("", "\n# One #\nwords", "label") == ("One", "\nwords")
    assert _titled("", "Some words. More\n# One", "label") == ("Some words", "Some words. More\n# One")
