"""Feeds written by hand: an `&` that begins no reference is one, as in “AT&T” or in the query of a link."""

from __future__ import annotations

import re
from html.entities import html5

_AMPERSAND = re.compile(
    rb"(?:<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))|&(?!#\d+;|#[xX][0-9a-fA-F]+;)(?P<name>\w{1,40};)?", re.DOTALL
)
_OWN = re.compile(rb"<!ENTITY\s", re.IGNORECASE)


def without_bare_ampersands(source: bytes) -> bytes:
    """The source, in which every `&` of a text is written `&amp;`; in a CDATA section it may stand as it is."""
    own = _OWN.search(source) is not None

    def written(found: re.Match[bytes]) -> bytes:
        name = found["name"]
        if found[0][:1] == b"<" or (name and (own or name.decode("ascii") in html5)):
            return found[0]
        return b"&amp;" + found[0][1:]

    return _AMPERSAND.sub(written, source)
