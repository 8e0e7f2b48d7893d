"""Hand a mail to the configured mail server, and say in words what it refused."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NoReturn

from voicegraph.errors import NodeError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.http.connection_errors import reason_of
from voicegraph.nodes.mail.message import Mail
from voicegraph.setting_names import name_in_use
from voicegraph.settings import Settings
from voicegraph.words.truncation import one_line, sentence

if TYPE_CHECKING:
    from aiosmtplib import SMTP

TIMEOUT = 30.0
"""Seconds for one answer of the mail server."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def lacking(settings: Settings) -> str | None:
    """What the settings lack for sending mail, in words."""
    if not settings.smtp_host:
        return "No mail server is set up: set SMTP_HOST, and SMTP_USER and SMTP_PASSWORD where it wants a login."
    if not sender_of(settings):
        return "Mails have no sender: set SMTP_FROM to the address they are to come from."
    return None


def sender_of(settings: Settings) -> str:
    """The address mails come from; empty when none is set."""
    candidates = (settings.smtp_from, settings.smtp_user, settings.user_email)
    return next((address for address in candidates if address and "@" in address), "")


async def deliver(mail: Mail, recipients: list[str], settings: Settings, patience: float = TIMEOUT) -> dict[str, str]:
    """Hand the mail over. Returns who was refused while others were not; NodeError when nobody will get it.

    As bytes: aiosmtplib would write a message anew, and read its headers for that.
    """
    async with connect_and_login(settings, patience) as client:
        if client.is_ehlo_or_helo_needed:
            await client.ehlo()
        if mail.utf8 and not client.supports_extension("smtputf8"):
            raise ValueError("it does not take addresses with letters beyond ASCII before the @")
        options = ["SMTPUTF8"] if mail.utf8 else []
        refused, _ = await client.sendmail(mail.sender, recipients, mail.content, mail_options=options)
    return {address: _line(response.message) for address, response in refused.items()}


@asynccontextmanager
async def connect_and_login(settings: Settings, patience: float = TIMEOUT) -> AsyncGenerator[SMTP]:
    """The mail server, ready to take a mail, as the settings say. What it refuses meanwhile is a NodeError.

    The only way to it: no password goes out that would not go out with a mail.
    """
    with importing("aiosmtplib"):
        from aiosmtplib import SMTP, SMTPException

    client = SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        timeout=patience,
        use_tls=settings.smtp_tls == "tls" or (settings.smtp_tls == "auto" and settings.smtp_port == 465),
        start_tls={"starttls": True, "auto": None}.get(settings.smtp_tls, False),
    )
    try:
        async with client:
            await _login(client, settings)
            yield client
    except (SMTPException, OSError, ValueError) as error:
        _fail(error, settings)


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
    with importing("aiosmtplib"):
        import aiosmtplib as smtp

    server = f"{settings.smtp_host}:{settings.smtp_port}"
    if isinstance(error, smtp.SMTPRecipientsRefused):
        reasons = "; ".join(f"{one.recipient}: {one.code} {_line(one.message)}" for one in error.recipients)
        retryable = all(one.code < 500 for one in error.recipients)
        raise NodeError("recipient_refused", f"The mail server refused {reasons}", retryable=retryable) from error
    code = error.code if isinstance(error, smtp.SMTPResponseException) else 0
    said = f"{code} {_line(error.message)}" if isinstance(error, smtp.SMTPResponseException) else _line(str(error))
    if isinstance(error, smtp.SMTPAuthenticationError):
        names = " and ".join(map(name_in_use, ("smtp_user", "smtp_password")))
        message = f"The mail server {server} refused the login: {said} Check {names}."
        raise NodeError("login_refused", message, retryable=code < 500) from error
    if isinstance(error, smtp.SMTPSenderRefused):
        message = f"The mail server refused the sender {error.sender}: {said} Check SMTP_FROM."
        raise NodeError("sender_refused", message, retryable=code < 500) from error
    if code:
        raise NodeError("smtp_refused", f"The mail server {server} refused: {said}", retryable=code < 500) from error
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        message = (
            f"No secure connection to the mail server {server}: its certificate is not valid, or it does not speak TLS "
            "there. See VOICEGRAPH_SMTP_TLS."
        )
        raise NodeError("smtp_tls", message) from error
    if isinstance(error, OSError):
        message = f"The mail server {server} cannot be reached: {reason_of(error)}. Check SMTP_HOST and SMTP_PORT."
        raise NodeError("smtp_unreachable", message, retryable=True) from error
    raise NodeError("smtp_failed", f"The mail server {server} cannot be used: {reason_of(error)}.") from error


def _line(text: str) -> str:
    """One line of what a server said, as a sentence."""
    return sentence(one_line(text, 300))
