from __future__ import annotations

from typing import Any

import pytest

from voicegraph.nodes.services.notion.rich_text import inline_markdown
from voicegraph.nodes.services.notion.to_markdown import to_markdown

Json = dict[str, Any]


def rich(*parts: str | Json) -> list[Json]:
    return [{"type": "text", "plain_text": part} if isinstance(part, str) else part for part in parts]


def styled(text: str, href: str | None = None, **marks: bool) -> Json:
    return {"type": "text", "plain_text": text, "annotations": marks, "href": href}


def block(kind: str, text: str = "", children: list[Json] | None = None, **content: Any) -> Json:
    return {"type": kind, kind: {"rich_text": rich(text), **content}, "children": children or []}


@pytest.mark.parametrize(
    ("parts", "markdown"),
    [
        ([styled(" bold ", bold=True), "x"], " **bold** x"),
        ([styled("a", bold=True), styled("b", bold=True)], "**ab**"),
        ([styled("all", bold=True, italic=True, strikethrough=True)], "~~***all***~~"),
        ([styled("a`b", code=True)], "``a`b``"),
        ([styled("`", code=True)], "`` ` ``"),
        ([styled("here", href="https://e.com/a (b)")], "[here](https://e.com/a%20%28b%29)"),
        ([styled("page", href="/0123456789abcdef0123456789abcdef")], "page"),
        ([{"type": "equation", "plain_text": "E=mc^2"}], "$E=mc^2$"),
        ([styled("  ", bold=True)], "  "),
        (["2 * 3 [a]"], "2 \\* 3 \\[a\\]"),
    ],
)
def test_inline_styles(parts: list[str | Json], markdown: str):
    assert inline_markdown(rich(*parts)) == markdown


@pytest.mark.parametrize(
    ("blocks", "markdown"),
    [
        ([block("paragraph", "a"), block("paragraph", ""), block("paragraph", "b")], "a\n\nb"),
        ([block("paragraph", "a\nb")], "a  \nb"),
        ([block("heading_2", "Plan\nB", [block("paragraph", "hidden")])], "## Plan B\n\nhidden"),
        ([block("toggle", "More", [block("paragraph", "inside")])], "- More\n\n  inside"),
        ([block("numbered_list_item", "a"), block("numbered_list_item", "b")], "1. a\n2. b"),
        ([block("numbered_list_item", "a"), block("bulleted_list_item", "b")], "1. a\n\n- b"),
        ([block("callout", "Careful", icon={"type": "emoji", "emoji": "⚠️"})], "> ⚠️ Careful"),
        ([block("quote", "a", [block("paragraph", "b")])], "> a\n> \n> b"),
        ([block("code", "x = 1", language="python")], "```python\nx = 1\n```"),
        ([block("code", "```", language="plain text")], "~~~~\n```\n~~~~"),
        ([{"type": "equation", "equation": {"expression": "a^2"}}], "$$\na^2\n$$"),
        ([{"type": "divider", "divider": {}}], "---"),
        ([block("column_list", "", [block("column", "", [block("paragraph", "left")])])], "left"),
        ([{"type": "child_page", "child_page": {"title": "Sub"}}], "- Page: Sub"),
        ([{"type": "child_database", "child_database": {"title": "Tasks"}}], "- Database: Tasks"),
        ([{"type": "bookmark", "bookmark": {"url": "https://e.com", "caption": []}}], "[https://e.com](https://e.com)"),
        ([{"type": "file", "file": {"type": "file", "file": {"url": "https://e.com/f"}, "name": "f.pdf"}}],
         "[f.pdf](https://e.com/f)"),
        ([{"type": "image", "image": {"type": "external", "external": {"url": "https://e.com/i"}, "caption": rich("I")}}],
         "![I](https://e.com/i)"),
        ([{"type": "image", "image": {"type": "file", "file": {}}}], ""),
        ([{"type": "unsupported", "unsupported": {}}, {"type": "table_of_contents", "table_of_contents": {}}], ""),
        ([{"type": "table", "table": {"has_column_header": True}, "children": []}], ""),
    ],
)  # fmt: skip
def test_blocks(blocks: list[Json], markdown: str):
    assert to_markdown(blocks) == markdown


def test_a_table_without_a_header_gets_an_empty_one():
    rows = [{"type": "table_row", "table_row": {"cells": [rich("a|b"), rich("c\nd")]}}]
    table: Json = {"type": "table", "table": {"has_column_header": False}, "children": rows}
    assert to_markdown([table]) == "|  |  |\n| --- | --- |\n| a\\|b | c d |"
