"""Names of files that are safe on every system and in every header."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 120
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Control characters, and those that turn the direction of a text: `photo\u202egpj.exe` looks like a picture."""
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)


def clean_name(name: str, extension: str = "") -> str:
    """The last part of a path without what a system forbids or reads as something else; `extension` if it has none.

    Never empty, never hidden, and the end that says what kind of file it is survives when it is shortened.
    """
    last = _FORBIDDEN.sub("", seen_name(name)).strip(" .")
    last = _DEVICES.sub(r"_\1", last) or "file"
    stem, dot, ending = last.rpartition(".")
    if not dot or not stem or not re.fullmatch(r"[A-Za-z0-9]{1,10}", ending):
        stem, ending = last, extension
    return f"{stem[: MAX_NAME - len(ending) - 1].rstrip()}.{ending}" if ending else stem[:MAX_NAME]


def seen_name(name: str) -> str:
    """The last part of a path as people see it: nothing invisible, no `..`, no dot before it. May be empty."""
    plain = unicodedata.normalize("NFKC", name)  # a full-width dot or slash is one
    shown = "".join(sign for sign in _UNSEEN.sub("", plain) if unicodedata.category(sign) != "Cf")
    last = re.split(r"[\\/]", shown)[-1]
    return re.sub(r"\.{2,}", ".", last).strip().lstrip(". ")
