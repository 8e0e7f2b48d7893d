"""Long bodies of a mail, written beside the library's message, in pieces.

The standard library encodes, splits and writes a body in calls that each take all of it and keep everybody waiting. So
the message gets a mark in the place of what is long, and the bytes of the mail get the body in the place of the mark.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from email.message import EmailMessage

LONG = 64 << 10
"""Bytes; what is shorter the library writes."""
_PIECE = 57 << 10
"""A multiple of the 57 bytes that make one line in base64."""


class LongBodies:
    """The long bodies that are put into the message at the end."""

    def __init__(self) -> None:
        self._bodies: list[tuple[bytes, bytes]] = []

    def text(self, message: EmailMessage, text: str) -> None:
        """Make the text the message's content."""
        if len(text) <= LONG:
            message.set_content(text)
            return
        lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")  # as text goes in base64, RFC 2045
        mark = self._mark(lines.encode(errors="replace"))
        message.set_content(mark.decode(), charset="utf-8", cte="base64")

    def file(self, part: EmailMessage, content: bytes, kind: str, subtype: str) -> None:
        """Make the bytes the part's content."""
        part.set_content(self._mark(content) if len(content) > LONG else content, maintype=kind, subtype=subtype)

    def write(self, message: EmailMessage) -> bytes:
        """The mail as it goes over the wire."""
        rest = message.as_bytes()
        written: list[bytes] = []
        for mark, body in self._bodies:
            before, _, rest = rest.partition(mark)
            written += [before, *_in_lines(body)]
        return b"".join([*written, rest])

    def _mark(self, body: bytes) -> bytes:
        """A line of its own length in base64, which the library ends as it likes."""
        mark = secrets.token_hex(12).encode()
        self._bodies.append((base64.b64encode(mark), body))
        return mark


def _in_lines(body: bytes) -> Iterator[bytes]:
    """In base64; the last line's end is the one that stood behind the mark."""
    for start in range(0, len(body), _PIECE):
        lines = base64.encodebytes(body[start : start + _PIECE]).replace(b"\n", b"\r\n")
        yield lines if start + _PIECE < len(body) else lines.removesuffix(b"\r\n")
