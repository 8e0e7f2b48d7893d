"""notify: a message through Apprise to Telegram, Discord, Teams, ntfy and more than a hundred other services."""

from __future__ import annotations

import asyncio

from pydantic import SecretStr

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.bridge import Traffic, notify, plugin_of
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.threads import in_thread

HELP = "https://appriseit.com/services/"


class Send(Params):
    """Params of notify.send."""

    url: SecretStr = param(
        title="Where to",
        description=f"An Apprise URL, such as tgram://token/chat or discord://id/token ({HELP}).",
        setting="notify_url",
        widget="secret",
        why="it is where the notification goes",
    )
    title: str = param("", title="Title", max_length=250)
    body: str = param("", title="Text", description="Markdown. Empty: what comes in.", widget="markdown")
    channel: str = param(
        "", title="Service", description="The service that is meant: Telegram, Discord, Teams, …", max_length=50
    )


@action("notify", "send", group="delivery", title="Send a notification", effect=True)
async def send(params: Send, node: NodeContext) -> Output:
    """Sends the text to the chat or push service of an Apprise URL. What was sent goes on to the next node."""
    body = (params.body or node.inputs.text).encode(errors="replace").decode()
    if not body.strip():
        raise NodeError("empty_input", "There is nothing to send: the input is empty.")
    plugin = await in_thread(plugin_of, params.url.get_secret_value())
    if plugin is None:
        raise NodeError("bad_notify_url", f"Apprise cannot read the notification URL. See {HELP}.")
    service = str(plugin.service_name)
    if params.channel and params.channel.lower() not in service.lower():
        node.log(f"{params.channel} was asked for; the configured URL leads to {service}.")
    traffic = Traffic(node.http, asyncio.get_running_loop(), service)
    try:
        problem = await in_thread(notify, plugin, traffic, params.title, body)
    finally:
        traffic.close()
    if problem:
        raise traffic.failure or NodeError("notify_failed", f"{service} did not take the notification: {problem[:500]}")
    node.log(f"Sent through {service}")
    return Output(text=body, data={"service": service}, files=node.inputs.files)
