"""Mail messages that cannot be bent: addresses and headers are checked, Markdown becomes harmless HTML.

What stands in a header is text, literally (`mail_headers`): encoded words in it are not decoded. Line ends become spaces,
for answers of models end with one; other control characters are refused: who puts one there means something by it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from voicegraph import clock
from voicegraph.nodes.mail.message_body import LONG, LongBodies
from voicegraph.nodes.mail.message_headers import (
    POLICY,
    EncodedHeader,
    addresses_value,
    attachment_value,
    mailbox_value,
    text_value,
)
from voicegraph.nodes.mail.recipients import ADDRESS, CONTROL, LINE_ENDS, ascii_domain
from voicegraph.nodes.text.markdown import first_heading
from voicegraph.nodes.text.markdown_html import as_html, is_formatted

MAX_SUBJECT = 200

_BODY_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SUBTYPE = re.compile(r"[\w.+-]{1,100}", re.ASCII)
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;color:#222;max-width:44em;overflow-wrap:anywhere}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:4px 8px;text-align:left}pre{background:#f5f5f5;padding:8px;overflow:auto}"
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to go with a mail."""

    name: str
    media_type: str
    content: bytes


def header(text: str) -> str:
    """The text in one line, its white space single; ValueError when it holds another control character."""
    text = LINE_ENDS.sub(" ", text)
    if control := CONTROL.search(text):
        raise ValueError(f"a subject cannot contain the control character #x{ord(control[0]):02x}")
    return " ".join(text.split())


def subject_of(body: str, label: str) -> str:
    """A subject for a mail that has none: its first heading, else the node's label, in one clean line."""
    heading = first_heading(body)
    text = heading.text if heading else label
    line = " ".join(CONTROL.sub(" ", re.sub(r"[*_`]", "", text)).split())
    return line[:MAX_SUBJECT] or "Result of your workflow"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it goes over the wire, and the envelope's sender. `utf8`: an address needs a server that knows it."""

    sender: str
    message_id: str
    content: bytes
    utf8: bool


def compose(
    *,
    sender: str,
    to: Sequence[str],
    cc: Sequence[str],
    subject: str,
    body: str,
    key: str,
    plain: str | None = None,
    attachments: Iterable[Attachment] = (),
) -> Mail:
    """The mail: `body` (Markdown) as text, and as HTML where it is not too long.

    `plain` is the text where it is another one; `key` makes the Message-ID, so a repeated mail is recognised.
    """
    origin = _origin(sender)
    message_id = f"<{hashlib.sha256(key.encode(errors='replace')).hexdigest()[:40]}@{_domain(sender)}>"
    message = EmailMessage(policy=POLICY)
    message["From"] = mailbox_value(sender, origin)
    message["To"] = addresses_value(to)
    if cc:
        message["Cc"] = addresses_value(cc)
    message["Subject"] = text_value(header(subject), "Subject")
    message["Date"] = EncodedHeader(format_datetime(datetime.fromtimestamp(clock.now(), UTC)))
    message["Message-ID"] = EncodedHeader(message_id)
    message["Auto-Submitted"] = EncodedHeader("auto-generated")  # RFC 3834: holiday notes must not answer
    text = _printable(body)
    bodies = LongBodies()
    bodies.text(message, text if plain is None else _printable(plain))
    if is_formatted(text):
        message.add_alternative(html(text), subtype="html")
    for attachment in attachments:
        _attach(message, attachment, bodies)
    utf8 = not "".join((origin, *to, *cc)).isascii()
    return Mail(origin, message_id, bodies.write(message), utf8)


def _printable(body: str) -> str:
    pieces = (body[start : start + LONG] for start in range(0, len(body), LONG))
    return "".join(_BODY_CONTROL.sub("", piece) for piece in pieces)


def _origin(sender: str) -> str:
    """The bare address of `VoiceGraph <robot@example.org>`."""
    address = parseaddr(sender)[1]
    if CONTROL.search(sender) or not ADDRESS.fullmatch(address) or "=?" in address:
        raise ValueError(f"the sender “{sender}” is not an e-mail address")
    return ascii_domain(address)


def html(markdown: str) -> str:
    """A whole HTML document: no raw HTML from the text, no script links, and images as links that nothing loads."""
    return f"<!doctype html><html><head><style>{_STYLE}</style></head><body>{as_html(markdown)}</body></html>"


def _attach(message: EmailMessage, attachment: Attachment, bodies: LongBodies) -> None:
    kind, _, subtype = attachment.media_type.partition(";")[0].strip().lower().partition("/")
    if kind not in ("application", "audio", "font", "image", "text", "video") or not _SUBTYPE.fullmatch(subtype):
        kind, subtype = "application", "octet-stream"
    part = EmailMessage(policy=POLICY)
    bodies.file(part, attachment.content, kind, subtype)
    del part["MIME-Version"]  # which the whole mail has
    part["Content-Disposition"] = attachment_value(CONTROL.sub("_", attachment.name) or "file")
    if message.get_content_subtype() != "mixed":
        message.make_mixed()
    message.attach(part)


def _domain(sender: str) -> str:
    """The sender's domain in ASCII, for the Message-ID."""
    domain = sender.rpartition("@")[2].rstrip(">")
    return domain if domain.isascii() and re.fullmatch(r"[\w.-]+", domain) else "voicegraph.invalid"
