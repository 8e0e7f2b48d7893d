"""Notion's rich text as inline Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from voicegraph.nodes.text.markdown import escaped

Json = dict[str, Any]
_Style = tuple[bool, bool, bool, bool, bool, str]

_MARKS = ("**", "*", "~~")


def inline_markdown(rich_text: Iterable[Json]) -> str:
    """The text with bold, italic, strikethrough, code, equations and links; neighbours of one style are joined."""
    runs = ((_style(part), str(part.get("plain_text", ""))) for part in rich_text)
    return "".join(
        _marked(style, "".join(text for _, text in group)) for style, group in groupby(runs, key=lambda run: run[0])
    )


def _style(part: Json) -> _Style:
    marks: Json = part.get("annotations") or {}
    bold, italic, strike, code = (bool(marks.get(name)) for name in ("bold", "italic", "strikethrough", "code"))
    return bold, italic, strike, code, part.get("type") == "equation", part.get("href") or ""


def _marked(style: _Style, text: str) -> str:
    """Marks go round the words and not the blanks beside them: `** bold **` is no bold."""
    bold, italic, strike, code, equation, href = style
    words = text.strip()
    if not words:
        return text
    before, _, after = text.partition(words)
    marked = _code(words) if code else f"${words}$" if equation else escaped(words)
    for mark, on in zip(_MARKS, (bold, italic, strike), strict=True):
        if on:
            marked = f"{mark}{marked}{mark}"
    if href.startswith(("http://", "https://", "mailto:")):
        address = href.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
        marked = f"[{marked}]({address})"
    return f"{before}{marked}{after}"


def _code(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"
