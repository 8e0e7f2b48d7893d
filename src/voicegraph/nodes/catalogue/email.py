"""email: send a mail over the configured SMTP server."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Annotated, NoReturn, cast

from pydantic import AfterValidator, BeforeValidator, JsonValue

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.mail import Attachment, addresses, compose, header, subject_of
from voicegraph.nodes.output import Output
from voicegraph.settings import Settings

if TYPE_CHECKING:
    from email.message import EmailMessage

    from aiosmtplib import SMTP

TIMEOUT = 30.0
"""Seconds for one answer of the mail server."""
MAX_ATTACHED = 20 << 20
"""Bytes of attachments; mail servers commonly refuse more than 25 MB, and base64 adds a third."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def _joined(value: object) -> object:
    """A list of addresses as the text a form shows."""
    return ", ".join(str(one) for one in cast("list[object]", value)) if isinstance(value, list) else value


def _recipients(text: str) -> str:
    return ", ".join(addresses(text))


Recipients = Annotated[str, BeforeValidator(_joined), AfterValidator(_recipients)]


class Send(Params):
    """Params of email.send."""

    to: Recipients = param(
        title="To",
        description="One address or several, separated by commas.",
        config="recipientEmail",
        setting="user_email",
        why="it is where the mail is sent",
    )
    cc: Recipients | None = param(None, title="Cc")
    subject: Annotated[str, AfterValidator(header)] = param(
        "", title="Subject", description="Empty: the first heading of the text.", max_length=900
    )
    body: str = param("", title="Text", description="Markdown. Empty: what comes in.", widget="markdown")
    attach_files: bool = param(False, title="Attach the files that come in")


def _requires(settings: Settings, _: str) -> str | None:
    if not settings.smtp_host:
        return "No mail server is set up: set SMTP_HOST, and SMTP_USER and SMTP_PASSWORD where it wants a login."
    if not _sender(settings):
        return "Mails have no sender: set SMTP_FROM to the address they are to come from."
    return None


@action("email", "send", group="delivery", title="Send an e-mail", effect=True, requires=_requires)
async def send(params: Send, node: NodeContext) -> Output:
    """Sends the text as a mail, formatted and plain. What was sent goes on to the next node."""
    settings = node.settings
    if lacking := _requires(settings, node.action):
        raise NodeError("not_configured", lacking)
    body = params.body or node.inputs.text
    attachments = await _attachments(node) if params.attach_files else []
    if not body.strip() and not attachments:
        raise NodeError("empty_input", "There is nothing to send: the input is empty.")
    to, cc = addresses(params.to), addresses(params.cc) if params.cc else []
    subject = params.subject or subject_of(body, node.label)
    # The content is in the key because a node that runs for each item sends several mails.
    key = "\n".join((node.idempotency_key, *to, *cc, subject, body))
    try:
        message = compose(
            sender=_sender(settings), to=to, cc=cc, subject=subject, body=body, key=key, attachments=attachments
        )
    except ValueError as error:
        raise NodeError("invalid_params", f"The mail cannot be written: {error}") from error
    refused = await _deliver(message, [*to, *cc], settings)
    for address, reason in refused.items():
        node.log(f"The mail server refused {address}: {reason}")
    node.log(f"Sent to {', '.join(address for address in [*to, *cc] if address not in refused)}")
    data: dict[str, JsonValue] = {"to": [*to], "subject": str(message["Subject"]), "messageId": message["Message-ID"]}
    return Output(text=body, data={**data, "refused": {**refused}}, files=node.inputs.files)


def _sender(settings: Settings) -> str:
    candidates = (settings.smtp_from, settings.smtp_user, settings.user_email)
    return next((address for address in candidates if address and "@" in address), "")


async def _attachments(node: NodeContext) -> list[Attachment]:
    found: list[Attachment] = []
    for ref in node.inputs.files:
        stored, content = await node.files.read(ref.id)
        found.append(Attachment(stored.name, stored.media_type, content))
    if sum(len(attachment.content) for attachment in found) > MAX_ATTACHED:
        raise NodeError("too_large", f"The files are larger than {MAX_ATTACHED >> 20} MB together, too large for mail.")
    return found


async def _deliver(message: EmailMessage, recipients: list[str], settings: Settings) -> dict[str, str]:
    """Hand the mail over. Returns who was refused while others were not; NodeError when nobody will get it."""
    from aiosmtplib import SMTP, SMTPException

    client = SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        timeout=TIMEOUT,
        use_tls=settings.smtp_tls == "tls" or (settings.smtp_tls == "auto" and settings.smtp_port == 465),
        start_tls={"starttls": True, "auto": None}.get(settings.smtp_tls, False),
    )
    try:
        async with client:
            await _login(client, settings)
            refused, _ = await client.send_message(message, recipients=recipients)
    except (SMTPException, OSError, ValueError) as error:
        _fail(error, settings)
    return {address: _line(response.message) for address, response in refused.items()}


async def _login(client: SMTP, settings: Settings) -> None:
    if not settings.smtp_user or settings.smtp_password is None:
        return
    encrypted = client.get_transport_info("sslcontext") is not None
    if not encrypted and settings.smtp_tls != "none" and settings.smtp_host not in _LOOPBACK:
        raise NodeError(
            "smtp_insecure",
            f"The mail server {settings.smtp_host} offers no encryption, so the password was not sent. "
            "Set VOICEGRAPH_SMTP_TLS=none if that is meant.",
        )
    await client.login(settings.smtp_user, settings.smtp_password.get_secret_value())


def _fail(error: Exception, settings: Settings) -> NoReturn:
    """Say what the mail server refused, and whether trying again can help: 4yz replies are temporary (RFC 5321)."""
    import aiosmtplib as smtp

    server = f"{settings.smtp_host}:{settings.smtp_port}"
    if isinstance(error, smtp.SMTPRecipientsRefused):
        reasons = "; ".join(f"{one.recipient}: {one.code} {_line(one.message)}" for one in error.recipients)
        retryable = all(one.code < 500 for one in error.recipients)
        raise NodeError("recipient_refused", f"The mail server refused {reasons}", retryable=retryable) from error
    code = error.code if isinstance(error, smtp.SMTPResponseException) else 0
    said = f"{code} {_line(error.message)}" if isinstance(error, smtp.SMTPResponseException) else _line(str(error))
    if isinstance(error, smtp.SMTPAuthenticationError):
        message = f"The mail server {server} refused the login: {said} Check SMTP_USER and SMTP_PASSWORD."
        raise NodeError("login_refused", message, retryable=code < 500) from error
    if isinstance(error, smtp.SMTPSenderRefused):
        message = f"The mail server refused the sender {error.sender}: {said} Check SMTP_FROM."
        raise NodeError("sender_refused", message, retryable=code < 500) from error
    if code:
        raise NodeError("smtp_refused", f"The mail server refused the mail: {said}", retryable=code < 500) from error
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        message = f"No secure connection to the mail server {server}: {said} See VOICEGRAPH_SMTP_TLS."
        raise NodeError("smtp_tls", message) from error
    if isinstance(error, OSError):
        message = f"The mail server {server} cannot be reached: {said} Check SMTP_HOST and SMTP_PORT."
        raise NodeError("smtp_unreachable", message, retryable=True) from error
    raise NodeError("smtp_failed", f"The mail server {server} did not take the mail: {said}") from error


def _line(text: str) -> str:
    """One line of what a server said, as a sentence."""
    line = " ".join(text.split())[:300].rstrip(".")
    return f"{line}."
