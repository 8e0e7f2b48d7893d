"""Names of files that are safe on every system and in every header."""

from __future__ import annotations

import re

MAX_NAME = 120
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)", re.IGNORECASE)


def clean_name(name: str, extension: str = "") -> str:
    """The last part of a path without what a system forbids or reads as something else; `extension` if it has none.

    Never empty, never hidden, and the end that says what kind of file it is survives when it is shortened.
    """
    last = re.split(r"[\\/]", name.strip())[-1]
    last = _FORBIDDEN.sub("", last).strip(" .")
    last = _DEVICES.sub(r"_\1", last) or "file"
    stem, dot, ending = last.rpartition(".")
    if not dot or not stem or not re.fullmatch(r"[A-Za-z0-9]{1,10}", ending):
        stem, ending = last, extension
    return f"{stem[: MAX_NAME - len(ending) - 1].rstrip()}.{ending}" if ending else stem[:MAX_NAME]
