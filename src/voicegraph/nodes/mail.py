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
from functools import cache
from typing import TYPE_CHECKING, Any

from voicegraph import clock
from voicegraph.imports import importing
from voicegraph.nodes.mail_headers import POLICY, Written, addresses_value, attachment_value, mailbox_value, text_value
from voicegraph.nodes.recipients import ADDRESS, CONTROL, LINE_ENDS, ascii_domain

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

MAX_SUBJECT = 200

_BODY_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SUBTYPE = re.compile(r"[\w.+-]{1,100}", re.ASCII)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;color:#222;max-width:44em}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:4px 8px;text-align:left}pre{background:#f5f5f5;padding:8px}"
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to go with a mail."""

    name: str
    media_type: str
    content: bytes


def header(text: str) -> str:
    """The text in one line, as it can stand in a header; ValueError when it holds another control character."""
    text = LINE_ENDS.sub(" ", text)
    if control := CONTROL.search(text):
        raise ValueError(f"a subject cannot contain the control character {control[0]!r}")
    return text.strip()


def subject_of(body: str, label: str) -> str:
    """A subject for a mail that has none: its first heading, else the node's label, in one clean line."""
    heading = _HEADING.search(body)
    text = heading[1] if heading else label
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
    attachments: Iterable[Attachment] = (),
) -> Mail:
    """The mail: `body` (Markdown) as text and HTML. `key` makes the Message-ID, so a repeated mail is recognised."""
    origin = _origin(sender)
    message_id = f"<{hashlib.sha256(key.encode(errors='replace')).hexdigest()[:40]}@{_domain(sender)}>"
    message = EmailMessage(policy=POLICY)
    message["From"] = mailbox_value(sender, origin)
    message["To"] = addresses_value(to)
    if cc:
        message["Cc"] = addresses_value(cc)
    message["Subject"] = text_value(header(subject), "Subject")
    message["Date"] = Written(format_datetime(datetime.fromtimestamp(clock.now(), UTC)))
    message["Message-ID"] = Written(message_id)
    message["Auto-Submitted"] = Written("auto-generated")  # RFC 3834: holiday notes must not answer
    text = _BODY_CONTROL.sub("", body)
    message.set_content(text)
    message.add_alternative(html(text), subtype="html")
    for attachment in attachments:
        _attach(message, attachment)
    utf8 = not "".join((origin, *to, *cc)).isascii()
    return Mail(origin, message_id, message.as_bytes(), utf8)


def _origin(sender: str) -> str:
    """The bare address of `VoiceGraph <robot@example.org>`."""
    address = parseaddr(sender)[1]
    if CONTROL.search(sender) or not ADDRESS.fullmatch(address) or "=?" in address:
        raise ValueError(f"the sender {sender!r} is not an e-mail address")
    return ascii_domain(address)


def html(markdown: str) -> str:
    """A whole HTML document: no raw HTML from the text, no script links, and images as links that nothing loads."""
    return (
        f"<!doctype html><html><head><style>{_STYLE}</style></head><body>{_markdown().render(markdown)}</body></html>"
    )


@cache
def _markdown() -> MarkdownIt:
    with importing("markdown_it"):
        from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    reader.add_render_rule("image", _image_as_link)
    return reader


def _image_as_link(renderer: Any, tokens: Any, index: int, *_: Any) -> str:
    with importing("markdown_it"):
        from markdown_it.common.utils import escapeHtml

    source = escapeHtml(str(tokens[index].attrGet("src") or ""))
    return f'<a href="{source}">{escapeHtml(tokens[index].content or "image")}</a>'


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    kind, _, subtype = attachment.media_type.partition(";")[0].strip().lower().partition("/")
    if kind not in ("application", "audio", "font", "image", "text", "video") or not _SUBTYPE.fullmatch(subtype):
        kind, subtype = "application", "octet-stream"
    part = EmailMessage(policy=POLICY)
    part.set_content(attachment.content, maintype=kind, subtype=subtype)
    del part["MIME-Version"]  # which the whole mail has
    part["Content-Disposition"] = attachment_value(CONTROL.sub("_", attachment.name) or "file")
    if message.get_content_subtype() != "mixed":
        message.make_mixed()
    message.attach(part)


def _domain(sender: str) -> str:
    """The sender's domain in ASCII, for the Message-ID."""
    domain = sender.rpartition("@")[2].rstrip(">")
    return domain if domain.isascii() and re.fullmatch(r"[\w.-]+", domain) else "voicegraph.invalid"
