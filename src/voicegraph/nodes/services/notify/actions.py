"""notify: a message through Apprise to Telegram, Discord, Teams, ntfy and more than a hundred other services."""

from __future__ import annotations

from pydantic import SecretStr

from voicegraph.errors import NodeError
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.apprise.notification import HELP, chat_service
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import Output
from voicegraph.nodes.text.markdown_html import PLAIN, is_formatted
from voicegraph.nodes.text.single_line import OneLine


class SendNotification(Params):
    """Params of notify.send."""

    url: SecretStr = param(
        title="Where to",
        description=f"An Apprise URL, such as tgram://token/chat or discord://id/token ({HELP}).",
        setting="notify_url",
        widget="secret",
        why="it is where the notification goes",
        target="recipient",
    )
    title: OneLine = param("", title="Title", max_length=250)
    body: str = param("", title="Text", description="Markdown. Empty: what comes in.", widget="markdown")
    channel: OneLine = param(
        "", title="Service", description="The service that is meant: Telegram, Discord, Teams, …", max_length=50
    )


@action("notify", "send", group="delivery", title="Send a notification", effect=True)
async def send(params: SendNotification, node: NodeContext) -> Output:
    """Sends the text to the chat or push service of an Apprise URL. What was sent goes on to the next node."""
    body = params.body or node.inputs.text
    if not body.strip():
        raise NodeError("empty_input", "There is nothing to send: the input is empty.")
    service = await chat_service(params.url, node.http)
    if params.channel and params.channel.lower() not in service.name.lower():
        node.log(f"{params.channel} was asked for; the configured URL leads to {service.name}.")
    await service.send(params.title, body)
    if not is_formatted(body):
        node.log(PLAIN)
    node.log(f"Sent through {service.name}")
    return Output(text=body, data={"service": service.name}, files=node.inputs.files)
