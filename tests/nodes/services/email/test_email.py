"""email.send against a real SMTP server on loopback: what arrives, who is refused, and what an engine may try again."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from voicegraph.errors import NodeError
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Inputs, Output
from voicegraph.nodes.services.email.actions import SendMail, send

MakeNode = Callable[..., NodeContext]


@dataclass
class Mailbox:
    """The server's side: what came in, and what it says to which recipient."""

    port: int = 0
    mails: list[tuple[Envelope, EmailMessage]] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)
    data_reply: str = "250 OK"
    secure: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.replies.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.replies.get("MAIL", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.content or b"", policy=email.policy.default)  # type: ignore[arg-type]
        assert isinstance(message, EmailMessage)
        self.mails.append((envelope, message))
        self.secure.append(session.ssl is not None)
        return self.data_reply

    def last(self) -> EmailMessage:
        return self.mails[-1][1]


@asynccontextmanager
async def serving(mailbox: Mailbox, **options: Any) -> AsyncIterator[Mailbox]:
    tls = options.pop("implicit_tls", None)
    loop = asyncio.get_running_loop()
    factory = lambda: SMTP(mailbox, hostname="mail.test", enable_SMTPUTF8=True, loop=loop, **options)  # noqa: E731
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=tls)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with serving(Mailbox()) as running:
        yield running


@pytest.fixture
def mailing(make_node: MakeNode, monkeypatch: pytest.MonkeyPatch) -> MakeNode:
    for name in ("SMTP_HOST", "SMTP_PORT", "SMTP_USER", "SMTP_PASSWORD", "SMTP_FROM"):
        monkeypatch.delenv(name, raising=False)

    def make(mailbox: Mailbox, text: str = "# News\n\nAll **well**.", **given: Any) -> NodeContext:
        server = {"smtp_host": "127.0.0.1", "smtp_port": mailbox.port, "smtp_from": "robot@example.com"}
        return make_node(input=text, **{**server, **given})

    return make


async def run(node: NodeContext, **params: Any) -> Output:
    result = await send.run(SendMail(**params), node)
    assert isinstance(result, Output)
    return result


async def test_the_mail_arrives_as_text_and_html(mailing: MakeNode, mailbox: Mailbox) -> None:
    logged: list[str] = []
    output = await run(mailing(mailbox, log=logged.append), to="dana@example.com")
    envelope, message = mailbox.mails[0]
    assert (envelope.mail_from, envelope.rcpt_tos) == ("robot@example.com", ["dana@example.com"])
    assert (message["From"], message["To"], message["Subject"]) == ("robot@example.com", "dana@example.com", "News")
    assert message["Auto-Submitted"] == "auto-generated"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n").strip() == "# News\n\nAll **well**."
    assert "<h1>News</h1>" in html.get_content()
    assert "All <strong>well</strong>." in html.get_content()
    assert output.text == "# News\n\nAll **well**."
    assert isinstance(output.data, dict)
    assert output.data["messageId"] == message["Message-ID"]
    assert logged == ["Sent to dana@example.com, subject “News”"]


async def test_a_repeated_attempt_has_the_same_message_id(mailing: MakeNode, mailbox: Mailbox) -> None:
    await run(mailing(mailbox, attempt=1), to="a@example.com")
    await run(mailing(mailbox, attempt=2), to="a@example.com")
    await run(mailing(mailbox, "another item"), to="a@example.com")
    (_, first), (_, second), (_, other) = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"] != other["Message-ID"]
    assert first["Message-ID"].endswith("@example.com>")


async def test_a_subject_that_is_too_long_is_cut_and_told(mailing: MakeNode, mailbox: Mailbox) -> None:
    logged: list[str] = []
    output = await run(mailing(mailbox, log=logged.append), to="dana@example.com", subject="word " * 400)
    assert mailbox.last()["Subject"] == ("word " * 400)[:899] + "…"
    assert output.data["subject"].endswith("…")
    assert logged[0] == "The subject has 1,999 characters; its first 900 are sent."


async def test_subject_body_cc_and_several_recipients(mailing: MakeNode, mailbox: Mailbox) -> None:
    await run(
        mailing(mailbox),
        to=["a@example.com", "Bea <b@example.com>"],
        cc="c@example.com; a@example.com",
        subject="Grüße aus Köln",
        body="Nur das.",
    )
    envelope, message = mailbox.mails[0]
    assert envelope.rcpt_tos == ["a@example.com", "b@example.com", "c@example.com", "a@example.com"]
    assert message["Subject"] == "Grüße aus Köln"
    assert message["Cc"] == "c@example.com, a@example.com"


