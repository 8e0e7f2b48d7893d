"""Markdown as HTML or as a tree, for everything that leaves formatted: mails, notifications, Notion's pages.

A reader makes thousands of objects of a page of marks, and a full garbage collection of them keeps everybody waiting. So
what is too much to be read as Markdown leaves as plain text, whichever way it goes.
"""

from __future__ import annotations

from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from voicegraph.lazy_imports import importing

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

MAX_CHARACTERS = 50_000
MAX_PARTS = 8_000
"""Lines, and cells of tables: each becomes several objects. A row has all the columns of its table, written or not."""
PLAIN = "The text is too long to be formatted; it went out as plain text."
_PIECE = 64 << 10


def is_formatted(markdown: str) -> bool:
    """Whether the text is read as Markdown, and not too long for that."""
    if len(markdown) > MAX_CHARACTERS or markdown.count("\n") > MAX_PARTS:
        return False
    parts = 0
    for block in markdown.replace("\r\n", "\n").split("\n\n"):  # no table goes on behind an empty line
        lines = block.split("\n")
        parts += (len(lines) + 1) * (1 + max(line.count("|") for line in lines))
    return parts <= MAX_PARTS


def as_html(markdown: str, *, breaks: bool = False) -> str:
    """HTML without raw HTML from the text, script links and images that load; `breaks`: a line's end is one there, too."""
    if is_formatted(markdown):
        return _reader(raw=False, breaks=breaks).render(markdown)
    pieces = (markdown[start : start + _PIECE] for start in range(0, len(markdown), _PIECE))
    return f'<pre style="white-space:pre-wrap">{"".join(map(escape, pieces))}</pre>'


def as_tree(markdown: str) -> SyntaxTreeNode | None:
    """The blocks of the text, with raw HTML as such; None of what is plain text."""
    if not is_formatted(markdown):
        return None
    with importing("markdown_it"):
        from markdown_it.tree import SyntaxTreeNode
    return SyntaxTreeNode(_reader(raw=True, breaks=False).parse(markdown))


@cache
def _reader(*, raw: bool, breaks: bool) -> MarkdownIt:
    with importing("markdown_it"):
        from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": raw, "breaks": breaks}).enable(["table", "strikethrough"])
    reader.add_render_rule("image", _image_as_link)
    return reader


def _image_as_link(_renderer: Any, tokens: Any, index: int, *_: Any) -> str:
    source = escape(str(tokens[index].attrGet("src") or ""))
    return f'<a href="{source}">{escape(tokens[index].content or "image")}</a>'
