"""The text of a page that is too large to look for what is main in it: all of it, in one walk through its elements."""

from __future__ import annotations

from typing import Any

LARGE_CHARACTERS = 1 << 20
LARGE_ELEMENTS = 30_000
"""The library compares paragraphs with each other: seconds for thousands of them, minutes for a few hundred thousand."""
HEAD_CHARACTERS = 200_000
"""Of a large page, among which title, author and date are looked for."""

_LEFT_OUT = frozenset({
    "script", "style", "template", "noscript", "head", "nav", "footer", "aside", "form", "button", "select",
    "svg", "iframe", "object",
})  # fmt: skip
INLINE = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "label", "mark", "q",
    "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "img",
})  # fmt: skip
BEGINS = {f"h{level}": "#" * level + " " for level in range(1, 7)} | {"li": "- "}


def is_large(source: str, tree: Any) -> bool:
    """Whether finding the main text would take longer than anybody waits."""
    if tree is None:
        return False
    return len(source) > LARGE_CHARACTERS or any(number > LARGE_ELEMENTS for number, _ in enumerate(tree.iter()))


def all_text(tree: Any) -> str:
    """Every block of text as a paragraph, headings and points of lists as in Markdown; no menus, scripts or forms."""
    blocks: list[str] = []
    words: list[str] = []
    begins = ""

    def close(mark: str = "") -> None:
        nonlocal begins
        if text := " ".join("".join(words).split()):
            blocks.append(begins + text)
        words.clear()
        begins = mark

    left: list[tuple[Any, bool]] = [(tree, False)]
    while left:
        element, is_end = left.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        is_block = bool(tag) and tag not in INLINE
        if is_end:
            if is_block:
                close()
            words.append(element.tail or "")
            continue
        left.append((element, True))
        if not tag or tag in _LEFT_OUT:
            continue
        if is_block:
            close(BEGINS.get(tag, begins if not "".join(words).strip() else ""))
        words.append(element.text or "")
        left += [(child, False) for child in reversed(element)]
    close()
    return "\n\n".join(blocks)
