"""Text from outside in the header of a mail, judged by the bytes that a mail server gets.

Every way a text has into a header: the subject of a node, a heading, the node's name in a question, a workflow's name in a
notification, a file's name, the sender.
"""

from __future__ import annotations

import email.policy
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from support.api import Api, api_with, seed, steps
from support.smtp import Sink, smtp_sink

from voicegraph.nodes.mail.message import Attachment, compose, header
from voicegraph.nodes.mail.recipients import addresses
from voicegraph.nodes.mail.smtp import deliver
from voicegraph.settings import Settings

EVIL = "=?utf-8?q?Hi=0d=0aReply-To:_evil=40example.com=0d=0a=0d=0aBody?="
EVIL_IN_BASE64 = "=?utf-8?b?SGkNClJlcGx5LVRvOiBldmlsQGV4YW1wbGUuY29t?="
ATTACKS = [
    EVIL,
    EVIL_IN_BASE64,
    f"{EVIL} {EVIL}",
    f"a {EVIL}b",
    f'"{EVIL}"',
    f"<{EVIL}>",
    "=?x?q?=0a?=",
    "=?utf-8*en?q?=0d=0aX:y?=",
]
NAMES = {"from", "to", "cc", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"}


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink() as sink:
        yield sink


def fields(raw: bytes) -> dict[str, bytes]:
    """The header, unfolded as RFC 5322 says and by nothing else. Fails on what is no header line."""
    head = raw.partition(b"\r\n\r\n")[0]
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert b"\r" not in head.replace(b"\r\n", b"")
    found: dict[str, bytes] = {}
    for line in re.sub(rb"\r\n(?=[ \t])", b"", head).split(b"\r\n"):
        name, colon, value = line.partition(b": ")
        assert colon, line
        assert name.decode().lower() not in found, line
        found[name.decode().lower()] = value
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    return found


def judged(raw: bytes) -> EmailMessage:
    """The mail as a reader sees it, when its header has the lines it should have and no other."""
    assert set(fields(raw)) <= NAMES
    message = message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert not part.defects
        assert {name.lower() for name in part} <= NAMES | {"content-transfer-encoding", "content-disposition"}
    return message


def settings_of(sink: Sink, **given: Any) -> dict[str, Any]:
    return {"smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_from": "robot@example.com", **given}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_subject_heading_and_question(sink: Sink, settings: Settings, attack: str) -> None:
    settings = settings.model_copy(update=settings_of(sink))
    async with api_with(settings) as api:
        subject = {"to": "a@example.org", "subject": "{{ input }}", "body": "x"}
        await completed(api, seed(attack), {"type": "email", "action": "send", "params": subject})
        await completed(
            api, seed(f"# {attack}\n\nText"), {"type": "email", "action": "send", "params": {"to": "a@example.org"}}
        )
        asked = {"type": "approval", "action": "request", "label": attack, "params": {"approvers": "b@example.org"}}
        run_id = (await api.call("POST", "/api/execute-background", {"workflow": steps(asked)}, 202))["runId"]
        await api.until(run_id, "waiting")
    subject_mail, heading, question = map(judged, sink.mails)
    assert subject_mail["Subject"] == attack
    assert heading["Subject"] == re.sub(r"[*_`]", "", attack)
    assert question["Subject"] == f"Please approve: {re.sub(r'[*_`]', '', attack)}"
    assert sink.recipients == [["<a@example.org>"], ["<a@example.org>"], ["<b@example.org>"]]


@pytest.mark.parametrize("attack", ATTACKS)
async def test_the_name_of_a_workflow_and_of_a_file(sink: Sink, settings: Settings, attack: str) -> None:
    wanted = settings_of(sink, notify_on=["completed"], user_email="a@example.org")
    async with api_with(settings.model_copy(update=wanted)) as api:
        name = {"file": (f"{attack}.txt", b"content", "text/plain")}
        file = (await api.call("POST", "/api/files", files=name, status=201))["file"]
        upload = {"type": "txt_upload", "action": "upload_txt", "params": {"fileId": file["id"]}}
        send = {"type": "email", "action": "send", "params": {"to": "a@example.org", "attachFiles": True}}
        await completed(api, upload, send, name=attack)
        await sink.has(2)
    sent, notice = map(judged, sink.mails)
    (attached,) = sent.iter_attachments()
    assert attached["Content-Disposition"].params["filename"] == file["name"]
    assert notice["Subject"] == f"[VoiceGraph] {attack[:120]} completed"


async def completed(api: Api, *nodes: dict[str, Any], **more: Any) -> None:
    run_id = (await api.call("POST", "/api/execute-background", {"workflow": steps(*nodes, **more)}, 202))["runId"]
    run = await api.over(run_id)
    assert run["status"] == "completed", run


pieces = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [*ATTACKS, "=?", "?=", "=?utf-8?q?", "=0d=0a", "\r\n", " ", "  ", "a" * 80, "ü" * 50, '"', "\\", "'", ";"]
    ),
)
texts = st.lists(pieces, max_size=6).map("".join)


@given(subject=texts, name=texts, sender=texts)
@example(subject=EVIL, name=EVIL, sender=EVIL)
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_text_is_literal(sink: Sink, subject: str, name: str, sender: str) -> None:
    """Over the wire, and back by a parser of the standard: the very same text."""
    try:
        line = header(subject)
    except ValueError:
        assume(False)
        raise
    one = sender.replace("\\", "").replace('"', "")
    origin = f'"{one}" <robot@example.com>'
    try:
        mail = compose(
            sender=origin, to=["a@example.org", "b@example.org"], cc=["c@example.org"], subject=subject, body="Hello",
            key="k", attachments=[Attachment(name, "text/plain", b"content")],
        )  # fmt: skip
    except ValueError:
        assume(False)
        raise
    await deliver(mail, ["a@example.org"], Settings(_env_file=None, **settings_of(sink)))
    message = judged(sink.mails[-1])
    found = fields(sink.mails[-1])
    assert set(found) == NAMES
    assert message["Subject"] == printable(line)
    assert message["From"].addresses[0].addr_spec == "robot@example.com"
    assert found["to"] == b"a@example.org, b@example.org"
    assert found["cc"] == b"c@example.org"
    (attached,) = message.iter_attachments()
    assert attached["Content-Disposition"].params["filename"] == (re.sub(CONTROL, "_", printable(name)) or "file")
    assert attached.get_content() == "content"


CONTROL = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"


def printable(text: str) -> str:
    return text.encode(errors="replace").decode()


async def test_an_address_beyond_ascii_goes_to_a_server_that_knows_it(sink: Sink) -> None:
    to = addresses("dörte@example.org")
    mail = compose(sender="Büro <robot@köln.example>", to=to, cc=[], subject="s", body="b", key="k")
    await deliver(mail, to, Settings(_env_file=None, **settings_of(sink)))
    assert fields(sink.mails[0])["to"] == "dörte@example.org".encode()
    assert judged(sink.mails[0])["From"] == "Büro <robot@xn--kln-sna.example>"