async def test_attachments(mailing: MakeNode, mailbox: Mailbox) -> None:
    node = mailing(mailbox)
    files: Any = node.files
    refs = [
        await files.save("rows.csv", "text/csv; charset=utf-8", "a,b\n1,ü\n".encode()),
        await files.save("naïve\r\nBcc: x.bin", "nonsense", b"\x00\x01"),
        await files.save("mail.eml", "message/rfc822", b"hello"),
    ]
    node.inputs = Inputs(text="See attached.", files=refs)
    assert (await run(node, to="a@example.com", attach_files=True)).files == refs
    first, second, third = mailbox.last().iter_attachments()
    assert (first.get_content_type(), first.get_filename()) == ("text/csv", "rows.csv")
    assert first.get_payload(decode=True) == "a,b\n1,ü\n".encode()
    assert (second.get_content_type(), second.get_filename()) == ("application/octet-stream", "naïve__Bcc: x.bin")
    assert third.get_content_type() == "application/octet-stream"
    assert mailbox.last()["Bcc"] is None
    await run(node, to="a@example.com")
    assert list(mailbox.last().iter_attachments()) == []


async def test_attachments_have_a_limit(mailing: MakeNode, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voicegraph.nodes.services.email.actions.MAX_ATTACHED", 10)
    node = mailing(mailbox)
    node.inputs = Inputs(text="x", files=[await node.files.save("a.bin", "application/zip", b"x" * 11)])
    with pytest.raises(NodeError) as caught:
        await run(node, to="a@example.com", attach_files=True)
    assert caught.value.code == "too_large"


async def test_an_empty_mail_is_not_sent(mailing: MakeNode, mailbox: Mailbox) -> None:
    with pytest.raises(NodeError) as caught:
        await run(mailing(mailbox, " "), to="a@example.com")
    assert caught.value.code == "empty_input"
    assert mailbox.mails == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=st.text(max_size=60), label=st.text(max_size=60), body=st.text(min_size=1, max_size=200))
