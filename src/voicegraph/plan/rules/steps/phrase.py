"""The words of a clause that no reader has taken yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import Match, Pattern

from voicegraph.plan.rules.text.verbs import leading_verb
from voicegraph.words.patterns import rx, words

GAP = "¤"
"""Stands where words were taken, so that no pattern reaches across."""
_LONGEST = 800
"""Characters of a clause that are read; a clause that goes on without a verb says nothing after so many."""
_SPACE = re.compile(r"\s+")
_LINKING = words("and or with of for in to on by as from about using via into both")
_LOOSE_START = rx(rf"^(?:[\s,;.:{GAP}]|(?:{_LINKING}|also|then|over)\b)+")
_LOOSE_END = rx(rf"(?:[\s,;.:{GAP}]|\b(?:{_LINKING}|the|a|an))+$")


class Phrase:
    """A clause being read. `text` starts behind its verb; `whole` stays as it was."""

    def __init__(self, text: str, *, verbless: bool = False) -> None:
        text = text[:_LONGEST]
        verb = None if verbless else leading_verb(text)
        self.whole = text
        self.sense: str = verb.sense if verb else ""
        self.lemma = verb.lemma if verb else ""
        self.text = text[verb.length :].strip() if verb else text

    def take(self, pattern: Pattern[str]) -> Match[str] | None:
        """Take the first match out of the text."""
        found = pattern.search(self.text)
        if found:
            self.cut(found)
        return found

    def take_all(self, pattern: Pattern[str]) -> Iterator[Match[str]]:
        """Take every match out, first to last."""
        while found := self.take(pattern):
            yield found

    def cut(self, found: Match[str]) -> None:
        """Take a match of `text` out."""
        self.text = _SPACE.sub(" ", f"{self.text[: found.start()]} {GAP} {self.text[found.end() :]}")

    def rest(self) -> str:
        """What is left, tidied: no gaps, and no linking words at its ends."""
        text = _LOOSE_END.sub("", _LOOSE_START.sub("", self.text))
        return ungapped(text)


def ungapped(text: str) -> str:
    """The text without its gaps."""
    return _SPACE.sub(" ", text.replace(GAP, " ")).strip(" ,.;:")
