"""A page's source and its readable text, for fetched and for uploaded pages alike."""

from __future__ import annotations

import html
import re
from typing import Any

from voicegraph.lazy_imports import importing
from voicegraph.nodes.documents.large_page import BEGINS, INLINE, all_text, is_large
from voicegraph.nodes.documents.markup import without_code

DEEPEST = 250
"""The parser drops, without a word, what is nested more than 255 elements deep."""

_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)[^<>]*>")
_TITLE = re.compile(r"<title[^<>]*>[^<]*</title", re.IGNORECASE)


def tree_of(source: str) -> tuple[Any, str]:
    """The elements, and the source: a fragment or a bare text, which the library takes for no page, is made one."""
    with importing("trafilatura"):
        import trafilatura

    tree: Any = trafilatura.load_html(source)
    if tree is None and source.strip():
        source = f"<html><body>{source}</body></html>"
        tree = trafilatura.load_html(source)
    return tree, source


def readable(source: str, tree: Any, address: str | None = None, *, links: bool = False) -> tuple[str, bool]:
    """The main text as Markdown; of a page that is very large or too deeply nested all of it, which True says."""
    with importing("trafilatura"):
        import trafilatura

    if tree is None:
        return "", False
    if is_deep(tree):
        return flat_text(source), True
    if is_large(source, tree):
        return all_text(tree), True
    found = trafilatura.extract(tree, url=address, output_format="markdown", include_links=links)
    return found or trafilatura.html2txt(source), False


def is_deep(tree: Any) -> bool:
    """Whether elements are nested as deeply as the parser goes, so that some may be missing."""
    level: list[Any] = [tree]
    for _ in range(DEEPEST):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True


def flat_text(source: str) -> str:
    """All text between the tags, blocks as paragraphs, however the elements are nested."""

    def begun(tag: re.Match[str]) -> str:
        name = tag[2].lower()
        return "" if name in INLINE else "\n\n" + ("" if tag[1] else BEGINS.get(name, ""))

    spaced = " ".join(without_code(_TITLE.sub("</title", source)).split())
    blocks = (" ".join(html.unescape(block).split()) for block in _TAG.sub(begun, spaced).split("\n\n"))
    return "\n\n".join(block for block in blocks if block.strip("-# "))
