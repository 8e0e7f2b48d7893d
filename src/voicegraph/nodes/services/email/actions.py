"""email: send a mail over the configured SMTP server."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, JsonValue

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.data.large_json import beside
from voicegraph.nodes.mail.message import Attachment, compose, header, subject_of
from voicegraph.nodes.mail.recipients import Recipients, addresses
from voicegraph.nodes.mail.smtp import TIMEOUT, deliver, lacking, sender_of
from voicegraph.nodes.output import Output
from voicegraph.nodes.text.markdown_html import PLAIN, is_formatted
from voicegraph.words.truncation import cut

SMALL_MARKDOWN = 4_000
"""Characters that become HTML in a millisecond or two."""
LONGEST_SUBJECT = 900
"""Characters; a template may give more, which is cut."""
MAX_ATTACHED = 20 << 20
"""Bytes of attachments; mail servers commonly refuse more than 25 MB, and base64 adds a third."""


def _line(value: object) -> object:
    return header(value) if isinstance(value, str) else value


class SendMail(Params):
    """Params of email.send."""

    to: Recipients = param(
        title="To",
        description="One address or several, separated by commas or line ends.",
        config="recipientEmail",
        setting="user_email",
        why="it is where the mail is sent",
        target="recipient",
    )
    cc: Recipients | None = param(None, title="Cc", target="recipient")
    subject: Annotated[str, BeforeValidator(_line)] = param(
        "",
        title="Subject",
        description=f"Empty: the first heading of the text. At most {LONGEST_SUBJECT} characters are sent.",
    )
    body: str = param("", title="Text", description="Markdown. Empty: what comes in.", widget="markdown")
    attach_files: bool = param(False, title="Attach the files that come in")


@action(
    "email",
    "send",
    group="delivery",
    title="Send an e-mail",
    effect=True,
    requires=lambda settings, _: lacking(settings),
)
async def send(params: SendMail, node: NodeContext) -> Output:
    """Sends the text as a mail, formatted and plain. What was sent goes on to the next node."""
    settings = node.settings
    if lack := lacking(settings):
        raise NodeError("not_configured", lack)
    body = params.body or node.inputs.text
    attachments = await _attachments(node) if params.attach_files else []
    if not body.strip() and not attachments:
        raise NodeError("empty_input", "There is nothing to send: the input is empty.")
    to, cc = addresses(params.to), addresses(params.cc) if params.cc else []
    subject = cut(params.subject, LONGEST_SUBJECT) or subject_of(body, node.label)
    if len(params.subject) > LONGEST_SUBJECT:
        node.log(f"The subject has {len(params.subject):,} characters; its first {LONGEST_SUBJECT} are sent.")
    # The content is in the key because a node that runs for each item sends several mails.
    key = "\n".join((node.idempotency_key, *to, *cc, subject, body))
    try:
        message = await beside(
            len(body) <= SMALL_MARKDOWN and not attachments,
            compose,
            sender=sender_of(settings),
            to=to,
            cc=cc,
            subject=subject,
            body=body,
            key=key,
            attachments=attachments,
        )
    except ValueError as error:
        raise NodeError("invalid_params", f"The mail cannot be written: {error}.") from error
    if not is_formatted(body):
        node.log(PLAIN)
    refused = await deliver(message, [*to, *cc], settings, node.limit or TIMEOUT)
    for address, reason in refused.items():
        node.log(f"The mail server refused {address}: {reason}")
    sent = ", ".join(address for address in [*to, *cc] if address not in refused)
    node.log(f"Sent to {sent}, subject “{header(subject)}”")
    data: dict[str, JsonValue] = {"to": [*to], "subject": header(subject), "messageId": message.message_id}
    return Output(text=body, data={**data, "refused": {**refused}}, files=node.inputs.files)


async def _attachments(node: NodeContext) -> list[Attachment]:
    found: list[Attachment] = []
    for ref in node.inputs.files:
        stored, content = await node.files.read(ref.id)
        found.append(Attachment(stored.name, stored.media_type, content))
    if sum(len(attachment.content) for attachment in found) > MAX_ATTACHED:
        raise NodeError("too_large", f"The files are larger than {MAX_ATTACHED >> 20} MB together, too large for mail.")
    return found
