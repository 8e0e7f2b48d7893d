"""The beginning of a text from outside, marked where it was cut.

The mark tells people that there was more, and the redaction where a secret may have been cut in two (`run/redaction/redact.py`):
so whatever a service, a page or a file says is shortened here.
"""

from __future__ import annotations

import re

MARK = "…"
_QUOTED = 64
"""Characters of somebody's own words in a message."""
_ENDED = re.compile(r"[.!?…。！？][\"'”’»)\]]*\s*\Z")


def cut(text: str, length: int) -> str:
    """The text, or its beginning and the mark, in `length` characters."""
    return text if len(text) <= length else text[: max(0, length - len(MARK))] + MARK


def one_line(text: str, length: int) -> str:
    """The text on one line, cut."""
    return cut(" ".join(text.split()), length)


def sentence(text: str) -> str:
    """What somebody else said, with a full stop where it ends in nothing like it; the quotation marks of a sentence count."""
    return text if _ENDED.search(text) else f"{text.rstrip()}."


def short(text: str) -> str:
    """Somebody's own words in a message, cut when long."""
    return cut(text, _QUOTED)


def quoted(text: str) -> str:
    """As `short`, in quotation marks."""
    return f"“{short(text)}”"
