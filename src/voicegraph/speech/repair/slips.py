"""Slips of recognisers in the words of this trade. Each has a neighbour that makes it certain."""

from __future__ import annotations

from voicegraph.words.patterns import either, rx, words

_OURS = words("the this my that a your our")
_ENDS = r"(?=[.,!?]|$| (?:now|please|again|in|every|at|on|and|to|for|as)\b)"
_THAT = words("that this it")

_SLIPS = (
    (rx(r"\b(?:git|get) ?hub\b"), "GitHub"),
    (rx(r"\bgit lab\b"), "GitLab"),
    (rx(r"\b(?:pool|pole|full|poll) (?=requests?\b)"), "pull "),
    (rx(r"\bmark(?:ed)?[ -]?(?:on|down|town|don)(?= (?:file|document|format|table|page)s?\b)"), "Markdown"),
    (rx(r"\b(?:see|sea|c)[ .-](?:s|es|as)[ .-]?v\b"), "CSV"),
    (rx(r"\b(?:(?:are|our|r|arr|ar)[ .-]?s[ .-]?s|arsis|rss's)(?= feeds?\b)"), "RSS"),
    (rx(r"\b(?:p[ .-]d[ .-]f|pee dee eff)\b"), "PDF"),
    (rx(rf"\b({_OURS}) work(?:ed|s|ing)?[ -]?(?:well|flow|load|floor|flu|flaw|slow){_ENDS}"), r"\1 workflow"),
    (rx(r"\bwork[ -]flow(?=s?\b)"), "workflow"),
    (rx(r"\bweb[ -]hook(?=s?\b)"), "webhook"),
    (rx(r"\be[ -]mail(?=s?\b|ed\b|ing\b)"), "email"),
)

_ENTIRE = (
    (rx("^", either(words("and an on un undue under hundo") + "[ -](?:do|due|to)", "undue"), rf" {_THAT}[.!]?$"), "Undo that"),
    (rx("^", either(words("re read we three") + "[ -](?:do|due)", "redue"), rf" {_THAT}[.!]?$"), "Redo that"),
    (rx("^", words("on un and an"), "[ -]do[.!]?$"), "Undo"),
)  # fmt: skip
"""Short commands, recognised only when nothing else was said."""


def repair_slips(text: str) -> str:
    """The text with the words that were meant."""
    for pattern, right in _ENTIRE:
        if pattern.match(text):
            return right + (text[-1] if text[-1] in ".!" else "")
    for pattern, right in _SLIPS:
        text = pattern.sub(right, text)
    return text
