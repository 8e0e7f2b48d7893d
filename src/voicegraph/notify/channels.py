"""Send one message: a mail over the mail server, or Apprise over the guarded client. NodeError says what went wrong."""

from __future__ import annotations

import asyncio

import httpx

from voicegraph.errors import NodeError
from voicegraph.history.notices import Draft
from voicegraph.nodes.bridge import Traffic, notify, plugin_of
from voicegraph.nodes.mail import addresses, compose
from voicegraph.nodes.smtp import deliver, lacking, sender_of
from voicegraph.nodes.threads import in_thread
from voicegraph.settings import Settings


class Channels:
    """Both channels, as the settings have them."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._http = http

    async def send(self, draft: Draft, key: str) -> None:
        """Hand it over. `key` makes the mail's Message-ID, so that a repeated mail is recognised."""
        await (self._mail(draft, key) if draft.channel == "mail" else self._chat(draft))

    async def service(self) -> str | None:
        """What the Apprise URL of the settings leads to; None without one. NodeError when it cannot be used."""
        if (url := self._settings.notify_url) is None:
            return None
        plugin = await in_thread(plugin_of, url.get_secret_value())
        if plugin is None:
            raise NodeError("bad_notify_url", "Apprise cannot read VOICEGRAPH_NOTIFY_URL.")
        return str(plugin.service_name)

    async def _mail(self, draft: Draft, key: str) -> None:
        if lack := lacking(self._settings):
            raise NodeError("not_configured", lack)
        try:
            to = addresses(draft.target)
            message = compose(
                sender=sender_of(self._settings), to=to, cc=[], subject=draft.subject, body=draft.body, key=key
            )
        except ValueError as error:
            raise NodeError("invalid_address", f"The notification cannot be mailed: {error}.") from error
        await deliver(message, to, self._settings)

    async def _chat(self, draft: Draft) -> None:
        url = self._settings.notify_url
        if url is None:
            message = "Notifications go to no chat service: set VOICEGRAPH_NOTIFY_URL to an Apprise URL."
            raise NodeError("not_configured", message)
        plugin = await in_thread(plugin_of, url.get_secret_value())
        if plugin is None:
            raise NodeError("bad_notify_url", "Apprise cannot read VOICEGRAPH_NOTIFY_URL.")
        service = str(plugin.service_name)
        traffic = Traffic(self._http, asyncio.get_running_loop(), service)
        try:
            problem = await in_thread(notify, plugin, traffic, draft.subject, draft.body)
        finally:
            traffic.close()
        if problem:
            said = f"{service} did not take the notification: {problem[:500]}"
            raise traffic.failure or NodeError("notify_failed", said)
