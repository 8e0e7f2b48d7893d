"""From the end of a run to the mailbox: real mail server, real chat service on loopback, a clock that is turned."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from support.clocks import TurnedClock, turned_clock
from support.graphs import workflow
from support.history import History, new_run
from support.mailbox import Mailbox, mailbox_on_loopback

from voicegraph.graph.model import NodeId, Notify, RunId, WorkflowId
from voicegraph.nodes.http.guarded_client import guarded_client
from voicegraph.notify import notifier as notifier_module
from voicegraph.notify.notifier import Notifier
from voicegraph.run.events import EngineName, Entry, NodeRun, RunChange
from voicegraph.run.state import NodeStatus, RunStatus
from voicegraph.store.notices.notices import Notices

# Apprise imports `imghdr`, which Python 3.11 says will go.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
HOUR = 3_600.0


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mailbox_on_loopback() as one:
        yield one


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> TurnedClock:
    return turned_clock(monkeypatch)


@asynccontextmanager
async def notifying(history: History, mailbox: Mailbox | None, **given: Any) -> AsyncIterator[Notifier]:
    mail = {name.lower(): value for name, value in mailbox.settings.items()} if mailbox else {}
    settings = history.settings.model_copy(update={"allow_private_hosts": ["127.0.0.1"], **_typed(mail), **given})
    async with guarded_client(settings) as http:
        notifier = Notifier(Notices(history.reader, history.journal), history.feed, settings, http)
        await notifier.notices.want(settings.notify_on)
        yield notifier
        await notifier.close()


def _typed(mail: dict[str, str]) -> dict[str, Any]:
    return {name: int(value) if name == "smtp_port" else value for name, value in mail.items()}


async def ended(
    history: History, status: RunStatus = RunStatus.FAILED, *, on: list[str] | None = None, name: str = "Daily",
    engine: EngineName = "embedded", to: str | None = "bea@example.org",
) -> RunId:  # fmt: skip
    graph = workflow("a>b", name=name)
    graph.workflow_id = WorkflowId("wf_daily")
    if on is not None:
        graph.notify = Notify(on=on, email=to)  # pyright: ignore[reportArgumentType]
    run = new_run(graph, engine, command="Read it")
    await history.journal.record(Entry(run.run_id, create=run))
    error = {"code": "broken", "message": "The page is gone", "retryable": False}
    failed = error if status == RunStatus.FAILED else None
    await history.journal.record(Entry(run.run_id, change=RunChange(status, 1.0, 2.0, error=failed)))
    return run.run_id


async def everything(notifier: Notifier) -> None:
    while await notifier.round():
        pass


async def test_a_failed_run_is_mailed_with_a_link(history: History, mailbox: Mailbox):
    async with notifying(history, mailbox, public_url="https://vg.example/") as notifier:
        run_id = await ended(history, on=["failed"], name="Daily\r\nBcc: evil@example.org")
        await everything(notifier)
        await everything(notifier)
    (mail,) = mailbox.mails
    assert mail.recipients == ["bea@example.org"]
    assert mail.message["Subject"] == "[VoiceGraph] Daily Bcc: evil@example.org failed"
    assert mail.message["Bcc"] is None
    assert f"https://vg.example/runs/{run_id}" in mail.text()
    assert "The page is gone" in mail.text()
    (message,) = await notifier.notices.recent()
    assert (message.due_at, message.error) == (None, None)
    assert message.sent_at


async def test_the_plain_part_is_for_reading_and_the_formatted_one_bends_nothing(history: History, mailbox: Mailbox):
    async with notifying(history, mailbox, public_url="https://vg.example/") as notifier:
        await ended(history, on=["failed"], name="Weekly-report (*v2.1*)")
        await everything(notifier)
    (mail,) = mailbox.mails
    assert mail.text().startswith("Weekly-report (*v2.1*) failed.")
    assert "Weekly-report (*v2.1*) failed." in mail.text("html")


async def test_nobody_hears_of_what_nobody_asked_for(history: History, mailbox: Mailbox):
    async with notifying(history, mailbox, user_email="me@example.org") as notifier:
        await ended(history)
        await ended(history, RunStatus.COMPLETED, on=["failed"])
        await ended(history, on=["failed"], engine="live")
        await ended(history, RunStatus.CANCELLED, on=["failed", "completed"])
        await everything(notifier)
        assert mailbox.mails == []
        assert history.rows("SELECT * FROM notices") == []


async def test_the_settings_speak_for_all_workflows(history: History, mailbox: Mailbox):
    wanted = {"notify_on": ["failed", "completed"], "notify_email": "a@example.org, b@example.org"}
    async with notifying(history, mailbox, **wanted) as notifier:
        await ended(history, RunStatus.COMPLETED)
        await ended(history, on=[])
        await everything(notifier)
    (mail,) = mailbox.mails
    assert mail.recipients == ["a@example.org", "b@example.org"]
    assert mail.message["Subject"] == "[VoiceGraph] Daily completed"


async def test_a_run_that_waits_for_approval_is_told_once(history: History, mailbox: Mailbox):
    graph = workflow("a>b", name="Ask first")
    graph.notify = Notify(on=["waiting"], email="bea@example.org")
    run = new_run(graph)
    await history.journal.record(Entry(run.run_id, create=run))
    asks = NodeRun(NodeId("a"), NodeStatus.WAITING, waits={"kind": "approval"})
    async with notifying(history, mailbox) as notifier:
        for node in (NodeRun(NodeId("a"), NodeStatus.RUNNING), asks, asks):
            await history.journal.record(Entry(run.run_id, nodes=[node]))
            await everything(notifier)
    (mail,) = mailbox.mails
    assert mail.message["Subject"] == "[VoiceGraph] Ask first waits for approval"


async def test_one_message_then_a_digest_then_that_it_works_again(
    history: History, mailbox: Mailbox, clock: TurnedClock
):
    async with notifying(history, mailbox) as notifier:
        for _ in range(5):
            await ended(history, on=["failed"])
            await everything(notifier)
            clock.turn(60)
        assert len(mailbox.mails) == 1
        clock.turn(HOUR)
        await everything(notifier)
        await ended(history, RunStatus.COMPLETED, on=["failed"])
        await everything(notifier)
    assert [mail.message["Subject"].removeprefix("[VoiceGraph] Daily ") for mail in mailbox.mails] == [
        "failed", "failed 4 more times", "works again",
    ]  # fmt: skip


async def test_what_was_noted_before_a_crash_is_sent_once_after_it(history: History, mailbox: Mailbox):
    async with notifying(history, mailbox):
        await ended(history, on=["failed"])  # the process dies before anybody looked
    async with notifying(history, mailbox) as second, notifying(history, mailbox) as third:
        await asyncio.gather(everything(second), everything(third))
    assert len(mailbox.mails) == 1


async def test_a_mail_server_that_is_away_is_asked_again(history: History, clock: TurnedClock):
    with mailbox_on_loopback() as box:
        port = box.port
    async with notifying(history, None, smtp_host="127.0.0.1", smtp_port=port, smtp_from="v@example.org") as notifier:
        await ended(history, on=["failed"])
        await everything(notifier)
        (message,) = await notifier.notices.recent()
        assert message.error
        assert "cannot be reached" in message.error
        assert message.due_at
        for _ in range(10):
            clock.turn(HOUR * 2)
            await everything(notifier)
        (message,) = await notifier.notices.recent()
        assert (message.due_at, message.tries) == (None, 8)


async def test_without_a_mail_server_the_reason_is_kept(history: History):
    async with notifying(history, None) as notifier:
        await ended(history, on=["failed"])
        await everything(notifier)
        (message,) = await notifier.notices.recent()
    assert message.error
    assert "SMTP_HOST" in message.error
    assert message.due_at is None


async def test_the_watching_task_tells_by_itself(history: History, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch):
    """Of a failure, and of a branch that asks while another one goes on: the run's own status then stays as it is."""
    monkeypatch.setattr(notifier_module, "LOOK_SECONDS", 3_600.0)
    asks = NodeRun(NodeId("a"), NodeStatus.WAITING, waits={"kind": "approval"})
    async with notifying(history, mailbox) as notifier:
        await notifier.open()
        await ended(history, on=["failed"])
        await _mails(mailbox, 1)
        graph = workflow("a>b", name="Ask first")
        graph.notify = Notify(on=["waiting"], email="bea@example.org")
        run = new_run(graph)
        await history.journal.record(Entry(run.run_id, create=run))
        await history.journal.record(Entry(run.run_id, nodes=[asks]))
        await _mails(mailbox, 2)


