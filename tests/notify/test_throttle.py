"""Who is told, when, and in which words. The time is what the test says."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from voicegraph.nodes.mail.message import compose, header
from voicegraph.notify.message_texts import Writer, readable
from voicegraph.notify.throttle import Throttle
from voicegraph.settings import Settings
from voicegraph.store.notices.notices import Fact, NoticeDecision, State

WISHES = {"on": ["failed"], "email": "bea@example.org", "mail": True, "chat": False}


def settings(**given_: Any) -> Settings:
    return Settings(_env_file=None, **({"smtp_host": "127.0.0.1", "public_url": "https://vg.example"} | given_))


def fact(kind: str = "failed", at: float = 0.0, **more: Any) -> Fact:
    given_: dict[str, Any] = {"name": "Daily", "command": "Say it", "error": "It broke", "wishes": WISHES} | more
    return Fact("run_1", kind, "wf_1", at=at, **given_)


class Watcher:
    """What a database would keep for one workflow."""

    def __init__(self, given_: Settings) -> None:
        self.settings = given_
        self.states: dict[str, State] = {}
        self.told: list[str] = []

    def take(self, decision: NoticeDecision) -> None:
        self.states |= {state.kind: state for state in decision.states}
        self.told += [draft.subject for draft in decision.drafts]

    def happens(self, kind: str, at: float, **more: Any) -> None:
        self.tick(at)
        self.take(Throttle(self.settings, at).judge(fact(kind, at, **more), self.states))

    def tick(self, at: float) -> None:
        due = [one for one in self.states.values() if one.digest_at is not None and one.digest_at <= at]
        for state in due:
            self.take(Throttle(self.settings, at).digest(state))


def test_a_cron_that_breaks_every_minute_makes_one_message_and_then_digests():
    watcher = Watcher(settings())
    for minute in range(181):
        watcher.happens("failed", minute * 60.0)
    assert watcher.told == [
        "[VoiceGraph] Daily failed",
        "[VoiceGraph] Daily failed 59 more times",
        "[VoiceGraph] Daily failed 60 more times",
        "[VoiceGraph] Daily failed 60 more times",
    ]


def test_it_says_once_that_it_works_again():
    watcher = Watcher(settings())
    watcher.happens("failed", 0)
    watcher.happens("failed", 60)
    watcher.happens("failed", 120)
    watcher.happens("completed", 180)
    watcher.happens("completed", 240)
    watcher.tick(10_000)
    assert watcher.told == ["[VoiceGraph] Daily failed", "[VoiceGraph] Daily works again"]
    watcher.happens("failed", 20_000)
    watcher.happens("completed", 20_060)
    assert watcher.told[2:] == ["[VoiceGraph] Daily failed", "[VoiceGraph] Daily works again"]


def test_one_that_breaks_and_works_in_turn_does_not_fill_a_mailbox():
    watcher = Watcher(settings())
    for minute in range(240):
        watcher.happens("failed" if minute % 2 else "completed", minute * 60.0)
    assert len(watcher.told) <= 10


def test_a_workflow_that_says_nothing_goes_by_the_settings():
    watcher = Watcher(settings(notify_on=["completed"], notify_email="all@example.org", notify_url="json://h/"))
    watcher.happens("completed", 0, wishes=None)
    watcher.happens("failed", 0, wishes=None)
    assert watcher.told == ["[VoiceGraph] Daily completed"] * 2  # mail and chat
    silent = Watcher(settings(notify_on=["failed"], notify_email="all@example.org"))
    silent.happens("failed", 0, wishes={"on": []})
    silent.happens("failed", 0, wishes={"on": ["failed"], "mail": False, "chat": True})
    assert silent.told == []


def test_secrets_of_the_settings_never_get_into_a_message():
    writer = Writer(settings(smtp_password="hunter22-secret", notify_url="json://h/token-of-mine"))
    subject, body = writer.one(fact(name="hunter22-secret", error="login hunter22-secret", command="hunter22-secret"))
    assert "hunter22" not in subject + body
    assert "[redacted]" in body


def test_what_is_quoted_is_read_as_it_was_said():
    body = Writer(settings()).one(fact(name="a_b", error=r"C:\*.txt \- gone"))[1]
    assert r"a\_b failed." in body
    assert readable(body).startswith("a_b failed.")
    assert r"    C:\*.txt \- gone" in readable(body)


def test_the_link_leads_to_the_run():
    assert "<https://vg.example/runs/run_1>" in Writer(settings()).one(fact())[1]
    assert "<http://127.0.0.1:8000/runs/run_1>" in Writer(settings(public_url=None)).one(fact())[1]
    assert "<http://[::1]:8000/runs/" in Writer(settings(public_url=None, host="::1")).one(fact())[1]


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_no_name_bends_a_header(name: str, command: str, error: str):
    subject, body = Writer(settings()).one(fact(name=name, command=command, error=error))
    assert header(subject) == subject.strip()
    mail = compose(sender="a@example.org", to=["b@example.org"], cc=[], subject=subject, body=body, key="k")
    message = message_from_bytes(mail.content, policy=default)
    assert set(message) == {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version",
                            "Content-Type"}  # fmt: skip
    assert message["Subject"] == subject
