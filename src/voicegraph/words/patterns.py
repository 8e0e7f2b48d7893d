"""Regular expressions in readable pieces.

Tidy text has single spaces, so a space in a pattern is a space. Patterns ignore case; `(?-i:…)` minds it.
"""

from __future__ import annotations

import re
from re import Pattern


def rx(*parts: str) -> Pattern[str]:
    """The compiled pattern of all parts, one after the other."""
    return re.compile("".join(parts), re.IGNORECASE)


def either(*options: str) -> str:
    """One of the options."""
    return f"(?:{'|'.join(options)})"


def maybe(*parts: str) -> str:
    """All parts in a row, or nothing."""
    return f"(?:{''.join(parts)})?"


def named(name: str, *options: str) -> str:
    """One of the options, kept under a name."""
    return f"(?P<{name}>{'|'.join(options)})"


def words(text: str) -> str:
    """One of the words of a list with spaces; "_" stands for a space inside a word."""
    return either(*(word.replace("_", " ") for word in text.split()))


def word_list(text: str) -> list[str]:
    """The words of a text, in order."""
    return text.split()


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


END = r"(?![\w'-])"
"""The end of a word; "it's" and "follow-up" go on."""
