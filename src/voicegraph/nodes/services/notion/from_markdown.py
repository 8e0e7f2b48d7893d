"""Markdown as Notion's blocks.

Nothing is left out that Notion can hold: what has no block of its own (raw HTML, relative links) becomes text.
Limits: https://developers.notion.com/reference/request-limits
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from voicegraph.nodes.services.notion.inline_markdown import TextRun, inline_runs, is_web_address, rich_texts, text_runs
from voicegraph.nodes.services.notion.languages import notion_language
from voicegraph.nodes.text.markdown_html import as_tree

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

Json = dict[str, Any]

MAX_TABLE_COLUMNS = 100


def to_blocks(markdown: str) -> list[Json]:
    """The blocks, nested as the text is. Each block is within the limits of a block; a request takes a hundred."""
    # A lone surrogate cannot be sent as UTF-8.
    markdown = markdown.encode(errors="replace").decode()
    tree = as_tree(markdown)
    return _plain(markdown) if tree is None else _blocks(tree)


def _plain(text: str) -> list[Json]:
    return [_make("paragraph", rich_text=part) for part in rich_texts(text_runs(text.strip()))]


def _blocks(parent: SyntaxTreeNode) -> list[Json]:
    return [block for node in parent.children for block in _block(node)]


def _block(node: SyntaxTreeNode) -> list[Json]:
    return _WRITERS.get(node.type, _raw)(node)


def _make(kind: str, **content: Any) -> Json:
    return {"object": "block", "type": kind, kind: content}


def _texts(kind: str, node: SyntaxTreeNode) -> list[Json]:
    """One block, or several of the kind when the text is too long for one."""
    return [_make(kind, rich_text=part) for part in rich_texts(inline_runs(node))]


def _paragraph(node: SyntaxTreeNode) -> list[Json]:
    """Images between the words become image blocks where they stand alone, else links."""
    inline = node.children[0].children if node.children else []
    shown = [child for child in inline if child.type not in {"softbreak", "hardbreak"}]
    if shown and all(child.type == "image" and is_web_address(str(child.attrs["src"])) for child in shown):
        return [_image(child) for child in shown]
    return _texts("paragraph", node)


def _image(node: SyntaxTreeNode) -> Json:
    url = str(node.attrs["src"])
    return _make("image", type="external", external={"url": url}, caption=_first(text_runs(node.content)))


def _heading(node: SyntaxTreeNode) -> list[Json]:
    return _texts(f"heading_{min(int(node.tag[1]), 3)}", node)


def _list(node: SyntaxTreeNode) -> list[Json]:
    kind = "bulleted_list_item" if node.type == "bullet_list" else "numbered_list_item"
    return [_item(kind, item) for item in node.children]


def _item(kind: str, item: SyntaxTreeNode) -> Json:
    """A list item: its first paragraph is its text, everything else is nested in it."""
    content = _text_and_children(item)
    checked = _checkbox(content["rich_text"])
    return _make(kind, **content) if checked is None else _make("to_do", checked=checked, **content)


def _text_and_children(node: SyntaxTreeNode) -> Json:
    nested = _blocks(node)
    if not nested or nested[0]["type"] != "paragraph":
        return {"rich_text": [], "children": nested} if nested else {"rich_text": []}
    text, *rest = nested
    content: Json = {"rich_text": text["paragraph"]["rich_text"]}
    return {**content, "children": rest} if rest else content


def _checkbox(rich_text: list[Json]) -> bool | None:
    """Whether a task is done; takes the box off the text. None for an ordinary item."""
    text: Json = rich_text[0]["text"] if rich_text else {"content": ""}
    box = text["content"][:4].lower()
    if box not in {"[ ] ", "[x] "}:
        return None
    text["content"] = text["content"][4:]
    return box == "[x] "


def _quote(node: SyntaxTreeNode) -> list[Json]:
    return [_make("quote", **_text_and_children(node))]


def _code(node: SyntaxTreeNode) -> list[Json]:
    language = notion_language(node.info if node.type == "fence" else "")
    parts = rich_texts(text_runs(node.content.removesuffix("\n"))) or [[]]
    return [_make("code", rich_text=part, language=language) for part in parts]


def _table(node: SyntaxTreeNode) -> list[Json]:
    """Rows of one width; the first is the header."""
    rows = [row for group in node.children for row in group.children]
    cells = [[_cell(cell) for cell in row.children[:MAX_TABLE_COLUMNS]] for row in rows]
    width = max(map(len, cells), default=0)
    lines = [_make("table_row", cells=row + [[]] * (width - len(row))) for row in cells]
    return [_make("table", table_width=width, has_column_header=True, has_row_header=False, children=lines)]


def _cell(node: SyntaxTreeNode) -> list[Json]:
    """A cell is one rich text; what exceeds it is left out, and only there."""
    return _first(inline_runs(node))


def _first(runs: list[TextRun]) -> list[Json]:
    parts = rich_texts(runs)
    return parts[0] if parts else []


def _raw(node: SyntaxTreeNode) -> list[Json]:
    return _plain(node.content)


def _divider(_: SyntaxTreeNode) -> list[Json]:
    return [_make("divider")]


_WRITERS: dict[str, Callable[[SyntaxTreeNode], list[Json]]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "bullet_list": _list,
    "ordered_list": _list,
    "blockquote": _quote,
    "fence": _code,
    "code_block": _code,
    "hr": _divider,
    "table": _table,
}
