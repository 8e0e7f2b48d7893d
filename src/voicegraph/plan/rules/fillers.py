"""Take out what carries no meaning in speech: fillers, politeness, words said twice."""

from __future__ import annotations

import re

_GREETING = re.compile(
    r"^(?:\s|,|hey|hi|hello|okay|ok|alright|all right|right|well|so|yes|yeah|yo|listen|good morning|good evening|"
    r"there|everyone|computer|assistant|voicegraph|now)+(?:\b|$)[\s,.!]*(?=\S)",
    re.I,
)
_SOUNDS = re.compile(r"(?:(?<=\s)|^),?\s*\b(?:u+h+m*|u+m+|e+r+m*|a+h+|h+m+|mm+|eh)\b(?:\s*(?:,|\.\.\.))?", re.I)
_ASIDES = re.compile(
    r",?\s*\b(?:(?<!do )you know(?!\s+(?:what|how|that|if|who|where|when|why))(?:\s+the usual ones)?|i mean(?=\s*,)|basically|literally|actually|honestly|obviously|"
    r"sort of|kind of(?=\s+(?:just|like))|or something(?: like that)?|if you (?:can|could|don't mind|would|will|like)(?=\s*(?:[,.;]|$|please))|"
    r"if (?:it's|that's|it is) (?:possible|ok|okay|not too much trouble)|when you get a chance|for me(?=\s*(?:,|please|thanks|\.|$))|"
    r"thanks(?: a lot| so much| in advance)?|thank you(?: so much| very much)?|cheers|please|pls|kindly|would you(?=\s*[.?!]?\s*$)|"
    r"as usual|by the way|as i said|real quick|right now|asap|as soon as possible|straight away|right away|immediately)\b,?",
    re.I,
)
_LIKE = re.compile(
    r"(?:(?<=\bthen)|(?<=\band)|(?<=\bjust)|(?<=\bto)|(?<=\bup)|(?<=\bfor)|(?<=\buh)|(?<=,))\s+like\b,?"
    r"(?=\s+(?!to\b|me\b|you\b|this\b|that\b))",
    re.I,
)
_STARTS = re.compile(
    r"^\s*(?:so\s+)?(?:(?:right|okay|ok|so)\s+)*(?:what|all|the thing) (?:that )?i(?:'d| would)?(?: want| need| like)(?: you to do)? is"
    r"(?: basically| simply| just)?(?: this| the following| for you)?\s*[:,]?\s*(?:that\s+|to\s+)?"
    r"|^\s*(?:so\s+)?(?:i\s+was|i'm|i\s+am)\s+(?:just\s+)?(?:wondering|hoping)\s+(?:if|that|whether)?\s*(?=you\s+(?:could|can|would)\b)",
    re.I,
)
_ONCE_SAID = frozenset(
    "the a an to and my it of in on for from with me then get fetch send post email find search summarize i you is that this then "
    "please can could write save read take make create translate extract".split()
)
_SPELLED = frozenset({"at", "dot", "slash"})
"""Part of an address that is spelled out: "my boss at boss at example dot com"."""
_SPACE = re.compile(r"\s+")
_LONGEST_REPEAT = 5


def drop_fillers(text: str) -> str:
    """The text without fillers; commas that stood around them go as well where they part nothing."""
    text = _SOUNDS.sub(" ", text)
    text = _ASIDES.sub(_one_comma, _SPACE.sub(" ", text))
    text = _SPACE.sub(" ", text).strip(" ,")
    text = _GREETING.sub("", _STARTS.sub("", text))
    return drop_repeats(_SPACE.sub(" ", _LIKE.sub("", text)).strip(" ,"))


def _one_comma(found: re.Match[str]) -> str:
    return ", " if found[0].strip().startswith(",") or found[0].endswith(",") else " "


def drop_repeats(text: str) -> str:
    """"get the get the issues" -> "get the issues": up to five words said twice in a row, single ones where that is a slip."""
    words = text.split(" ")
    bare = [word.lower().strip(",.-") for word in words]
    at = 0
    while at < len(words):
        length = _repeat_at(bare, at)
        if length:
            del words[at : at + length], bare[at : at + length]
        else:
            at += 1
    return " ".join(words)


def _repeat_at(bare: list[str], at: int) -> int:
    for length in range(min(_LONGEST_REPEAT, (len(bare) - at) // 2), 0, -1):
        if _SPELLED & set(bare[at : at + length]):
            continue
        if bare[at : at + length] == bare[at + length : at + 2 * length] and (length > 1 or bare[at] in _ONCE_SAID):
            return length
    return 0
