"""Inline Markdown as Notion's rich text, within its limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

Json = dict[str, Any]

MAX_UNITS = 2_000
"""Length of one piece of rich text, counted as Notion does: in UTF-16 units."""

MAX_PIECES = 100
"""Pieces in one block."""

MAX_BLOCK_UNITS = 40_000
"""Length of all of a block's text: a request takes 500 KB, and some scripts need three bytes a unit."""

MAX_URL = 2_000
_STYLES = {"strong": "bold", "em": "italic", "s": "strikethrough"}


@dataclass(frozen=True, slots=True)
class TextRun:
    """Words of one style."""

    text: str
    marks: frozenset[str] = frozenset()
    href: str = ""


def is_web_address(url: str) -> bool:
    """Whether Notion takes it as a link: it answers 400 to relative ones and to other schemes."""
    return url.startswith(("http://", "https://", "mailto:")) and len(url) <= MAX_URL


def text_runs(text: str) -> list[TextRun]:
    """Plain words."""
    return [TextRun(text)] if text else []


def inline_runs(node: SyntaxTreeNode) -> list[TextRun]:
    """The words of a paragraph, heading or cell with their styles."""
    return list(_walk(node, TextRun("")))


def rich_texts(runs: list[TextRun]) -> list[list[Json]]:
    """The runs as rich texts, one for each block they need; none for no words."""
    parts: list[list[Json]] = []
    room = pieces = 0
    for run in runs:
        for text in _chunks(run.text):
            if not parts or pieces == MAX_PIECES or room < _units(text):
                parts.append([])
                room, pieces = MAX_BLOCK_UNITS, 0
            parts[-1].append(_piece(replace(run, text=text)))
            room, pieces = room - _units(text), pieces + 1
    return parts


def _walk(node: SyntaxTreeNode, style: TextRun) -> Iterator[TextRun]:
    for child in node.children:
        match child.type:
            case "text" | "html_inline":
                yield replace(style, text=child.content if child.content.strip().lower() != "<br>" else "\n")
            case "softbreak" | "hardbreak":
                yield replace(style, text="\n")
            case "code_inline":
                yield replace(style, text=child.content, marks=style.marks | {"code"})
            case "strong" | "em" | "s":
                yield from _walk(child, replace(style, marks=style.marks | {_STYLES[child.type]}))
            case "link":
                yield from _link(child, style, str(child.attrs["href"]))
            case "image":
                yield from _linked(replace(style, text=child.content), str(child.attrs["src"]))
            case _:
                yield from _walk(child, style)


def _link(node: SyntaxTreeNode, style: TextRun, href: str) -> Iterator[TextRun]:
    if is_web_address(href):
        yield from _walk(node, replace(style, href=href))
    else:
        yield from _walk(node, style)
        yield replace(style, text=f" ({href})" if href else "")


def _linked(run: TextRun, url: str) -> Iterator[TextRun]:
    yield replace(run, text=run.text or url, href=url) if is_web_address(url) else run


def _piece(run: TextRun) -> Json:
    text: Json = {"content": run.text}
    if run.href:
        text["link"] = {"url": run.href}
    piece: Json = {"type": "text", "text": text}
    if run.marks:
        piece["annotations"] = dict.fromkeys(sorted(run.marks), True)
    return piece


def _chunks(text: str) -> Iterator[str]:
    """Pieces of at most MAX_UNITS, characters of two units whole."""
    start = 0
    while start < len(text):
        units = text[start : start + MAX_UNITS].encode("utf-16-le")
        piece = units[: 2 * MAX_UNITS].decode("utf-16-le", errors="ignore")
        yield piece
        start += len(piece)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
