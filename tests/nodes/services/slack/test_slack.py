"""slack.post_message against a local server that speaks Slack's Web API."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from voicegraph.errors import NodeError
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.output import FileRef, Inputs, Output
from voicegraph.nodes.services.slack.actions import MAX_MESSAGES, MAX_TEXT, PostMessage, post_message

MakeNode = Callable[..., NodeContext]
TOKEN = "xoxb-canary"


@pytest.fixture
def slack(service: Any) -> Any:
    """Slack, which knows every channel."""

    def post(call: Any) -> tuple[int, Any]:
        number = len(service.asked("POST"))
        return 200, {"ok": True, "channel": "C123", "ts": f"1700000000.{number:06}"}

    service.on("POST", "/api/chat.postMessage", post)
    return service


@pytest.fixture
def posting(make_node: MakeNode, slack: Any) -> MakeNode:
    def make(text: str = "All **well**.", **given: Any) -> NodeContext:
        return make_node(input=text, slack_bot_token=TOKEN, slack_base_url=f"{slack.url}/api/", **given)

    return make


async def run(node: NodeContext, **params: Any) -> Output:
    result = await post_message.run(PostMessage(**{"channel": "#news", **params}), node)
    assert isinstance(result, Output)
    return result


async def fails(node: NodeContext) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await run(node)
    assert TOKEN not in caught.value.message
    return caught.value


async def test_the_message_is_posted(posting: MakeNode, slack: Any) -> None:
    logged: list[str] = []
    node = posting(log=logged.append)
    node.inputs = Inputs(text="All **well**.", files=[FileRef(id="f", name="n")])
    output = await run(node)
    (call,) = slack.asked("POST")
    assert call.headers["authorization"] == f"Bearer {TOKEN}"
    assert call.json["channel"] == "#news"
    assert call.json["markdown_text"] == "All **well**."
    assert call.json["unfurl_links"] is False
    assert output.text == "All **well**."
    assert output.data == {"channel": "C123", "ts": "1700000000.000001", "messages": 1}
    assert output.files == node.inputs.files
    assert logged == ["Posted to #news"]


async def test_a_repeated_attempt_carries_the_same_id(posting: MakeNode, slack: Any) -> None:
    await run(posting(attempt=1))
    await run(posting(attempt=2))
    await run(posting("another item"))
    first, second, other = (call.json["client_msg_id"] for call in slack.asked("POST"))
    assert first == second != other


async def test_a_text_of_its_own(posting: MakeNode, slack: Any) -> None:
    await run(posting(), text="Just this")
    assert slack.asked("POST")[0].json["markdown_text"] == "Just this"


async def test_a_long_text_goes_on_in_the_thread(posting: MakeNode, slack: Any) -> None:
    text = "A line of the report.\n" * 1_200
    output = await run(posting(text))
    first, *others = [call.json for call in slack.asked("POST")]
    assert "thread_ts" not in first
    assert [other["thread_ts"] for other in others] == ["1700000000.000001"] * 2
    assert "".join(body["markdown_text"] for body in (first, *others)) == text
    assert all(len(body["markdown_text"]) <= MAX_TEXT for body in (first, *others))
    assert len({body["client_msg_id"] for body in (first, *others)}) == 3
    assert isinstance(output.data, dict)
    assert output.data["messages"] == 3


async def test_there_is_an_end_to_it(posting: MakeNode, slack: Any) -> None:
    logged: list[str] = []
    await run(posting("word " * 40_000, log=logged.append))
    assert len(slack.asked("POST")) == MAX_MESSAGES
    assert logged[0] == "The text is too long for Slack; only its first 10 parts are posted."


async def test_fetched_text_cannot_ring_everybody(posting: MakeNode, slack: Any) -> None:
    await run(posting("Hi <!channel> and <!here|here>"))
    assert slack.asked("POST")[0].json["markdown_text"] == "Hi &lt;!channel> and &lt;!here|here>"


@pytest.mark.parametrize(
    ("code", "says", "retryable"),
    [
        ("channel_not_found", "no channel #news", False),
        ("not_in_channel", "invite the bot", False),
        ("is_archived", "#news is archived", False),
        ("invalid_auth", "SLACK_BOT_TOKEN", False),
        ("token_revoked", "SLACK_BOT_TOKEN", False),
        ("missing_scope", "chat:write", False),
        ("something_new", "something_new", False),
        ("internal_error", "internal_error", True),
        ("ratelimited", "ratelimited", True),
    ],
)
async def test_slacks_errors(posting: MakeNode, slack: Any, code: str, says: str, retryable: bool) -> None:
    slack.on("POST", "/api/chat.postMessage", (200, {"ok": False, "error": code}))
    error = await fails(posting())
    assert says in error.message
    assert error.retryable is retryable
    assert len(slack.asked("POST")) == 1


async def test_a_rate_limit_says_when_to_come_back(posting: MakeNode, slack: Any) -> None:
    slack.on("POST", "/api/chat.postMessage", (429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"}))
    error = await fails(posting())
    assert (error.code, error.retryable, error.retry_after) == ("rate_limited", True, 30.0)


@pytest.mark.parametrize("body", [b"<html>Hello</html>", {"hello": 1}, [], [1]])
async def test_what_is_no_slack_is_said_to_be_none(posting: MakeNode, slack: Any, body: Any) -> None:
    slack.on("POST", "/api/chat.postMessage", (200, body))
    error = await fails(posting())
    assert (error.code, "VOICEGRAPH_SLACK_BASE_URL" in error.message) == ("bad_response", True), error.message


@pytest.mark.parametrize("body", [{"ok": False}, b"<html>bad gateway</html>"])
async def test_an_outage_may_pass(posting: MakeNode, slack: Any, body: Any) -> None:
    slack.on("POST", "/api/chat.postMessage", (503, body))
    error = await fails(posting())
    assert (error.code, error.retryable) == ("server_error", True)


async def test_a_server_that_is_not_there_may_come_back(make_node: MakeNode) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/api/"
        error = await fails(make_node(input="x", slack_bot_token=TOKEN, slack_base_url=url))
    assert (error.code, error.retryable) == ("unreachable", True)


async def test_nothing_to_post_is_an_error(posting: MakeNode, slack: Any) -> None:
    assert (await fails(posting(" \n"))).code == "empty_input"
    assert slack.asked("POST") == []


async def test_a_missing_token_is_said_before_and_in_the_run(
    make_node: MakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    node = make_node(input="x")
    assert post_message.requires is not None
    assert "SLACK_BOT_TOKEN" in str(post_message.requires(node.settings, "post_message"))
    assert (await fails(node)).code == "not_configured"


@pytest.mark.parametrize("channel", ["", " ", "two words", "#a\nb"])
def test_a_channel_that_is_none(channel: str) -> None:
    with pytest.raises(ValidationError):
        PostMessage(channel=channel)


async def test_half_a_character_does_not_stop_the_message(posting: MakeNode, slack: Any) -> None:
    await run(posting("a\ud800b"))
    assert slack.asked("POST")[0].json["markdown_text"] == "a?b"
