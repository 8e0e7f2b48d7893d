"""Send one message: a mail over the mail server, or Apprise over the guarded client. NodeError says what went wrong."""

from __future__ import annotations

import asyncio

import httpx

from voicegraph.errors import NodeError
from voicegraph.nodes.apprise.notification import configured_service
from voicegraph.nodes.mail.message import compose
from voicegraph.nodes.mail.recipients import addresses
from voicegraph.nodes.mail.smtp import deliver, lacking, sender_of
from voicegraph.notify.message_texts import readable
from voicegraph.settings import Settings
from voicegraph.store.notices.notices import MessageDraft

CHAT_SECONDS = 60.0


class Channels:
    """Both channels, as the settings have them."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._http = http

    async def send(self, draft: MessageDraft, key: str) -> None:
        """Hand it over. `key` makes the mail's Message-ID, so that a repeated mail is recognised."""
        await (self._mail(draft, key) if draft.channel == "mail" else self._chat(draft))

    async def service(self) -> str | None:
        """What the Apprise URL of the settings leads to; None without one. NodeError when it cannot be used."""
        if self._settings.notify_url is None:
            return None
        return (await configured_service(self._settings, self._http)).name

    async def _mail(self, draft: MessageDraft, key: str) -> None:
        if lack := lacking(self._settings):
            raise NodeError("not_configured", lack)
        try:
            to = addresses(draft.target)
            message = compose(
                sender=sender_of(self._settings),
                to=to,
                cc=[],
                subject=draft.subject,
                body=draft.body,
                plain=readable(draft.body),
                key=key,
            )
        except ValueError as error:
            raise NodeError("invalid_address", f"The notification cannot be mailed: {error}.") from error
        await deliver(message, to, self._settings)

    async def _chat(self, draft: MessageDraft) -> None:
        service = await configured_service(self._settings, self._http)
        try:
            async with asyncio.timeout(CHAT_SECONDS):
                await service.send(draft.subject, draft.body)
        except TimeoutError as error:
            message = f"{service.name} did not answer within {CHAT_SECONDS:g} seconds."
            raise NodeError("timeout", message, retryable=True) from error
