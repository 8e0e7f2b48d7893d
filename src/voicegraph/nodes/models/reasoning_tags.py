"""The tags between which models write their reasoning, and which of them an answer only speaks of.

A tag in code is the answer's, a quoted one too, and one that is a word of a sentence (“the <think> tag ends it”).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_FENCE = r"^[ ]{0,3}(?P<fence>`{3,}|~{3,})[^\n]*$"
_CODE = r"(?<!`)(?P<marks>`+)(?!`)(?:[^\n]{0,2000}?[^`\n])(?P=marks)(?!`)"
_TAG = (
    r"<(?P<close>/)?(?:seed:|ant)?(?P<name>think|thinking|thoughts?|reasoning|scratchpad|inner_monologue)(?:\s[^<>]{0,200}?)?(?P<empty>/)?>"
    r"|\[(?P<close2>/)?(?P<name2>THINK)\]|◁(?P<close3>/)?(?P<name3>think)▷"
    r"|<\|(?:begin_of_|start_|(?P<close4>end_of_|end_))(?P<name4>thought|thinking)\|>"
)
_TOKEN = re.compile(f"{_FENCE}|{_CODE}|{_TAG}", re.IGNORECASE | re.MULTILINE)
_ANY = re.compile(_TAG, re.IGNORECASE)
_NOUN = r"(?:tags?|tokens?|elements?|markers?|balises?|etiquetas?)"
_AND = r"(?:and|or|und|oder|et|ou|y|o)"
_DOTS = r"(?:\.{3}|…)"
_QUOTE_BEFORE = re.compile(r"['\"“‘«„]\Z")
_QUOTE_AFTER = re.compile(r"['\"”’»“]")
_WORD_BEFORE = re.compile(r"\w[,;:]? \(?\Z")
_MARK_AFTER = re.compile(r"[,;:)]|[.!?](?:\s|\Z)")
_OPENING_IS_MEANT = re.compile(rf" ?{_AND} (?:\W?</|an? )|{_DOTS}</", re.IGNORECASE)
_NOUN_BEFORE = re.compile(rf"\b{_NOUN} \Z", re.IGNORECASE)
_NOUN_AFTER = re.compile(rf"[ -]{_NOUN}\b", re.IGNORECASE)
_CLOSING_IS_MEANT = re.compile(
    rf"\b(?:{_AND}|the|an?|only|to|with|by|in|of|at|until|before|after|using|das|dem|den|mit|bis|nur|la|le|el|avec|con) \Z"
    rf"|\w \(?<\w+>{_DOTS}\Z",
    re.IGNORECASE,
)
"""Words with which no thought ends."""
_NEAR = 80
"""Characters around a tag that say whether it is spoken of."""


def tags(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Those from there on that are in no code. A block of code that never ends is none: reasoning may break off in it."""
    position = start
    endless: dict[str, int] = {}
    while token := _TOKEN.search(text, position):
        position = token.end()
        if fence := token["fence"]:
            if len(fence) < endless.get(fence[0], len(fence) + 1):
                end = re.compile(rf"^ {{0,3}}{fence[0]}{{{len(fence)},}}[ \t]*$", re.MULTILINE).search(text, position)
                position = end.end() if end else position
                if not end:  # nor does one that is longer
                    endless[fence[0]] = len(fence)
        elif not token["marks"]:
            yield token


def closing_tags(text: str, start: int) -> Iterator[re.Match[str]]:
    """Those from there on, in code too, but for one right between backticks."""
    for tag in _ANY.finditer(text, start):
        if closes(tag) and not text[tag.start() - 1] == "`" == text[tag.end() : tag.end() + 1]:
            yield tag


def is_spoken_of(text: str, tag: re.Match[str]) -> bool:
    """Whether the answer means the tag itself. Where that is doubtful it does not: no reasoning is to be passed on."""
    before, after = _around(text, tag)
    if _QUOTE_BEFORE.search(before) and _QUOTE_AFTER.match(after):
        return True
    if before[-1:] in (" ", "(") and _MARK_AFTER.match(after):
        return True
    if closes(tag) and _CLOSING_IS_MEANT.search(before):
        return True
    if not _WORD_BEFORE.search(before):
        return False
    if _NOUN_AFTER.match(after) or _NOUN_BEFORE.search(before):
        return True
    return not closes(tag) and _OPENING_IS_MEANT.match(after) is not None


def is_within_sentence(text: str, tag: re.Match[str]) -> bool:
    """Whether a sentence goes on before and after it, with the tag as a word of its own."""
    before, after = _around(text, tag)
    return bool(_WORD_BEFORE.search(before) and after[:1] == " " and after.strip())


def _around(text: str, tag: re.Match[str]) -> tuple[str, str]:
    """What stands before and after it in its line."""
    before = text[max(text.rfind("\n", 0, tag.start()) + 1, tag.start() - _NEAR) : tag.start()]
    return before, text[tag.end() : tag.end() + _NEAR].partition("\n")[0]


def closes(tag: re.Match[str]) -> bool:
    """Whether it ends reasoning."""
    return bool(tag["close"] or tag["close2"] or tag["close3"] or tag["close4"])


def name_of(tag: re.Match[str]) -> str:
    """`think`, `thinking`, …; `thought` for its plural, too."""
    return (tag["name"] or tag["name2"] or tag["name3"] or tag["name4"]).lower().removesuffix("s")


def is_reasoning_name(name: str) -> bool:
    """Whether models write reasoning under this name."""
    return _ANY.fullmatch(f"<{name}>") is not None
