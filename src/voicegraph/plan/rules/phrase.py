"""The words of a clause that no reader has taken yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import Match, Pattern

from voicegraph.plan.rules.verbs import Verb, leading_verb

GAP = "¤"
"""Stands where words were taken, so that no pattern reaches across."""
_SPACE = re.compile(r"\s+")
_LOOSE = re.compile(rf"^(?:[\s,;.:{GAP}]|(?:and|or|with|of|for|in|to|on|by|as|from|about|using|via|into|both|also|then|over)\b)+|[\s,;.:{GAP}]+$", re.I)
_LOOSE_END = re.compile(rf"(?:[\s,;.:{GAP}]+|\b(?:and|or|with|of|for|in|to|on|by|as|from|about|using|via|into|the|a|an|both))+$", re.I)


class Phrase:
    """A clause being read. `verb` is its first word or two when that is a verb; `text` starts behind it."""

    def __init__(self, text: str) -> None:
        self.whole = text
        self.verb: Verb | None = leading_verb(text)
        self.text = text[self.verb.length :].strip() if self.verb else text

    @property
    def sense(self) -> str:
        """The sense of the verb, "" without one."""
        return self.verb.sense if self.verb else ""

    @property
    def lemma(self) -> str:
        """The base form of the verb, "" without one."""
        return self.verb.lemma if self.verb else ""

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
        self.text = f"{self.text[: found.start()]} {GAP} {self.text[found.end() :]}"

    def rest(self) -> str:
        """What is left, tidied: no gaps, and no linking words at its ends."""
        text = _LOOSE_END.sub("", _LOOSE.sub("", self.text))
        return _SPACE.sub(" ", text.replace(GAP, " ")).strip(" ,")
