"""Headers of a mail, written here and by nobody again.

The standard library reads a header before it writes it, and on its way decodes encoded words (`=?utf-8?q?=0d=0a…?=`,
RFC 2047) that stood in somebody else's text: on some releases of Python a heading of a web page became header lines. So
values are written once, as ASCII, and carried to the wire by a policy that neither reads nor folds them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.header import Header
from email.policy import SMTP, EmailPolicy
from email.utils import parseaddr
from typing import Any
from urllib.parse import quote

LINE = 76
"""Characters of a line, RFC 5322 recommends."""
_PLAIN = re.compile(r"[\x20-\x7e]*")
_QUOTABLE = re.compile(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+")
_OCTETS = re.compile(r"%..|.")


class EncodedHeader(str):
    """The value of a header as it goes over the wire; its lines are folded already."""

    __slots__ = ()


class _AsWritten(EmailPolicy):
    """The library's policy for what it writes itself, and no touch to what is written."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        return (name, value) if isinstance(value, EncodedHeader) else super().header_store_parse(name, value)

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return value if isinstance(value, EncodedHeader) else super().header_fetch_parse(name, value)

    def fold(self, name: str, value: str) -> str:
        return f"{name}: {value}\r\n" if isinstance(value, EncodedHeader) else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode() if isinstance(value, EncodedHeader) else super().fold_binary(name, value)


POLICY = _AsWritten(linesep=SMTP.linesep, max_line_length=LINE, cte_type="7bit")


def text_value(text: str, name: str) -> EncodedHeader:
    """The text, literally, for the header `name`. Without line breaks and other control characters, see `mail.header`."""
    if _PLAIN.fullmatch(text) and "=?" not in text and len(name) + 2 + len(text) <= LINE:
        return EncodedHeader(text)
    return EncodedHeader(_encoded(text, name))


def mailbox_value(sender: str, address: str) -> EncodedHeader:
    """`Büro <robot@example.org>`, its address given as it is to be written."""
    name = parseaddr(sender)[0]
    if not name:
        return EncodedHeader(address)
    plain = _QUOTABLE.fullmatch(name) and "=?" not in name and len(name) < LINE - 10
    return EncodedHeader((f'"{name}"' if plain else _encoded(name, "From")) + f"\r\n <{address}>")


def addresses_value(addresses: Sequence[str]) -> EncodedHeader:
    """Bare addresses, one a line."""
    return EncodedHeader(",\r\n ".join(addresses))


def attachment_value(name: str) -> EncodedHeader:
    """A Content-Disposition with the file's name: quoted where it is plain, else as RFC 2231 says, in pieces."""
    if _QUOTABLE.fullmatch(name) and "=?" not in name and len(name) < LINE - 16:
        return EncodedHeader(f'attachment;\r\n filename="{name}"')
    pieces = [""]
    for octet in _OCTETS.findall(quote(name.encode(errors="replace"), safe="")):
        if len(pieces[-1]) + len(octet) > LINE - 24:
            pieces.append("")
        pieces[-1] += octet
    if len(pieces) == 1:
        return EncodedHeader(f"attachment;\r\n filename*=utf-8''{pieces[0]}")
    pieces[0] = f"utf-8''{pieces[0]}"
    lines = [f"filename*{number}*={piece}" for number, piece in enumerate(pieces)]
    return EncodedHeader("attachment;\r\n " + ";\r\n ".join(lines))


def _encoded(text: str, name: str) -> str:
    """Encoded words of the text: whatever stands in it is in them, and a reader decodes once."""
    safe = text.encode(errors="replace").decode()
    return Header(safe, "utf-8", LINE, header_name=name).encode(linesep="\r\n")
