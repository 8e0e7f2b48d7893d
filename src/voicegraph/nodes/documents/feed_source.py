"""The source of feeds that are no whole XML: an `&` that begins no reference, as in “AT&T”, and an end that is missing."""

from __future__ import annotations

import re
from html.entities import html5

_AMPERSAND = re.compile(
    rb"(?:<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))|&(?!#\d+;|#[xX][0-9a-fA-F]+;)(?P<name>\w{1,40};)?", re.DOTALL
)
_ENTRY = re.compile(rb"<(?P<end>/?)(?:[\w.-]+:)?(?:item|entry)(?=[\s>])[^<>]*>", re.IGNORECASE)
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


def is_cut_off(source: bytes, root: str) -> bool:
    """Whether the end of the first element is missing."""
    return re.search(rb"</(?:[\w.-]+:)?" + root.encode() + rb"\b", source, re.IGNORECASE) is None


def ends_within_an_entry(source: bytes) -> bool:
    """Whether the last entry that begins does not end."""
    tags = list(_ENTRY.finditer(source))
    return bool(tags) and not tags[-1]["end"] and not tags[-1][0].endswith(b"/>")
