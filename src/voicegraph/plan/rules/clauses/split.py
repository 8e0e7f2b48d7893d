"""Cut a tidy text into clauses."""

from __future__ import annotations

import re

from voicegraph.plan.rules.clauses.clause import ParsedClause
from voicegraph.plan.rules.clauses.links import LINKS, SOFT, TAIL, TAIL_PARALLEL
from voicegraph.plan.rules.clauses.openings import look_around, opens_clause
from voicegraph.plan.rules.clauses.turns import read_turn

_TOKEN = re.compile(r"⟪\w+:\d+⟫(?:'s)?|[^\W_]+(?:['’.,/&+-][^\W_]+)*|[^\s\w]|_")
_STOPS = frozenset(".;!?:")
_NAMES_A_VALUE = frozenset({"subject", "title", "text", "message", "body", "name"})
"""After these words a colon parts nothing: "subject: Weekly news"."""
_LONGEST_LINKS = 120


def split_clauses(text: str) -> list[ParsedClause]:
    """The clauses in the order of the words; what links them is in their kind and flags."""
    clauses = [read_clause(words, sentence, loose=loose) for words, sentence, loose in _pieces(text)]
    return [clause for clause in clauses if clause.text or clause.flags or clause.kind != "main"]


def read_clause(words: str, sentence: int = 0, *, loose: bool = False) -> ParsedClause:
    """Take the linking words off a clause."""
    words = words.strip(" ,.;:!?")
    clause = ParsedClause(words, words, sentence=sentence, loose=loose)
    while _peel(clause):
        pass
    clause.text = _without_tail(clause.text)
    tail = TAIL_PARALLEL.search(clause.text)
    if tail:
        clause.text, clause.parallel_tail = _without_tail(clause.text[: tail.start()]), True
    return clause


def _peel(clause: ParsedClause) -> bool:
    """Take one linking expression off the front; False when there is none."""
    soft = SOFT.match(clause.text)
    text = clause.text = clause.text[soft.end() :] if soft else clause.text
    if clause.kind in {"main", "else"}:
        kind, end = read_turn(text)
        if kind and kind != clause.kind:
            clause.flags |= {"else"} if clause.kind == "else" else set()
            clause.kind, clause.text = kind, text[end:].strip()
            return True
    for flag, pattern in LINKS:
        found = pattern.match(text)
        if found:
            clause.flags |= {flag} if flag else set()
            clause.text = text[found.end() :].lstrip(" ,:")
            return True
    return False


def _without_tail(text: str) -> str:
    """The text without words at its end that say nothing."""
    shorter = TAIL.sub("", text)
    while shorter != text:
        text, shorter = shorter, TAIL.sub("", shorter)
    return text


def _pieces(text: str) -> list[tuple[str, int, bool]]:
    """(words, number of the sentence, run on without a comma) of each clause."""
    cuts: list[tuple[int, int, bool]] = [(0, 0, False)]
    previous = ""
    for token in _TOKEN.finditer(text):
        start, sentence, _ = cuts[-1]
        word = token[0].lower()
        if word in _STOPS and not (word == ":" and previous in _NAMES_A_VALUE):
            cuts.append((token.end(), sentence + 1, False))
        elif _says_something(text[start : token.start()]) and opens_clause(
            text, token, previous, look_around(text, start, token.start())
        ):
            cuts.append((token.start(), sentence, word not in {",", "and", "but", "then"}))
        previous = word
    ends = [start for start, _, _ in cuts[1:]] + [len(text)]
    return [(text[start:end].strip(), number, loose) for (start, number, loose), end in zip(cuts, ends, strict=True)]


def _says_something(words: str) -> bool:
    """Whether there is more than linking words; they never go on for long."""
    words = words.strip(" ,")
    if len(words) > _LONGEST_LINKS or words.lower().endswith("if so"):
        return True
    return bool(words) and bool(read_clause(words).text)
