"""The words of a search box, as a query of FTS5 or of PostgreSQL.

Words may come in any order and match from their beginning; what stands in quotes matches as it is, word for word.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_PIECE = re.compile(r'"([^"]*)"?|([^\s"]+)')
MAX_PHRASES = 20
_ACCENTS = frozenset(map(chr, range(0x300, 0x370)))
"""What `voicegraph_words` drops; the marks of other scripts make a word another one."""


@dataclass(frozen=True, slots=True)
class SearchPhrase:
    """Words that follow one another, as they were typed; `whole` when the last one must not go on."""

    text: str
    whole: bool


def phrases(text: str) -> list[SearchPhrase]:
    """The phrases of a search; none when there is no letter and no digit in it."""
    pieces = [SearchPhrase(quoted or bare, bool(quoted)) for quoted, bare in _PIECE.findall(text)]
    return [piece for piece in pieces if _words(piece.text)][:MAX_PHRASES]


def fts5(found: list[SearchPhrase]) -> str:
    """A query of SQLite's FTS5, which parts the words itself: https://www.sqlite.org/fts5.html, section 3."""
    return " AND ".join(f'"{phrase.text}"' + ("" if phrase.whole else "*") for phrase in found)


def tsquery(found: list[SearchPhrase]) -> str:
    """A query of PostgreSQL's `to_tsquery`; the words are parted and folded as `voicegraph_words` does it there."""
    return " & ".join(_followed(phrase) for phrase in found)


def _followed(phrase: SearchPhrase) -> str:
    written = [f"'{word}'" for word in _words(phrase.text)]
    return "(" + " <-> ".join(written) + ("" if phrase.whole else ":*") + ")"


def _words(text: str) -> list[str]:
    """The words, folded. Signs that are letters by themselves and accents once they are folded leave none."""
    plain = [c for c in unicodedata.normalize("NFKD", text) if c not in _ACCENTS]
    words = "".join(c if unicodedata.category(c)[0] in "LNM" else " " for c in plain).split()
    return [word for word in words if any(unicodedata.category(c)[0] in "LN" for c in word)]
