"""Keep what must not be cut or changed out of the grammar's way: quotations, addresses, repositories, channels.

Each stands in the text as a token such as `⟪url:0⟫` until `restore` puts the words back.
"""

from __future__ import annotations

import re
from re import Match

ANY = re.compile(r"⟪(\w+):(\d+)⟫")


def token(kind: str) -> str:
    """The regular expression of a token of this kind."""
    return rf"⟪{kind}:\d+⟫"


URL, MAIL, QUOTE, CHANNEL, PATH = (token(kind) for kind in ("url", "mail", "quote", "channel", "path"))
TOKEN = r"⟪\w+:\d+⟫"  # noqa: S105 - a pattern, no secret


class Shelter:
    """The hidden words of one command."""

    def __init__(self) -> None:
        self._words: list[str] = []

    def hide(self, kind: str, words: str) -> str:
        """Keep the words; returns the token that stands for them."""
        self._words.append(words)
        return f"⟪{kind}:{len(self._words) - 1}⟫"

    def plain(self, text: str) -> str:
        """The user's own words; a text that is a quotation as a whole loses its marks."""
        text = text.strip(" ,.")
        found = ANY.fullmatch(text)
        return self._words[int(found[2])] if found else self.restore(text)

    def restore(self, text: str) -> str:
        """The text with all words back in their places; quotations get their marks again."""
        return ANY.sub(self._written, text)

    def _written(self, found: Match[str]) -> str:
        words = self._words[int(found[2])]
        return f'"{words}"' if found[1] == "quote" else words