async def test_no_text_adds_a_header_or_a_recipient(
    mailing: MakeNode, mailbox: Mailbox, subject: str, label: str, body: str
) -> None:
    mailbox.mails.clear()
    try:
        await run(mailing(mailbox, body, label=label), to="a@example.com", subject=subject)
    except (ValidationError, NodeError):
        assert mailbox.mails == []
        return
    envelope, message = mailbox.mails[0]
    assert envelope.rcpt_tos == ["a@example.com"]
    assert sorted(message.keys()) == sorted(
        ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(
    "given", [{"to": "nobody"}, {"to": "a@b.org", "cc": "x"}, {"to": "a@b.org", "subject": "a\x00b"}]
)
def test_wrong_params_are_refused_before_the_run(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        SendMail(**given)


# -- what the mail server says


def authenticator(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    assert isinstance(data, LoginPassword)
    return AuthResult(success=data.password == b"right", handled=False)


@pytest.mark.parametrize(("password", "code"), [("right", None), ("wrong-canary", "login_refused")])
async def test_login(mailing: MakeNode, password: str, code: str | None) -> None:
    options = {"authenticator": authenticator, "auth_require_tls": False}
    async with serving(Mailbox(), **options) as mailbox:
        node = mailing(mailbox, smtp_user="robot@example.com", smtp_password=password)
        if code is None:
            await run(node, to="a@example.com")
            assert len(mailbox.mails) == 1
            return
        with pytest.raises(NodeError, match="SMTP_USER and SMTP_PASSWORD") as caught:
            await run(node, to="a@example.com")
        assert (caught.value.code, caught.value.retryable) == (code, False)
        assert password not in caught.value.message


async def test_a_password_is_not_sent_in_the_clear(mailing: MakeNode, mailbox: Mailbox) -> None:
    node = mailing(mailbox, smtp_host="127.0.0.2", smtp_user="u", smtp_password="p")
    async with asyncio.timeout(10):
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(mailbox), "127.0.0.2", 0)
        node.settings.smtp_port = server.sockets[0].getsockname()[1]
        with pytest.raises(NodeError, match="VOICEGRAPH_SMTP_TLS=none") as caught:
            await run(node, to="a@example.com")
        server.close()
        await server.wait_closed()
    assert (caught.value.code, caught.value.retryable) == ("smtp_insecure", False)


@pytest.mark.parametrize(
    ("reply", "retryable"), [("550 No such user here", False), ("450 Mailbox busy", True), ("451 Greylisted", True)]
)
async def test_a_refused_recipient(mailing: MakeNode, mailbox: Mailbox, reply: str, retryable: bool) -> None:
    mailbox.replies["a@example.com"] = reply
    with pytest.raises(NodeError, match=r"a@example\.com") as caught:
        await run(mailing(mailbox), to="a@example.com")
    assert (caught.value.code, caught.value.retryable) == ("recipient_refused", retryable)
    assert reply[4:] in caught.value.message


async def test_one_refused_recipient_of_two_is_told(mailing: MakeNode, mailbox: Mailbox) -> None:
    mailbox.replies["a@example.com"] = "550 No such user"
    logged: list[str] = []
    output = await run(mailing(mailbox, log=logged.append), to="a@example.com, b@example.com")
    assert isinstance(output.data, dict)
    assert output.data["refused"] == {"a@example.com": "No such user."}
    assert logged == ["The mail server refused a@example.com: No such user.", "Sent to b@example.com, subject “News”"]


@pytest.mark.parametrize(("reply", "retryable"), [("554 Looks like spam", False), ("452 Out of space", True)])
async def test_a_refused_mail(mailing: MakeNode, mailbox: Mailbox, reply: str, retryable: bool) -> None:
    mailbox.data_reply = reply
    with pytest.raises(NodeError) as caught:
        await run(mailing(mailbox), to="a@example.com")
    assert (caught.value.code, caught.value.retryable) == ("smtp_refused", retryable)


async def test_a_refused_sender_names_the_setting(mailing: MakeNode, mailbox: Mailbox) -> None:
    mailbox.replies["MAIL"] = "553 Not yours"
    with pytest.raises(NodeError, match="SMTP_FROM") as caught:
        await run(mailing(mailbox), to="a@example.com")
    assert (caught.value.code, caught.value.retryable) == ("sender_refused", False)


async def test_a_server_that_is_not_there_may_come_back(mailing: MakeNode) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(NodeError, match="SMTP_HOST") as caught:
            await run(mailing(Mailbox(port=taken.getsockname()[1])), to="a@example.com")
    assert (caught.value.code, caught.value.retryable) == ("smtp_unreachable", True)


async def test_starttls_that_is_asked_for_and_not_offered(mailing: MakeNode, mailbox: Mailbox) -> None:
    with pytest.raises(NodeError) as caught:
        await run(mailing(mailbox, smtp_tls="starttls"), to="a@example.com")
    assert (caught.value.code, caught.value.retryable) == ("smtp_failed", False)
    assert mailbox.mails == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key."""
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    subprocess.run(
        [*command, *names, "-keyout", path, "-out", path.with_suffix(".crt")], check=True, capture_output=True
    )
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


@pytest.fixture
def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("mode", ["tls", "starttls", "auto"])
async def test_encrypted_where_the_certificate_is_trusted(
    mailing: MakeNode,
    server_context: ssl.SSLContext,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
    options = {"implicit_tls": server_context} if mode == "tls" else {"tls_context": server_context}
    async with serving(Mailbox(), **options) as mailbox:
        await run(mailing(mailbox, smtp_tls=mode), to="a@example.com")
    assert len(mailbox.mails) == 1
    assert mailbox.secure == [mode != "tls"]


@pytest.mark.parametrize("mode", ["tls", "starttls", "auto"])
async def test_a_certificate_nobody_vouches_for(mailing: MakeNode, server_context: ssl.SSLContext, mode: str) -> None:
    options = {"implicit_tls": server_context} if mode == "tls" else {"tls_context": server_context}
    async with serving(Mailbox(), **options) as mailbox:
        with pytest.raises(NodeError, match="VOICEGRAPH_SMTP_TLS") as caught:
            await run(mailing(mailbox, smtp_tls=mode), to="a@example.com")
    assert (caught.value.code, caught.value.retryable) == ("smtp_tls", False)
    assert mailbox.mails == []


# -- what is missing


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "SMTP_HOST"),
        ({"smtp_host": "mail.test"}, "SMTP_FROM"),
        ({"smtp_host": "mail.test", "smtp_user": "not-an-address"}, "SMTP_FROM"),
    ],
)
async def test_missing_settings_are_said_before_and_in_the_run(
    make_node: MakeNode, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], says: str
) -> None:
    for name in ("SMTP_HOST", "SMTP_USER", "SMTP_FROM", "VOICEGRAPH_USER_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    node = make_node(input="x", **given)
    assert send.requires is not None
    assert says in str(send.requires(node.settings, "send"))
    with pytest.raises(NodeError, match=says) as caught:
        await run(node, to="a@example.com")
    assert caught.value.code == "not_configured"


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        ({"smtp_from": "VoiceGraph <vg@example.com>", "smtp_user": "u@example.com"}, "VoiceGraph <vg@example.com>"),
        ({"smtp_from": None, "smtp_user": "u@example.com", "user_email": "me@example.com"}, "u@example.com"),
        ({"smtp_from": None, "smtp_user": "apikey", "user_email": "me@example.com"}, "me@example.com"),
    ],
)
async def test_the_sender(mailing: MakeNode, mailbox: Mailbox, given: dict[str, str], sender: str) -> None:
    await run(mailing(mailbox, **given), to="a@example.com")
    assert mailbox.last()["From"] == sender


async def test_a_sender_that_cannot_be_written_is_an_error(mailing: MakeNode, mailbox: Mailbox) -> None:
    with pytest.raises(NodeError) as caught:
        await run(mailing(mailbox, smtp_from="a@example.com\nBcc: b@example.com"), to="a@example.com")
    assert caught.value.code == "invalid_params"
