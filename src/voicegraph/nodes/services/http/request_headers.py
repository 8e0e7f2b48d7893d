"""Headers of a request: what can be sent as one, and how."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx

from voicegraph.nodes.data.jsonable import has_half

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def header_problem(name: str, value: str) -> str | None:
    """Why this cannot be sent as a header, in words; None when it can. The value is not quoted: it may be a secret."""
    if not _TOKEN.fullmatch(name):
        shown = name if name.isprintable() and len(name) <= 80 else ascii(name[:80])
        return f"“{shown}” is no name of a header: letters, digits and hyphens are"
    if _CONTROL.search(value):
        return f"{name} holds a line end or another control character, and a header is one line"
    if has_half(value):
        return f"{name} holds half a character (half of a surrogate pair), which cannot be sent"
    return None


def headers_of(given: Mapping[str, str]) -> httpx.Headers:
    """The headers as they are sent. What is no ASCII goes out in UTF-8, as curl sends it and most services read it."""
    return httpx.Headers({name.strip(): value.strip() for name, value in given.items()}, encoding="utf-8")
