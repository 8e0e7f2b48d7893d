"""slack: post to a channel with a bot token, through Slack's Web API (chat.postMessage)."""

from __future__ import annotations

import uuid
from collections.abc import Generator
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import AfterValidator, JsonValue

from voicegraph.errors import NodeError
from voicegraph.lazy_imports import importing
from voicegraph.nodes.action import Params, action, param
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.http.service_errors import retry_after, status_error
from voicegraph.nodes.models.long_text import split
from voicegraph.nodes.output import Output
from voicegraph.nodes.threads import in_thread
from voicegraph.setting_names import name_in_use
from voicegraph.settings import Settings
from voicegraph.words.truncation import cut

if TYPE_CHECKING:
    from slack_sdk.errors import SlackApiError

MAX_TEXT = 11_000
"""Characters of one message; Slack takes 12,000 in `markdown_text`."""
MAX_MESSAGES = 10
"""A longer text goes on in the thread of its first message, up to so many messages."""
TIMEOUT = 30

_TOKEN = "Check {setting}"  # noqa: S105 - the setting, not a token
_ADVICE = {
    "channel_not_found": "Slack knows no channel {channel}, or the bot may not see it. Check its name or use its id.",
    "not_in_channel": "The bot is not in {channel}: invite the bot there (/invite @bot).",
    "is_archived": "The channel {channel} is archived.",
    "restricted_action": "The workspace does not let the bot post in {channel}.",
    "msg_too_long": "The message is too long for Slack.",
    "no_text": "There is nothing to post.",
    "missing_scope": f"The Slack bot lacks the scope chat:write. {_TOKEN}.",
    "invalid_auth": f"Slack refused the bot token. {_TOKEN}.",
    "not_authed": f"Slack got no bot token. {_TOKEN}.",
    "token_revoked": f"The Slack bot token was revoked. {_TOKEN}.",
    "token_expired": f"The Slack bot token has expired. {_TOKEN}.",
    "account_inactive": f"The Slack bot's account is no longer active. {_TOKEN}.",
}
_PASSING = frozenset({"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable"})
"""Slack's own troubles, which it also reports with status 200."""


def _channel(text: str) -> str:
    name = text.strip()
    if not name or any(character.isspace() for character in name):
        raise ValueError("write the channel as #name, or give its id")
    return name


class PostMessage(Params):
    """Params of slack.post_message."""

    channel: Annotated[str, AfterValidator(_channel)] = param(
        title="Channel",
        description="#name, or the id of a channel or person (C…, U…).",
        why="it is where the message is posted",
        target="channel",
        max_length=200,
    )
    text: str = param("", title="Text", description="Markdown. Empty: what comes in.", widget="markdown")


def _requires(settings: Settings, _: str) -> str | None:
    if settings.slack_bot_token is None:
        return (
            "Slack is not set up: set SLACK_BOT_TOKEN to the token (xoxb-…) of a Slack app with the scope chat:write."
        )
    return None


@action("slack", "post_message", group="delivery", title="Post to Slack", effect=True, requires=_requires)
async def post_message(params: PostMessage, node: NodeContext) -> Output:
    """Posts the text to a channel. What was posted goes on to the next node."""
    if lacking := _requires(node.settings, node.action):
        raise NodeError("not_configured", lacking)
    text = params.text or node.inputs.text
    if not text.strip():
        raise NodeError("empty_input", "There is nothing to post: the input is empty.")
    pieces = split(_without_broadcasts(text), MAX_TEXT)
    if len(pieces) > MAX_MESSAGES:
        node.log(f"The text is too long for Slack; only its first {MAX_MESSAGES} parts are posted.")
    posted: list[dict[str, JsonValue]] = []
    for number, piece in enumerate(pieces[:MAX_MESSAGES]):
        thread = posted[0]["ts"] if posted else None
        posted.append(await in_thread(_post, node, params.channel, piece, number, thread))
    node.log(f"Posted to {params.channel}")
    data: dict[str, JsonValue] = {"channel": posted[0]["channel"], "ts": posted[0]["ts"], "messages": len(posted)}
    return Output(text=text, data=data, files=node.inputs.files)


