"""A mail server on loopback, run by a thread: it keeps what it receives."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass(frozen=True)
class Mail:
    """One message as it came over the wire."""

    sender: str
    recipients: list[str]
    message: EmailMessage

    def text(self, kind: str = "plain") -> str:
        """The body: `plain` or `html`."""
        body = self.message.get_body((kind,))
        assert body is not None, f"the mail has no {kind} part"
        return body.get_content()


@dataclass
class Mailbox:
    """`settings` is what a VoiceGraph that sends here is configured with."""

    host: str = "127.0.0.1"
    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    logins: int = 0

    @property
    def settings(self) -> dict[str, str]:
        return {"SMTP_HOST": self.host, "SMTP_PORT": str(self.port), "SMTP_FROM": "voicegraph@example.org"}

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.original_content or b"", policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(Mail(str(envelope.mail_from), list(envelope.rcpt_tos), message))
        return "250 OK"

    def refuse_login(self, *_: object) -> AuthResult:
        """Nobody has the right password here."""
        self.logins += 1
        return AuthResult(success=False, handled=False)  # else the client waits for an answer


class _OnFreePort(Controller):
    """The base class pokes the port it was told; here the system chose one."""

    def _trigger_server(self) -> None:
        assert self.server
        listening: socket.socket = self.server.sockets[0]
        self.port = listening.getsockname()[1]
        super()._trigger_server()


@contextmanager
def mailbox_on_loopback(host: str = "127.0.0.1") -> Iterator[Mailbox]:
    """The mailbox, running on a free port. It offers a login, refuses every one, and takes mail without.

    At 127.0.0.2 it is on loopback, too, but nobody takes the address for this machine's own.
    """
    mailbox = Mailbox(host)
    controller = _OnFreePort(
        mailbox, host, 0, server_hostname="mail.test",
        authenticator=mailbox.refuse_login, auth_require_tls=False, auth_exclude_mechanism=["LOGIN"],
    )  # fmt: skip
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()
