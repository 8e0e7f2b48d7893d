"""Take out what carries no meaning in speech: fillers, politeness, words said twice."""

from __future__ import annotations

import re
from re import Match

from voicegraph.words.patterns import either, maybe, rx, word_set, words

_GREETING = rx(
    r"^(?: |,|",
    words(
        "hey hi hello okay ok alright all_right right well so yes yeah yo listen good_morning "
        "good_evening there everyone "
        "computer assistant voicegraph now"
    ),
    r")+(?:\b|$)[ ,.!]*(?=\S)",
)
_SOUNDS = rx(
    r"(?:(?<=\s)|^),?\s*\b", either("u+h+m*", "u+m+", "e+r+m*", "a+h+", "h+m+", "mm+", "eh"), r"\b(?:\s*(?:,|\.\.\.))?"
)
_EMPTY = (
    r"(?<!do )you know(?! (?:what|how|that|if|who|where|when|why)\b)(?: the usual ones)?",
    "i mean(?= ?,)",
    r"(?<!\bno )(?<!\bno, )actually(?! no\b)",
    words("basically literally honestly obviously sort_of"),
    "kind of(?= (?:just|like))",
    "or something(?: like that)?",
)
_POLITE = (
    words("kindly cheers please pls as_usual by_the_way as_i_said"),
    "if you (?:can|could|don't mind|would|will|like)(?= ?(?:[,.;]|$|please))",
    "if (?:it's|that's|it is) (?:possible|ok|okay|not too much trouble)",
    "when you get a chance",
    r"for me(?= ?(?:,|please|thanks|\.|$))",
    "thank(?:s| you)(?: (?:a lot|so much|very much|in advance))?",
    r"would you(?= ?[.?!]?$)",
    words("real_quick right_now asap as_soon_as_possible straight_away right_away immediately"),
)
_JOINING = rx(r"\b(?:and|then|to|or)$")
_HESITATIONS = rx(r",?\s*\b", either(*_EMPTY), r"\b,?")
_ASIDES = rx(r",?\s*\b", either(*_EMPTY, *_POLITE), r"\b,?")
_LIKE = rx(
    either(*(rf"(?<=\b{word})" for word in ("then", "and", "just", "to", "up", "for", "uh")), "(?<=,)"),
    r" like\b,?(?= (?!to\b|me\b|you\b|this\b|that\b))",
)
_INTRODUCTION = rx(
    r"^(?:so )?(?:(?:right|okay|ok|so) )*",
    either("what", "all", "the thing"),
    " (?:that )?i(?:'d| would)? ?(?:want|need|like)(?: you to do)? is",
    maybe(" (?:basically|simply|just)"),
    maybe(" (?:this|the following|for you)"),
    r"[ :,]*(?:that |to )?",
    r"|^(?:so )?(?:i|we)(?:'d| would) (?:(?:really |so |very |much )*(?:be (?:\w+ )?(?:grateful|happy|glad|thankful)|appreciate it|love it)) "
    r"if (?=(?:you|someone) )",
    r"|^(?:so )?(?:i was|i'm|i am) (?:just )?(?:wondering|hoping) (?:if |that |whether )?(?=you (?:could|can|would)\b)",
)
_ONCE_SAID = word_set(
    "the a an to and my it of in on for from with me then get fetch send post email find search "
    "summarize i you is that "
    "this please can could write save read take make create translate extract"
)
_SPELLED = frozenset({"at", "dot", "slash"})
"""Part of an address that is spelled out: "my boss at boss at example dot com"."""
_CUT_OFF = rx(r"\b([a-z]{1,12})(?:-|–|—|\.\.\.) ?(?:and |to )?(?=\1[a-z]+)(?<= )")
"""A word that was broken off and said again: "summ- summarize"."""
_SPACE = re.compile(r"\s+")
_LONGEST_REPEAT = 5


def drop_fillers(text: str) -> str:
    """The text without fillers; commas that stood around them go as well where they part nothing."""
    text = _SPACE.sub(" ", _SOUNDS.sub(" ", text))
    text = _SPACE.sub(" ", _ASIDES.sub(_one_comma, text)).strip(" ,")
    text = _GREETING.sub("", _INTRODUCTION.sub("", text))
    return drop_repeats(_SPACE.sub(" ", _LIKE.sub("", text)).strip(" ,"))


def drop_hesitations(text: str) -> str:
    """The text without the sounds and words of somebody who thinks, and without what was begun twice; polite as it was."""
    text = _CUT_OFF.sub("", _SPACE.sub(" ", _SOUNDS.sub(" ", text)))
    return drop_repeats(_SPACE.sub(" ", _HESITATIONS.sub(_one_comma, text)).strip(" ,"))


def _one_comma(found: Match[str]) -> str:
    if _JOINING.search(found.string, 0, found.start()):
        return " "
    return ", " if found[0].strip().startswith(",") or found[0].endswith(",") else " "


def drop_repeats(text: str) -> str:
    """“get the get the issues” -> “get the issues”: up to five words said twice, single ones where it is a slip."""
    said = text.split(" ")
    bare = [word.lower().strip(",.-") for word in said]
    at = 0
    while at < len(said):
        length = _repeat_at(bare, at)
        del said[at : at + length], bare[at : at + length]
        at += not length
    return " ".join(said)


def _repeat_at(bare: list[str], at: int) -> int:
    """How many words from here on are said once more right after; 0 when none are."""
    for length in range(min(_LONGEST_REPEAT, (len(bare) - at) // 2), 0, -1):
        repeated = bare[at : at + length]
        slip = length > 1 or repeated[0] in _ONCE_SAID
        if slip and not _SPELLED & set(repeated) and repeated == bare[at + length : at + 2 * length]:
            return length
    return 0
