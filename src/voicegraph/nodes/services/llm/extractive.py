"""Summaries without a model: the most telling passages of a text, word for word and in their order.

Sentences are scored by the weight of their words (how often the text uses them, stop words aside), by where they
stand and by the words they share with their heading; near repetitions are left out (maximal marginal relevance,
Carbonell and Goldstein 1998). Nothing is written that the text does not say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from pydantic import JsonValue

from voicegraph.nodes.services.llm.passages import Passage, passages
from voicegraph.nodes.services.llm.table_figures import describe, tables
from voicegraph.words.stopwords import STOP_WORDS

MAX_CHARS = 1_000_000
"""Only so much of a text is read; the caller says so when there is more."""
_MAX_PASSAGES = 5_000
_WORD = re.compile(r"[^\W\d_][\w'\u2019-]*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_REPETITION = 0.6
"""Share of common words from which two passages say the same."""
_IDEAL_WORDS = range(6, 36)
_WORTH = 0.3
"""A passage that scores less than this share of the best one is left out, even when there is room."""


def summarize(text: str, data: JsonValue = None, *, count: int = 7) -> str:
    """The `count` most telling passages as Markdown bullets under their headings, after the figures of any table."""
    chosen = choose(text, count)
    return _join(_figures(data), _bullets(chosen) or ("" if _figures(data) else text.strip()[:1_000]))


def insights(text: str, data: JsonValue = None, *, count: int = 5) -> str:
    """Key points, the terms the text is about, and the figures of any table, as Markdown."""
    chosen = choose(text, count)
    points = _section("Key points", "\n".join(f"- {passage.text}" for passage in chosen))
    terms = top_terms(text)
    about = _section("Main terms", ", ".join(f"{term} ({uses})" for term, uses in terms))
    return _join(points, about, _section("Figures", _figures(data))) or text.strip()[:1_000]


def choose(text: str, count: int) -> list[Passage]:
    """The `count` best passages, in the order of the text; no section takes more than its share."""
    every = reversed(passages(text[:MAX_CHARS])[:_MAX_PASSAGES])
    # Of passages said twice the first stays, and does not count twice: menus and footers repeat, they do not matter.
    found = [passage for passage in {passage.text: passage for passage in every}.values() if _words(passage.text)]
    weights = _weights([_words(passage.text) for passage in found])
    scores = {passage: _score(passage, weights) for passage in found}
    least = _WORTH * max(scores.values(), default=0)
    share = max(2, -(-count // max(1, len({passage.section for passage in found}))))
    chosen: list[Passage] = []
    for passage in sorted(found, key=lambda passage: -scores[passage]):
        crowded = sum(other.section == passage.section for other in chosen) >= share
        if scores[passage] < least or len(chosen) == count:
            break
        if not crowded and not any(_alike(passage, other) for other in chosen):
            chosen.append(passage)
    return sorted(chosen, key=lambda passage: (passage.section, passage.place))


def top_terms(text: str, count: int = 10) -> list[tuple[str, int]]:
    """The words used most (twice at least), with how often; shown as the text writes them most often."""
    written: dict[str, Counter[str]] = {}
    for passage in passages(text[:MAX_CHARS]):
        for match in _WORD.finditer(passage.text):
            if _telling(match[0].lower()):
                written.setdefault(match[0].lower(), Counter())[match[0]] += 1
    uses = sorted(((forms.most_common(1)[0][0], forms.total()) for forms in written.values()), key=lambda use: -use[1])
    return [use for use in uses if use[1] > 1][:count]


def _words(text: str) -> list[str]:
    """The telling words of a passage, lower case; pairs of characters where a script writes no spaces."""
    words = [word.strip("'\u2019-") for word in _WORD.findall(text.lower())]
    pairs = [word[at : at + 2] for word in words if _CJK.search(word) for at in range(len(word) - 1)]
    return [word for word in words if _telling(word) and not _CJK.search(word)] + pairs


def _telling(word: str) -> bool:
    return len(word) > 2 and word not in STOP_WORDS


def _weights(texts: Sequence[Sequence[str]]) -> dict[str, float]:
    """How much a word says about the whole: in how many passages it stands, relative to the most frequent one."""
    uses = Counter(word for words in texts for word in set(words))
    most = max(uses.values(), default=1)
    return {word: count / most for word, count in uses.items()}


def _score(passage: Passage, weights: dict[str, float]) -> float:
    words = _words(passage.text)
    distinct = set(words)
    score = sum(weights[word] for word in distinct) / (len(distinct) + 3)
    score *= 1 + 0.5 / (1 + passage.place)
    score *= 1 + 0.2 * len(distinct & set(_words(passage.heading))) / len(distinct)
    if re.search(r"\d", passage.text):
        score *= 1.15
    length = len(words) if _CJK.search(passage.text) else len(passage.text.split())
    return score if length in _IDEAL_WORDS else score * 0.6


def _alike(one: Passage, other: Passage) -> bool:
    left, right = set(_words(one.text)), set(_words(other.text))
    return len(left & right) > _REPETITION * min(len(left), len(right))


def _bullets(chosen: Sequence[Passage]) -> str:
    parts: list[str] = []
    for heading, group in groupby(chosen, key=lambda passage: passage.heading):
        lines = "\n".join(f"- {passage.text}" for passage in group)
        parts.append(f"### {heading}\n\n{lines}" if heading else lines)
    return "\n\n".join(parts)


def _figures(data: JsonValue) -> str:
    parts: list[str] = []
    for name, rows in tables(data).items():
        lines = "\n".join(f"- {fact}" for fact in describe(rows))
        parts.append(f"### {name}\n\n{lines}" if name else lines)
    return "\n\n".join(parts)


def _section(title: str, body: str) -> str:
    return f"### {title}\n\n{body}" if body else ""


def _join(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