def _without_broadcasts(text: str) -> str:
    """The text with `<!channel>`, `<!here>` and `<!everyone>` made visible: fetched text must not ring everybody."""
    return text.encode(errors="replace").decode().replace("<!", "&lt;!")


def _post(node: NodeContext, channel: str, text: str, number: int, thread: JsonValue) -> dict[str, JsonValue]:
    # Slack drops a message whose client_msg_id it has seen: a repeated attempt posts nothing twice. The text is in it
    # because a node that runs for each item posts several messages.
    message_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"voicegraph:{node.idempotency_key}:{number}:{channel}:{text}"))
    extra: dict[str, Any] = {"thread_ts": thread} if thread else {}
    with _failures(channel):
        answer = _client(node.settings, node.limit or TIMEOUT).chat_postMessage(
            channel=channel, markdown_text=text, unfurl_links=False, client_msg_id=message_id, **extra
        )
    return {"channel": answer.get("channel", channel), "ts": answer.get("ts", "")}


def try_token(settings: Settings, seconds: float) -> None:
    """NodeError unless the token is taken and may post. It blocks; nothing is posted."""
    with _failures(""):
        answer = _client(settings, seconds).auth_test()
    headers = cast("dict[str, str]", answer.headers)
    scopes = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    if scopes and "chat:write" not in scopes.replace(" ", "").split(","):
        raise NodeError("slack_missing_scope", _worded(_ADVICE["missing_scope"], ""))


@contextmanager
def _failures(channel: str) -> Generator[None]:
    with importing("slack_sdk"):
        from slack_sdk.errors import SlackApiError, SlackRequestError

    try:
        yield
    except SlackApiError as error:
        raise _refused(error, channel) from error
    except (OSError, SlackRequestError) as error:
        raise NodeError(
            "unreachable", "Slack cannot be reached. Check the connection of this machine.", retryable=True
        ) from error
    except AttributeError as error:  # of JSON that is no object, in the library's own look at it
        raise _no_slack() from error


def _no_slack() -> NodeError:
    return NodeError("bad_response", "What answers is not Slack. Check VOICEGRAPH_SLACK_BASE_URL.")


def _client(settings: Settings, seconds: float) -> Any:
    """A `WebClient`; its annotations are too loose for the type checker."""
    with importing("slack_sdk"):
        from slack_sdk import WebClient

    token = settings.slack_bot_token.get_secret_value() if settings.slack_bot_token else None
    # No retries of its own: the engine decides about those.
    return WebClient(token=token, base_url=settings.slack_base_url, timeout=ceil(seconds), retry_handlers=[])


def _refused(error: SlackApiError, channel: str) -> NodeError:
    """Slack's answer as a NodeError: by the status, then by its error code."""
    response: Any = error.response
    headers = cast("dict[str, str]", response.headers)
    said: object = response.data
    fields = cast("dict[str, object]", said) if isinstance(said, dict) else {}
    code = str(fields.get("error") or "")
    # The library makes an error of a sentence out of what is no JSON; those of Slack are words.
    if response.status_code == 200 and ("ok" not in fields or " " in code):
        return _no_slack()
    if response.status_code != 200 and code not in _ADVICE:
        return status_error(response.status_code, "Slack", headers, cut(code, 200))
    message = _ADVICE.get(code, f"Slack refused the message: {cut(code, 200) or 'no reason given'}.")
    return NodeError(
        f"slack_{code}" if code in _ADVICE else "slack_refused",
        _worded(message, channel),
        retryable=code in _PASSING,
        retry_after=retry_after(headers),
    )


def _worded(message: str, channel: str) -> str:
    """The advice with what it is about."""
    return message.replace("{setting}", name_in_use("slack_bot_token")).replace("{channel}", channel)
