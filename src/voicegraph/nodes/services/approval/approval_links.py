"""Ask people for an answer: links that are theirs alone, sent by mail or as a notification.

A link carries a random token, of which only the SHA-256 is kept with the node that waits. Opening a link changes
nothing: mail scanners open links. The page behind it shows what is asked and takes the answer.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, field
from textwrap import indent

from voicegraph.errors import NodeError
from voicegraph.nodes.apprise.notification import configured_service
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.data.large_json import beside, is_small, pretty
from voicegraph.nodes.mail.message import compose, subject_of
from voicegraph.nodes.mail.recipients import CONTROL
from voicegraph.nodes.mail.smtp import deliver, lacking, sender_of
from voicegraph.nodes.output import Output
from voicegraph.nodes.output_previews import PreviewBudget

MAX_SHOWN = 20_000
"""Characters of the content in a message; the page behind the link shows more, and says where all of it is."""

MAX_DATA = 4_000
MAX_VALUES = 400
MAX_FILES = 20
"""Of what goes on with it."""


@dataclass(slots=True)
class SentLinks:
    """Whom a link was sent to, by the hash of its token, and who was not reached, and why."""

    links: dict[str, str] = field(default_factory=dict[str, str])
    unreached: dict[str, str] = field(default_factory=dict[str, str])
    failure: NodeError | None = None


@dataclass(frozen=True, slots=True)
class ApprovalQuestion:
    """The question to people: a sentence, all that goes on when they approve, and until when they may answer."""

    message: str
    content: Output
    until: str


async def ask(question: ApprovalQuestion, addresses: list[str], node: NodeContext, *, notification: bool) -> SentLinks:
    """Send each approver a link. NodeError when nobody could be reached, so that the attempt may be repeated."""
    sent = SentLinks()
    if not node.settings.public_url and (addresses or notification):
        node.log(f"VOICEGRAPH_PUBLIC_URL is not set, so the links lead to {node.settings.base_url}.")
    for address in addresses:
        await _try(sent, address, _mail(question, address, node))
    if notification:
        await _try(sent, "the notification", _notification(question, node))
    for name, reason in sent.unreached.items():
        node.log(f"{name} could not be asked: {reason}")
    if sent.failure and not sent.links:
        raise sent.failure
    return sent


async def _try(sent: SentLinks, name: str, sending: Awaitable[tuple[str, str]]) -> None:
    try:
        token, reached = await sending
    except NodeError as error:
        sent.unreached[name] = error.message
        sent.failure = error
    else:
        sent.links[hashlib.sha256(token.encode()).hexdigest()] = reached


def _link(node: NodeContext) -> tuple[str, str]:
    token = secrets.token_urlsafe(32)
    return token, f"{node.settings.base_url}/approve/{node.run_id}/{node.node_id}/{token}"


async def _mail(question: ApprovalQuestion, address: str, node: NodeContext) -> tuple[str, str]:
    settings = node.settings
    if lack := lacking(settings):
        raise NodeError("not_configured", lack)
    token, link = _link(node)
    subject = f"Please approve: {subject_of('', node.label)}"
    body = _body(question, link)
    message = await beside(
        False,
        compose,
        sender=sender_of(settings),
        to=[address],
        cc=[],
        subject=subject,
        body=body,
        key=f"{link}\n{body}",
    )
    await deliver(message, [address], settings)
    return token, address


async def _notification(question: ApprovalQuestion, node: NodeContext) -> tuple[str, str]:
    service = await configured_service(node.settings, node.http)
    token, link = _link(node)
    await service.send(f"Please approve: {node.label}", _body(question, link))
    return token, f"somebody at {service.name}"


def _body(question: ApprovalQuestion, link: str) -> str:
    """The link stands above the content: what is to be approved may hold links of its own."""
    content = question.content
    shown = content.text[:MAX_SHOWN]
    more = "\n\n(The page shows more of it.)" if len(content.text) > MAX_SHOWN else ""
    along = _beside(content)
    too = " What goes on with it stands below." if along else ""
    return (
        f"{question.message}\n\n"
        f"Approve or reject it here: <{link}>\n\n"
        f"The link is yours alone and works once, until {question.until}. Opening it changes nothing.\n\n"
        f"---\n\nWhat is to be approved.{too}\n\n{shown or '(nothing comes in; only the next step waits)'}{more}\n{along}"
    )


def _beside(content: Output) -> str:
    """Data and files that go on with the text, or their beginning, in blocks where Markdown means nothing."""
    parts: list[str] = []
    if content.data is not None:
        text = pretty(PreviewBudget(MAX_VALUES, MAX_DATA).fill(content.data))
        is_whole = len(text) <= MAX_DATA and is_small(content.data, values=MAX_VALUES, characters=MAX_DATA)
        parts += [
            f"Data that goes on with it{'' if is_whole else ', its beginning (the page shows more)'}:",
            text[:MAX_DATA],
        ]
    if files := content.files:
        more = f"\nand {len(files) - MAX_FILES:,} more" if len(files) > MAX_FILES else ""
        named = "\n".join(f"{CONTROL.sub(' ', ref.name)} ({ref.size:,} bytes)" for ref in files[:MAX_FILES])
        parts += ["Files that go on with it:", named + more]
    blocks = [indent(part, "    ") if at % 2 else part for at, part in enumerate(parts)]
    return "".join(f"\n{block}\n" for block in blocks)
