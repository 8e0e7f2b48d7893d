"""Mails that cannot be bent: addresses, subjects and bodies that try to."""

from __future__ import annotations

from collections.abc import Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voicegraph.nodes.mail.message import Attachment, Mail, compose, header, html, subject_of
from voicegraph.nodes.mail.recipients import addresses


def read(mail: Mail) -> EmailMessage:
    """As a mail reader does."""
    message = message_from_bytes(mail.content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a@b.org", ["a@b.org"]),
        ("a@b.org, c@d.org;e@f.org", ["a@b.org", "c@d.org", "e@f.org"]),
        ('"Doe; Jane" <jane@b.org>, Bob <bob@b.org>', ["jane@b.org", "bob@b.org"]),
        ("a@b.org, a@b.org", ["a@b.org"]),
        ("dana@köln.example", ["dana@xn--kln-sna.example"]),
        ("root@localhost", ["root@localhost"]),
        ("<dana@b.org>\nevil@c.org", ["dana@b.org", "evil@c.org"]),
        ("Dana Dill <dana@b.org>", ["dana@b.org"]),
        ('"Dill, \\"D\\" Dana" <dana@b.org>', ["dana@b.org"]),
        (" a@b.org\r\nb@b.org;\n\n", ["a@b.org", "b@b.org"]),
        ("Bea\nBlau <b@b.org>", ["b@b.org"]),
        ("Bea Blau\r\n <b@b.org>,\r\n\tc@b.org", ["b@b.org", "c@b.org"]),
        ("a@b.org\nBea\nBlau <b@b.org>\nc@b.org", ["a@b.org", "b@b.org", "c@b.org"]),
        ('"Blau,\nBea" <b@b.org>', ["b@b.org"]),
        ("Bea <\nb@b.org\n>", ["b@b.org"]),
        ("- a@b.org\n- Bea <b@b.org>\n", ["a@b.org", "b@b.org"]),
        ("1. a@b.org\n2. b@b.org", ["a@b.org", "b@b.org"]),
    ],
)
def test_addresses(text: str, found: list[str]) -> None:
    assert addresses(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "nobody",
        "a@",
        "@b.org",
        "a b@c.org",
        "a@b.org, nobody",
        "a@b.org\nBcc: x@y.org",
        "a@b@c.org",
        "=?utf-8?q?=0d=0aBcc=3a?=@b.org",
        "a\0@b.org",
        '"<dana@b.org>" <evil@c.org>',
        "dana@b.org <evil@c.org>",
        "(<dana@b.org>) evil@c.org",
        "evil@c.org (<dana@b.org>)",
        "<dana@b.org> evil@c.org",
        "<dana@b.org> <evil@c.org>",
        '"Dana <dana@b.org>, evil@c.org',
        '"Dana\n<dana@b.org>',
        "dana@b.org\n<evil@c.org>nobody",
        '"dana@b.org\n" <evil@c.org>',
        "a@b.org\nnobody",
        "friends: a@b.org",
        "<a@b.org,c@d.org>",
    ],
)
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"e-mail address|control character"):
        addresses(text)


def test_a_domain_no_dns_knows() -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        addresses(f"dana@{'ü' * 70}.example")


def test_recipients_have_a_limit() -> None:
    with pytest.raises(ValueError, match="at most 50"):
        addresses(", ".join(f"a{n}@example.com" for n in range(51)))


@settings(deadline=None)
@example(".@]")
@given(to=st.text(alphabet=st.sampled_from('ab@.,;<>"\\ \r\n:()[]'), max_size=30))
def test_whatever_is_accepted_is_a_plain_address(to: str) -> None:
    try:
        accepted = addresses(to)
    except ValueError:
        return
    for address in accepted:
        local, _, domain = address.partition("@")
        assert local
        assert domain
        assert not set(address) & set(' <>"\\\r\n:;()[],')


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\u202eb", "a\x9fb"])
def test_a_header_with_control_characters_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        header(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Result of the week\n", "Result of the week"),
        ("Hi\r\nBcc: a@b.org", "Hi Bcc: a@b.org"),
        ("a\u2028b\x85c\td", "a b c d"),
    ],
)
def test_line_ends_in_a_header_are_spaces(text: str, line: str) -> None:
    assert header(text) == line


