"""email.send with line ends in what stands in headers: what a mail server on loopback gets."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.smtp import Sink, smtp_sink

from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.services.email.actions import SendMail, send

MakeNode = Callable[..., NodeContext]


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink() as running:
        yield running


async def sent(make_node: MakeNode, sink: Sink, **params: str) -> tuple[list[str], EmailMessage, Output]:
    """The recipients, the mail, and what the node gave."""
    node = make_node(input="Text", smtp_host="127.0.0.1", smtp_port=sink.port, smtp_from="robot@example.com")
    output = await send.run(SendMail(**params), node)
    assert isinstance(output, Output)
    await sink.has(1)
    message = email.message_from_bytes(sink.mails.pop(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return [one.partition("<")[2].partition(">")[0] for one in sink.recipients.pop()], message, output


async def test_line_ends_are_folded_and_separate_recipients(make_node: MakeNode, sink: Sink) -> None:
    recipients, message, output = await sent(
        make_node,
        sink,
        to="Bea\nBlau <b@example.com>\nc@example.com\n",
        cc="- d@example.com\r\n- e@example.com",
        subject="\n News \r\n  of\tthe   week\n",
    )
    assert recipients == ["b@example.com", "c@example.com", "d@example.com", "e@example.com"]
    assert message["Subject"] == "News of the week"
    assert (message["To"], message["Cc"]) == ("b@example.com, c@example.com", "d@example.com, e@example.com")
    assert isinstance(output.data, dict)
    assert output.data["subject"] == "News of the week"


async def test_line_ends_alone_are_no_length_of_a_subject(make_node: MakeNode, sink: Sink) -> None:
    _, message, _ = await sent(make_node, sink, to="b@example.com", subject="News" + "\n" * 2_000)
    assert message["Subject"] == "News"


_NAME = st.text(alphabet="abc ÄBeé.\n\r\t\u2028-:;=?!", max_size=12)
_ADDRESSES = st.lists(st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.org", fullmatch=True), min_size=1, max_size=5, unique=True)
_BETWEEN = st.sampled_from(["\n", ", ", ";\r\n", "\r\n", ",", "\n\n"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(addresses=_ADDRESSES, name=_NAME, between=_BETWEEN, subject=_NAME)
async def test_recipients_of_any_form_are_these_and_no_header_is_added(
    make_node: MakeNode, sink: Sink, addresses: list[str], name: str, between: str, subject: str
) -> None:
    to = between.join(f'"{name}" <{one}>' for one in addresses)
    recipients, message, _ = await sent(make_node, sink, to=to, subject=f"S {subject} e")
    assert recipients == addresses
    assert message["Subject"] == " ".join(f"S {subject} e".split())
    assert len(message.keys()) == 8
