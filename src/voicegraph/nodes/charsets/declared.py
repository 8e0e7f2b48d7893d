"""The encoding that a document of markup declares: `<meta charset>`, `<meta http-equiv>`, `<?xml encoding?>`.

Browsers look at the first 1,024 bytes, and read a page anew when the declaration comes later: so all of it is searched,
but not what is a comment, a script or a style.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

PIECE = 64 << 10
_LONGEST = 1 << 10
_TOKEN = re.compile(rb"<!--|<meta[\s/]|<\?xml\s|<(script|style|title|textarea|template)[\s>]", re.IGNORECASE)
_XML = re.compile(rb"<\?xml\s[^>]*?\sencoding\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"([^\s=/>\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]*))")
_CONTENT = re.compile(rb"charset\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
_BODY_ONLY = {"utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8", "x-user-defined": "windows-1252"}
"""What can be read far enough to find the declaration is not in these."""
_EBCDIC_MARK = "<?xml".encode("cp037")
_EBCDIC = frozenset({"cp037", "cp273", "cp424", "cp500", "cp875", "cp1026", "cp1140"})
"""The encodings of mainframes, by Python's names; they agree on the letters of a declaration."""


def declared_in(content: bytes) -> list[str]:
    """The labels a document declares, first the XML declaration's."""
    found: list[str] = []
    for tag in _tags(content):
        label = _label(tag)
        if label:
            found.append(_BODY_ONLY.get(label.lower(), label))
        if len(found) == 2 or (found and not tag.startswith((b"<?xml", b"<?XML"))):
            break
    return found


def ebcdic_of(content: bytes) -> str | None:
    """Python's name of the EBCDIC that XML is in (XML 1.0, appendix F.1); no encoding of the web, but one of feeds."""
    if not content.startswith(_EBCDIC_MARK):
        return None
    head = content[:_LONGEST].decode("cp037").encode("ascii", "replace")
    try:
        codec = codecs.lookup(_label(head) or "").name
    except LookupError:
        return "cp037"
    return codec if codec in _EBCDIC else "cp037"


def _label(tag: bytes) -> str | None:
    if tag[:2] == b"<?":
        match = _XML.match(tag)
        return match[1].decode("ascii", "ignore") if match else None
    attributes = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(tag)}
    label = attributes.get(b"charset")
    if label is None and attributes.get(b"http-equiv", b"").strip().lower() == b"content-type":
        match = _CONTENT.search(attributes.get(b"content", b""))
        label = match[1] if match else None
    return label.decode("ascii", "ignore").strip() if label else None


def _tags(content: bytes) -> Iterator[bytes]:
    at = 0
    unclosed: set[bytes] = set()  # what is looked for once to the end is not looked for again
    while (token := _next(content, at)) is not None:
        start, what, name = token
        kind = name.lower() if name else what
        at = start + 1
        if kind in unclosed:
            continue
        if what == b"<!--":
            end = content.find(b"-->", start + 2)
            at = end + 3 if end >= 0 else start + 4
        elif name:
            end = _found(re.compile(b"</" + name, re.IGNORECASE), content, start + 1)
            at = end or start + 1
        else:
            end = content.find(b">", start, start + _LONGEST)
            yield content[start : end + 1 if end >= 0 else start + _LONGEST]
            continue
        if end is None or end < 0:
            unclosed.add(kind)


def _next(content: bytes, at: int) -> tuple[int, bytes, bytes | None] | None:
    for start in range(at, len(content), PIECE):
        if match := _TOKEN.search(content, start, start + PIECE + 16):
            return match.start(), match[0], match[1]
    return None


def _found(pattern: re.Pattern[bytes], content: bytes, at: int) -> int | None:
    for start in range(at, len(content), PIECE):
        if match := pattern.search(content, start, start + PIECE + 16):
            return match.start()
    return None
