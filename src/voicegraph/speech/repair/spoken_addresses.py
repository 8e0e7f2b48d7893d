"""Addresses, paths and channels as they are written: "dana at example dot com" -> dana@example.com."""

from __future__ import annotations

import re
from re import Match

from voicegraph.words.patterns import rx
from voicegraph.words.spelled_out import spell_out

_ADDRESS = re.compile(r"[^\s,;\"'()]*[\w-](?:[@/]|\.(?=[a-z]{2}))[^\s,;\"'()]*[\w/-]", re.IGNORECASE)
_COMMA_BEFORE_AT = rx(r"(?<=\w), (?=at [\w-]{1,63} dot [a-z]{2,}\b)")


def write_addresses(text: str) -> str:
    """What was spelled out, written; in small letters, since nobody says capitals."""
    written = spell_out(_COMMA_BEFORE_AT.sub(" ", text))
    there = {word.strip(".,;:!?") for word in text.split()}

    def small(found: Match[str]) -> str:
        return found[0] if found[0] in there else found[0].lower()

    return _ADDRESS.sub(small, written)
