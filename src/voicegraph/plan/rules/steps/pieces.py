"""Pieces that several readers share."""

from __future__ import annotations

import re

from voicegraph.plan.rules.steps.phrase import GAP
from voicegraph.plan.rules.text.shelter import QUOTE
from voicegraph.words.patterns import maybe, named, words

GIVING = frozenset({"send", "save", "append", "create", "generate", "email", "slack", "notify"})
"""Senses of verbs after which "in X" names a destination."""
DETERMINERS = f"(?:{words('the my our a an this that your his her their new fresh separate single another short quick same one')} ){{0,4}}"
PREPOSITION = rf"(?:\b{words('to in into on onto via over through with using at for inside')} )"
PROPER_NAME = r"(?-i:[A-Z0-9])[\w&'-]*(?: (?-i:[A-Z0-9])[\w&'-]*){0,9}"
"""Words in capitals, as in "the page Team Handbook"."""
NAME = maybe(" ", named("name", QUOTE, PROPER_NAME))


def called(name: str, *verbs: str, until: str = "") -> str:
    """“titled Weekly report”: the words up to the end of the phrase, or up to `until`."""
    end = rf"(?= (?:{until})\b| ?[{GAP},;]| ?$)" if until else rf"(?= ?[{GAP},;]| ?$)"
    return f"(?:{'|'.join(verbs)}) " + named(name, QUOTE, f"[^{GAP},;]+?") + end


def host(url: str) -> str:
    """The host of an address, for labels."""
    return re.sub(r"^https?://(?:www\.)?", "", url).split("/")[0][:60]
