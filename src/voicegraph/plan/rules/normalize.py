"""From what was said or typed to tidy text: fillers and slips gone, spoken addresses written, fixed words sheltered."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from voicegraph.plan.planner import check_length
from voicegraph.plan.rules.corrections import apply_corrections
from voicegraph.plan.rules.fillers import drop_fillers
from voicegraph.plan.rules.shelter import Shelter
from voicegraph.plan.rules.spoken import add_scheme, spell_out

_TYPOGRAPHY = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "…": "...", "\u00a0": " "}
    | dict.fromkeys("⟪⟫\u200b\u200c\u200d\ufeff")
)
_QUOTE = re.compile(r"\"([^\"]{1,2000})\"|(?<![\w'])'([^']{1,500})'(?![\w'])")
_URL = re.compile(r"\bhttps?://[^\s⟪⟫\"'<>]*[^\s⟪⟫\"'<>.,;:!?)\]]", re.I)
_MAIL = re.compile(r"\b[\w.+%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}\b", re.I)
_CHANNEL = re.compile(r"(?<![\w&/])#([\w-]+)")
_PATH = re.compile(r"(?<![\w/⟪])(?!and/or\b|he/she\b|\d+/\d+\b|n/a\b|a/b\b)[A-Za-z0-9][\w.-]*/[\w.-]*\w(?!/)", re.I)
_SPLIT_VERB = re.compile(r"\b(?P<verb>sum|wrap|boil|look|write|clean|tidy|note|jot|draw)\s+(?P<object>it|them|this|that|these|everything|all\s+of\s+(?:it|them)|the\s+\w+)\s+(?P<particle>up|down|out|together)\b", re.I)
_NOT_UNTIL = re.compile(r",?\s*\b(?:but\s+)?(?:please\s+)?(?:do\s+not|don't|never)\s+(?P<what>[^,.;]{3,80}?)\s+(?:until|till|unless)\s+(?=(?:i|i've|you|you've|we)\b)", re.I)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A tidy command. `text` has tokens for the words in `shelter`."""

    text: str
    shelter: Shelter


def normalize(text: str) -> Spoken:
    """Raises UserError `too_long`."""
    check_length(text)
    text = unicodedata.normalize("NFC", _CONTROL.sub(" ", text)).translate(_TYPOGRAPHY)
    text = _SPACE.sub(" ", text).strip()
    shelter = Shelter()
    text = _QUOTE.sub(lambda found: shelter.hide("quote", found[1] or found[2]), text)
    text = _hide_addresses(text, shelter)
    text = drop_fillers(text)
    text = _hide_addresses(add_scheme(spell_out(text)), shelter)
    text = _CHANNEL.sub(lambda found: shelter.hide("channel", f"#{found[1]}"), text)
    text = _PATH.sub(lambda found: shelter.hide("path", found[0]), text)
    text = _SPLIT_VERB.sub(r"\g<verb> \g<particle> \g<object>", text)
    text = _NOT_UNTIL.sub(r", \g<what> after ", text)
    return Spoken(_SPACE.sub(" ", apply_corrections(text)).strip(), shelter)


def _hide_addresses(text: str, shelter: Shelter) -> str:
    text = _URL.sub(lambda found: shelter.hide("url", found[0]), text)
    return _MAIL.sub(lambda found: shelter.hide("mail", found[0]), text)
