"""A text of any length as something a search engine takes."""

from __future__ import annotations

import re
from collections import Counter

from voicegraph.words.stopwords import STOP_WORDS

MAX_QUERY = 200
_TITLE_WORDS = 12
_ENOUGH_WORDS = 4
_MORE_WORDS = 5
_READ = 20_000

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|https?://\S+")
_MARKS = re.compile(r"^[\s#>*+|\d.)-]+|[*_`~|]+")
_SUFFIX = re.compile(r"\.(csv|tsv|json|pdf|txt|md|html?)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w'-]{3,}")
_HEADING = re.compile(r"^#{1,6}\s+\S.*$", re.MULTILINE)


def search_query(text: str) -> str:
    """Short lines stay as they are; of a longer text its heading or first line, and where that says little the words
    it uses most. "" when there is nothing to search for.
    """
    text = text.strip()
    if len(text) <= MAX_QUERY and "\n" not in text:
        return " ".join(text.split())
    heading = _HEADING.search(text[:_READ])
    lines = (_plain(line) for line in (heading[0] if heading else text).splitlines())
    title = next((line for line in lines if line), "").split()[:_TITLE_WORDS]
    if len(title) < _ENOUGH_WORDS:
        title += _frequent(text, {word.casefold() for word in title})
    return " ".join(title)[:MAX_QUERY]


def _plain(line: str) -> str:
    line = _LINK.sub(lambda found: found[1] or "", line)
    return " ".join(_SUFFIX.sub("", _MARKS.sub(" ", line)).split())


def _frequent(text: str, known: set[str]) -> list[str]:
    words = (word.casefold() for word in _WORD.findall(_LINK.sub(" ", text[:_READ])))
    telling = Counter(word for word in words if word not in STOP_WORDS and word not in known)
    return [word for word, _ in telling.most_common(_MORE_WORDS)]
