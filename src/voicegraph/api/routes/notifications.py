"""Notifications: what is set up, a test that really sends, and the last messages."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from voicegraph.api.deps import Notifies, Wired
from voicegraph.clock import iso
from voicegraph.errors import GraphError, NodeError, UserError
from voicegraph.graph.model import Notify, Wire, Workflow
from voicegraph.nodes.mail.smtp import lacking
from voicegraph.nodes.params.notify_check import notify_problems
from voicegraph.store.notices.notices import NoticeMessage

router = APIRouter(prefix="/api/notifications", tags=["notifications"])

ChannelName = Literal["mail", "chat"]


class ChannelState(Wire):
    """A channel as it is set up. `target` is the address, or the service's name; `lacks` says what is missing."""

    channel: ChannelName
    target: str | None
    lacks: str | None


class Notification(Wire):
    """A message: `pending`, `sent`, or `failed` with the reason."""

    id: str
    kind: str
    channel: ChannelName
    subject: str
    state: Literal["pending", "sent", "failed"]
    made_at: str
    sent_at: str | None
    tries: int
    error: str | None

    @classmethod
    def of(cls, message: NoticeMessage) -> Notification:
        """From the record."""
        pending = message.due_at is not None
        return cls(
            id=message.id,
            kind=message.kind,
            channel="mail" if message.channel == "mail" else "chat",
            subject=message.subject,
            state="pending" if pending else "failed" if message.error else "sent",
            made_at=iso(message.made_at),
            sent_at=iso(message.sent_at) if message.sent_at else None,
            tries=message.tries,
            error=message.error,
        )


class NotificationsAnswer(Wire):
    """`on` counts for workflows that say nothing themselves."""

    on: list[Literal["failed", "completed", "waiting"]]
    channels: list[ChannelState]
    digest_minutes: float
    messages: list[Notification]


class TrialBody(Wire):
    """The wishes to try out; null: those of the settings."""

    notify: Notify | None = None


class TrialResult(Wire):
    """What became of the message on one channel."""

    channel: str
    sent: bool
    error: str | None


class TrialAnswer(Wire):
    """One result for each channel."""

    results: list[TrialResult] = Field(description="Never empty.")


@router.get("")
async def show_notifications(
    voicegraph: Wired, notifier: Notifies, limit: Annotated[int, Query(ge=0, le=200)] = 20
) -> NotificationsAnswer:
    """What is set up, and the last messages."""
    settings = voicegraph.settings
    try:
        service, lacks = await notifier.channels.service(), None
    except NodeError as error:
        service, lacks = None, error.message
    chat_lacks = lacks or (None if service else "No chat service is set up: set VOICEGRAPH_NOTIFY_URL.")
    mail_to = settings.notify_email or settings.user_email
    return NotificationsAnswer(
        on=settings.notify_on,
        channels=[
            ChannelState(channel="mail", target=mail_to, lacks=lacking(settings)),
            ChannelState(channel="chat", target=service, lacks=chat_lacks),
        ],
        digest_minutes=settings.notify_digest_minutes,
        messages=[Notification.of(message) for message in await notifier.notices.recent(limit)] if limit else [],
    )


@router.post("/test")
async def try_notifications(body: TrialBody, notifier: Notifies) -> TrialAnswer:
    """Really send a message over each channel, now."""
    if problems := notify_problems(Workflow(notify=body.notify)):
        raise GraphError(problems)
    results = await notifier.test(body.notify.model_dump(mode="json", by_alias=True) if body.notify else None)
    if not results:
        message = (
            "There is nothing to send over. Give an address, or set VOICEGRAPH_NOTIFY_EMAIL or VOICEGRAPH_NOTIFY_URL."
        )
        raise UserError("no_channel", message)
    return TrialAnswer(
        results=[TrialResult(channel=name, sent=error is None, error=error) for name, error in results.items()]
    )
