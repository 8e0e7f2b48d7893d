"""Notion's blocks as Markdown. Block types: https://developers.notion.com/reference/block"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import indent
from typing import Any

from voicegraph.nodes.services.notion.properties import plain_text
from voicegraph.nodes.services.notion.rich_text import inline_markdown
from voicegraph.nodes.text.markdown import escaped
from voicegraph.nodes.text.markdown_tables import table_lines

Json = dict[str, Any]

_LISTS = {"bulleted_list_item", "numbered_list_item", "to_do", "toggle"}


def to_markdown(blocks: Sequence[Json]) -> str:
    """The blocks with their `children`, one blank line apart; items of a list follow each other directly."""
    text, before, number = "", "", 0
    for block in blocks:
        kind = block.get("type", "")
        number = number + 1 if kind == "numbered_list_item" else 0
        part = _block(kind, block, number)
        if not part.strip():
            continue
        joint = "" if not text else "\n" if kind in _LISTS and _same_list(kind, before) else "\n\n"
        text, before = f"{text}{joint}{part}", kind
    return text


def _same_list(kind: str, before: str) -> bool:
    return before in _LISTS and (kind == "numbered_list_item") == (before == "numbered_list_item")


def _block(kind: str, block: Json, number: int) -> str:
    content: Json = block.get(kind) or {}
    children: list[Json] = block.get("children") or []
    if kind in _LISTS:
        return _item(kind, content, children, number)
    if kind.startswith("heading_"):
        title = inline_markdown(content.get("rich_text", [])).replace("\n", " ")
        return _stacked(f"{'#' * int(kind[-1])} {title}" if title else "", children)
    if kind in {"quote", "callout"}:
        return _quote(content, children)
    if kind == "table":
        return _table(content, children)
    write = _WRITERS.get(kind)
    if write:
        return write(content)
    # Paragraphs, and containers such as columns and synced blocks.
    return _stacked(_lines(content), children)


def _lines(content: Json) -> str:
    """Rich text whose line breaks stay line breaks."""
    return inline_markdown(content.get("rich_text", [])).replace("\n", "  \n")


def _stacked(text: str, children: Sequence[Json]) -> str:
    return "\n\n".join(part for part in (text, to_markdown(children)) if part)


def _item(kind: str, content: Json, children: Sequence[Json], number: int) -> str:
    marker = f"{number}. " if kind == "numbered_list_item" else "- "
    box = ("[x] " if content.get("checked") else "[ ] ") if kind == "to_do" else ""
    nested = to_markdown(children)
    # A nested list may follow at once; a paragraph needs its blank line.
    joint = "\n" if children and children[0].get("type") in _LISTS else "\n\n"
    body = f"{box}{_lines(content)}" + (f"{joint}{nested}" if nested else "")
    return marker + indent(body, " " * len(marker)).removeprefix(" " * len(marker))


def _quote(content: Json, children: Sequence[Json]) -> str:
    icon: Json = content.get("icon") or {}
    emoji = f"{icon['emoji']} " if icon.get("emoji") else ""
    return indent(_stacked(emoji + _lines(content), children), "> ", lambda _: True)


def _table(content: Json, children: Sequence[Json]) -> str:
    rows = [[_cell(cell) for cell in row.get("table_row", {}).get("cells", [])] for row in children]
    if not rows:
        return ""
    header = rows.pop(0) if content.get("has_column_header") else [""] * len(rows[0])
    return "\n".join(table_lines(header, rows))


def _cell(rich_text: Sequence[Json]) -> str:
    return " ".join(inline_markdown(rich_text).split()).replace("|", "\\|")


def _code(content: Json) -> str:
    text = plain_text(content.get("rich_text", []))
    fence = "```" if "```" not in text else "~~~~"
    language = content.get("language", "").replace("plain text", "")
    return f"{fence}{language}\n{text}\n{fence}"


def _media(content: Json) -> tuple[str, str]:
    """(caption, address) of an image, a file, a bookmark or an embed."""
    place: Json = content.get(content.get("type", "")) or {}
    address = content.get("url") or place.get("url", "")
    return plain_text(content.get("caption", [])) or content.get("name", ""), address


def _image(content: Json) -> str:
    caption, address = _media(content)
    return f"![{escaped(caption)}]({address})" if address else ""


def _link(content: Json) -> str:
    caption, address = _media(content)
    return f"[{escaped(caption or address)}]({address})" if address else ""


def _equation(content: Json) -> str:
    return f"$$\n{content.get('expression', '')}\n$$"


_WRITERS: dict[str, Callable[[Json], str]] = {
    "code": _code,
    "divider": lambda _: "---",
    "equation": _equation,
    "image": _image,
    "child_page": lambda content: f"- Page: {escaped(content.get('title', ''))}",
    "child_database": lambda content: f"- Database: {escaped(content.get('title', ''))}",
    **dict.fromkeys(("audio", "bookmark", "embed", "file", "link_preview", "pdf", "video"), _link),
}