async def _mails(mailbox: Mailbox, count: int) -> None:
    async with asyncio.timeout(60):
        while len(mailbox.mails) < count:  # noqa: ASYNC110 - the mail server runs in a thread
            await asyncio.sleep(0.01)


async def test_apprise_gets_it_through_the_guarded_client(history: History, unused_chat: list[dict[str, Any]]):
    from pydantic import SecretStr
    from support.serving import serve

    async def chat(scope: Any, receive: Any, send: Any) -> None:
        body = b""
        while True:
            part = await receive()
            body += part.get("body", b"")
            if not part.get("more_body"):
                break
        unused_chat.append(httpx.Response(200, content=body).json())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    served = await serve(chat)
    url = SecretStr(served.url.replace("http://", "json://") + "/secret-of-mine")
    async with notifying(history, None, notify_url=url) as notifier:
        await ended(history, on=["failed"])
        await everything(notifier)
        states = {message.channel: message for message in await notifier.notices.recent()}
        results = await notifier.test({"on": [], "mail": False, "chat": True})
    await served.stop()
    assert states["chat"].error is None
    assert results == {"chat": None}
    first, trial = unused_chat
    assert first["title"] == "[VoiceGraph] Daily failed"
    assert "The page is gone" in first["message"]
    assert "A test of the notifications" in trial["title"]


@pytest.fixture
def unused_chat() -> list[dict[str, Any]]:
    """What the chat service got."""
    return []
