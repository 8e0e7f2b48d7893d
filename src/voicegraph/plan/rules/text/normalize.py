"""From what was said or typed to tidy text: fillers and slips gone, spoken addresses written, fixed words sheltered."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from voicegraph.plan.planner import check_length
from voicegraph.plan.rules.text.corrections import apply_corrections
from voicegraph.plan.rules.text.shelter import Shelter
from voicegraph.plan.rules.text.untwist import untwist
from voicegraph.words.fillers import drop_fillers
from voicegraph.words.patterns import either, rx
from voicegraph.words.spelled_out import add_scheme, spell_out

_TYPOGRAPHY = str.maketrans(
    dict.fromkeys("’‘ʼ", "'")
    | dict.fromkeys("“”„«»", '"')
    | {"…": "..."}
    | dict.fromkeys("⟪⟫¤\u200b\u200c\u200d\ufeff")
)
_ARROW = re.compile(r"\s*(?:->|=>|→)\s*")
_FIRST_ITEM = re.compile(r"\s*1[.)]\s")
_ITEM = re.compile(r"(^|\s)\d{1,2}[.)]\s+(?=\w)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_SPACE = re.compile(r"\s+")
_LONG_WORD = re.compile(r"([^\s⟪⟫]{80})[^\s⟪⟫]+")
"""No word of a language is longer; what is, is cut so that no pattern runs along it for ever."""

_QUOTE = rx(r"\"([^\"]{1,2000})\"|(?<![\w'])'([^']{1,500})'(?![\w'])")
_URL = rx(r"\bhttps?://[^\s⟪⟫\"'<>]*[^\s⟪⟫\"'<>.,;:!?)\]]")
_MAIL = rx(r"\b[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}\b")
_CHANNEL = rx(r"(?<![\w&/])#([\w-]+)")
_PATH = rx(
    r"(?<![\w/⟪])(?!",
    either(r"and/or\b", r"he/she\b", r"\d+/\d+\b", r"n/a\b", r"a/b\b"),
    r")[a-z0-9][\w.-]*/[\w.-]*\w(?!/)",
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A tidy command with single spaces. `text` has tokens for the words in `shelter`."""

    text: str
    shelter: Shelter

    def written(self, text: str) -> str:
        """A part of the text in the user's own words."""
        return self.shelter.restore(text)


def normalize(text: str) -> Spoken:
    """Tidy a command. Raises UserError `too_long`."""
    check_length(text)
    text = unicodedata.normalize("NFC", _CONTROL.sub(" ", text)).translate(_TYPOGRAPHY)
    shelter = Shelter()
    text = _in_sentences(text)
    text = _QUOTE.sub(lambda found: shelter.hide("quote", found[1] or found[2]), _tidy(text))
    text = drop_fillers(_hide_addresses(text, shelter))
    text = _hide_addresses(add_scheme(spell_out(text)), shelter)
    text = _CHANNEL.sub(lambda found: shelter.hide("channel", f"#{found[1]}"), text)
    text = _PATH.sub(lambda found: shelter.hide("path", found[0]), text)
    text = _LONG_WORD.sub(r"\1", text)
    return Spoken(_tidy(untwist(apply_corrections(text))), shelter)


def _in_sentences(text: str) -> str:
    """Arrows and numbered lists as sentences: "get it -> send it", "1. get it 2. send it"."""
    text = _ARROW.sub(", then ", text)
    return _ITEM.sub(r"\1. ", text) if _FIRST_ITEM.match(text) else text


def _tidy(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _hide_addresses(text: str, shelter: Shelter) -> str:
    text = _URL.sub(lambda found: shelter.hide("url", found[0]), text)
    return _MAIL.sub(lambda found: shelter.hide("mail", found[0]), text)
