"""Send a message to the chat or push service of an Apprise URL, whoever it is from: a node, a question, a notification."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
from pydantic import SecretStr

from voicegraph.errors import NodeError
from voicegraph.nodes.apprise.guarded_apprise import Traffic, notify, plugin_of
from voicegraph.nodes.threads import in_thread
from voicegraph.settings import Settings
from voicegraph.words.truncation import cut

if TYPE_CHECKING:
    from apprise import NotifyBase

HELP = "https://appriseit.com/services/"


@dataclass(frozen=True, slots=True)
class ChatService:
    """The service an Apprise URL leads to; `name` as Apprise calls it."""

    name: str
    _plugin: NotifyBase
    _http: httpx.AsyncClient

    async def send(self, title: str, body: str) -> None:
        """Markdown, over the guarded client. NodeError when the service does not take it."""
        traffic = Traffic(self._http, asyncio.get_running_loop(), self.name)
        try:
            problem = await in_thread(notify, self._plugin, traffic, _whole(title), _whole(body))
        finally:
            traffic.close()
        if problem:
            said = f"{self.name} did not take the notification: {cut(problem, 500).rstrip('.')}."
            raise traffic.failure or NodeError("notify_failed", said)


async def chat_service(url: SecretStr, http: httpx.AsyncClient, what: str = "the notification URL") -> ChatService:
    """The service this URL leads to. NodeError when Apprise cannot read it, or it is one that we do not let run."""
    plugin = await in_thread(plugin_of, url.get_secret_value())
    if plugin is None:
        raise NodeError(
            "bad_notify_url",
            f"There is no service for {what}. It should look like tgram://token/chat or discord://id/token.",
        )
    return ChatService(str(plugin.service_name), plugin, http)


async def configured_service(settings: Settings, http: httpx.AsyncClient) -> ChatService:
    """The one of the settings; NodeError when there is none, or it cannot be used."""
    if settings.notify_url is None:
        raise NodeError("not_configured", "Notifications go nowhere: set VOICEGRAPH_NOTIFY_URL to an Apprise URL.")
    return await chat_service(settings.notify_url, http, "VOICEGRAPH_NOTIFY_URL")


def _whole(text: str) -> str:
    """Half a surrogate pair, which a result may hold, cannot be sent."""
    return text.encode(errors="replace").decode()