@pytest.mark.parametrize(
    ("text", "label", "subject"),
    [
        ("Intro\n\n## The *real* `point` ##\n\nmore", "Send it", "The real point"),
        ("no heading", "Mail the digest", "Mail the digest"),
        ("no heading", "", "Result of your workflow"),
        ("# " + "long " * 100, "", "long " * 40),
        ("# a\x00b\x0bc", "", "a b c"),
    ],
)
def test_a_subject_for_a_mail_without(text: str, label: str, subject: str) -> None:
    assert subject_of(text, label) == subject


def test_html_in_the_text_stays_text_and_images_are_not_loaded() -> None:
    made = html(
        "<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n"
        '![pixel](https://spy.example/p.gif?"x)\n\n![t](https://spy.example/q.gif)\n\n![](data:image/png;base64,AA)\n\n'
        "[click](javascript:alert(1)) [ok](https://example.com)\n\n| a |\n|---|\n| 1 |"
    )
    for harmful in ("<script", "<img", 'href="javascript', 'src="'):
        assert harmful not in made
    assert '<a href="https://spy.example/q.gif">t</a>' in made
    assert '<a href="https://example.com">ok</a>' in made
    assert "<table>" in made


@pytest.mark.parametrize(
    ("sender", "domain"),
    [("a@example.com", "example.com"), ("A <a@b.org>", "b.org"), ("a@köln.example", "voicegraph.invalid")],
)
def test_the_message_id_is_made_of_key_and_sender(sender: str, domain: str) -> None:
    def message_id(key: str) -> str:
        return compose(sender=sender, to=["x@y.org"], cc=[], subject="s", body="b", key=key).message_id

    assert message_id("run:node") == message_id("run:node") != message_id("run:other")
    assert message_id("run:node").endswith(f"@{domain}>")


def test_what_no_mail_can_carry_is_taken_out_of_the_body() -> None:
    mail = compose(sender="a@b.org", to=["x@y.org"], cc=[], subject="", body="a\x00b\ud800c", key="k")
    part = read(mail).get_body(("plain",))
    assert part is not None
    assert part.get_content().strip() == "abc"


def test_an_attachment_without_a_usable_name_or_type() -> None:
    mail = compose(
        sender="a@b.org",
        to=["x@y.org"],
        cc=[],
        subject="",
        body="b",
        key="k",
        attachments=[Attachment("", "x/y", b"1")],
    )
    (attached,) = read(mail).iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("file", "application/octet-stream")


def write(body: str, attachments: Sequence[Attachment] = ()) -> Mail:
    to = ["b@example.com"]
    return compose(sender="a@example.com", to=to, cc=[], subject="S", body=body, key="k", attachments=attachments)


def test_a_long_text_goes_out_plain_and_whole() -> None:
    text = "# heading *and* words é\r\n" * 20_000
    message = read(write(body=text))
    assert message.get_content_type() == "text/plain"
    assert message.get_content().splitlines() == text.splitlines()


def test_long_attachments_arrive_whole_and_in_their_order() -> None:
    contents = [bytes(range(256)) * 1_000, b"short", b"\n" * 70_000 + b"end"]
    files = [Attachment(f"{at}.bin", "application/pdf", content) for at, content in enumerate(contents)]
    mail = write(body="x\n" * 50_000, attachments=files)
    assert [part.get_content() for part in read(mail).iter_attachments()] == contents
    assert max(map(len, mail.content.split(b"\r\n"))) <= 78
    assert b"\n" not in mail.content.replace(b"\r\n", b"")
