"""notify.send through the real Apprise and the real guarded client, to servers on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from voicegraph.errors import NodeError
from voicegraph.nodes.apprise.guarded_apprise import Traffic
from voicegraph.nodes.context import NodeContext
from voicegraph.nodes.http.guarded_client import guarded_client
from voicegraph.nodes.output import Await, Output
from voicegraph.nodes.services.approval.actions import ApprovalRequest, request
from voicegraph.nodes.services.notify.actions import SendNotification, send
from voicegraph.nodes.text.markdown_html import PLAIN
from voicegraph.settings import Settings

# Apprise imports `imghdr`, which Python 3.11 says will go.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

MakeNode = Callable[..., NodeContext]


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """In place of the plain client of the catalogue's tests: the guarded one, which may reach this machine."""
    async with guarded_client(Settings(_env_file=None, allow_private_hosts=["127.0.0.1"])) as client:
        yield client


@pytest.fixture
def node(make_node: MakeNode) -> NodeContext:
    return make_node(input="# Done\n\nAll **well**.")


@pytest.fixture
def host(service: Any) -> str:
    return service.url.removeprefix("http://")


async def run(node: NodeContext, url: str, **params: Any) -> Output:
    result = await send.run(SendNotification(url=url, **params), node)
    assert isinstance(result, Output)
    return result


async def fails(node: NodeContext, url: str) -> NodeError:
    with pytest.raises(NodeError) as caught:
        await run(node, url)
    return caught.value


async def test_json(node: NodeContext, service: Any, host: str) -> None:
    service.on("POST", "/hook", (200, {}))
    output = await run(node, f"json://user:secret@{host}/hook", title="Digest")
    (call,) = service.calls
    assert call.json["title"] == "Digest"
    assert call.json["message"] == "# Done\n\nAll **well**."
    assert call.headers["authorization"].startswith("Basic ")
    assert output.text == "# Done\n\nAll **well**."
    assert output.data == {"service": "JSON"}


async def test_ntfy(node: NodeContext, service: Any, host: str) -> None:
    service.on("POST", "/", (200, {"id": "x"}))
    await run(node, f"ntfy://{host}/alerts", body="Only this")
    assert service.calls[0].json["topic"] == "alerts"
    assert service.calls[0].json["message"] == "Only this"


async def test_a_form_with_put_and_delete_get_and_query(node: NodeContext, service: Any, host: str) -> None:
    for method in ("PUT", "DELETE", "GET"):
        service.on(method, "/hook", (200, {}))
        await run(node, f"form://{host}/hook?method={method}&-tag=a%20b&+X-Extra=yes")
        assert service.calls[-1].method == method
        assert service.calls[-1].query["tag"] == "a b"
        assert service.calls[-1].headers["x-extra"] == "yes"


async def test_a_long_text_is_split_where_the_service_has_a_limit(make_node: MakeNode, service: Any, host: str) -> None:
    service.on("POST", "/", (200, {"id": "x"}))
    await run(make_node(input="word " * 3_000), f"ntfy://{host}/alerts")
    assert len(service.calls) > 1


async def test_html_is_written_as_in_mails(make_node: MakeNode, service: Any, host: str) -> None:
    service.on("POST", "/hook", (200, {}))
    await run(make_node(input="**well**\n<script>"), f"json://{host}/hook?format=html")
    assert service.calls[0].json["message"] == "<p><strong>well</strong><br />\n&lt;script&gt;</p>"


async def test_what_is_too_long_to_be_formatted_goes_out_plain_and_says_so(
    make_node: MakeNode, service: Any, host: str
) -> None:
    service.on("POST", "/hook", (200, {}))
    logged: list[str] = []
    await run(make_node(input="*a* <b> " * 10_000, log=logged.append), f"json://{host}/hook?format=html")
    assert "*a*&nbsp;&lt;b&gt;" in service.calls[0].json["message"]
    assert PLAIN in logged


async def test_the_url_of_the_settings_is_the_default(service: Any, host: str) -> None:
    from voicegraph.graph.model import Node
    from voicegraph.nodes.params.binding import bind_params

    settings = Settings(_env_file=None, notify_url=f"json://{host}/hook")
    params = bind_params(send, Node(id="n", type="notify", action="send"), {}, settings, {})  # type: ignore[arg-type]
    assert isinstance(params, SendNotification)
    assert params.url.get_secret_value() == f"json://{host}/hook"
    assert host not in repr(params)


async def test_another_service_than_asked_for_is_told(make_node: MakeNode, service: Any, host: str) -> None:
    service.on("POST", "/hook", (200, {}))
    logged: list[str] = []
    await run(make_node(input="x", log=logged.append), f"json://{host}/hook", channel="Telegram")
    assert logged == ["Telegram was asked for; the configured URL leads to JSON.", "Sent through JSON"]


@pytest.mark.parametrize(
    ("status", "headers", "code", "retryable"),
    [
        (401, {}, "unauthorized", False),
        (404, {}, "not_found", False),
        (429, {"Retry-After": "9"}, "rate_limited", True),
        (503, {}, "server_error", True),
    ],
)
async def test_statuses(
    node: NodeContext, service: Any, host: str, status: int, headers: dict[str, str], code: str, retryable: bool
) -> None:
    service.on("POST", "/secret-canary", (status, {"message": "no"}, headers))
    error = await fails(node, f"json://{host}/secret-canary")
    assert (error.code, error.retryable) == (code, retryable)
    assert error.retry_after == (9.0 if headers else None)
    assert "secret-canary" not in error.message
    assert "JSON" in error.message


async def test_a_server_that_is_not_there_may_come_back(node: NodeContext) -> None:
    error = await fails(node, "json://127.0.0.1:1/secret-canary")
    assert (error.code, error.retryable) == ("unreachable", True)
    assert "secret-canary" not in error.message


async def test_a_failure_apprise_keeps_to_itself(node: NodeContext, service: Any, host: str) -> None:
    service.on("POST", "/", (200, b"no json"))
    service.on("POST", "/hook", (200, {}))
    error = await fails(node, f"apprise://{host}/token-canary-1234?tags=x")
    assert error.code
    assert "canary" not in error.message


async def test_what_a_plugin_drops_was_not_sent(node: NodeContext) -> None:
    """Opsgenie's takes our message for a note to an alert, has no alert to put it to, and answers that it is done."""
    error = await fails(node, "opsgenie://8b799edf-6f98-4d3a-9be7-2862fb4e5752")
    assert (error.code, error.retryable) == ("notify_failed", False)
    assert "nothing to send" in error.message or "note" in error.message.lower()


# -- the guard


async def test_private_addresses_are_out_of_reach(make_node: MakeNode, service: Any, host: str) -> None:
    service.on("POST", "/hook", (200, {}))
    async with guarded_client(Settings(_env_file=None)) as strict:
        node = make_node(input="x")
        node.http = strict
        error = await fails(node, f"json://{host}/hook")
    assert (error.code, error.retryable) == ("forbidden_address", False)
    assert service.calls == []


async def test_a_redirect_to_a_forbidden_address_is_not_followed(make_node: MakeNode, service: Any, host: str) -> None:
    service.on("GET", "/hook", (302, {}, {"Location": "http://169.254.169.254/latest/secret-canary"}))
    error = await fails(make_node(input="x"), f"json://{host}/hook?method=GET")
    assert error.code == "foreign_redirect"
    assert "secret-canary" not in error.message


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_what_a_redirect_loses_was_not_sent(node: NodeContext, service: Any, host: str, status: int) -> None:
    service.on("POST", "/hook", (status, {}, {"Location": f"{service.url}/elsewhere"}))
    service.on("GET", "/elsewhere", (200, {}))
    error = await fails(node, f"json://{host}/hook")
    assert (error.code, error.retryable) == ("lost_in_redirect", False)
    assert "127.0.0.1 redirects what was sent to it" in error.message
    assert [call.method for call in service.calls] == ["POST"]


async def test_a_redirect_that_keeps_what_is_sent_is_followed(node: NodeContext, service: Any, host: str) -> None:
    service.on("POST", "/hook", (307, {}, {"Location": f"{service.url}/elsewhere"}))
    service.on("POST", "/elsewhere", (200, {}))
    await run(node, f"json://{host}/hook")
    assert service.calls[-1].json["message"] == "# Done\n\nAll **well**."


@pytest.mark.parametrize(
    "url",
    [
        "dbus://",
        "gnome://",
        "syslog://",
        "rsyslog://127.0.0.1",
        "mailto://u:p@example.com",
        "mqtt://127.0.0.1/t",
        "irc://127.0.0.1/#a",
        "xmpp://u:p@example.com",
        "nostr://x",
        "macosx://",
        "windows://",
        "growl://127.0.0.1",
    ],
)
async def test_what_reaches_beyond_http_is_refused(node: NodeContext, url: str) -> None:
    error = await fails(node, url)
    assert error.code in {"notify_refused", "bad_notify_url"}
    assert not error.retryable


async def test_files_of_this_machine_cannot_be_sent(node: NodeContext, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"content": "canary"}')
    for url in (
        f"discord://abcdefgh12345/zzzz?template={secret}",
        f"tgram://123456789:abcdefg_hijklmnop/1?template={secret}",
    ):
        error = await fails(node, url)
        assert error.code == "bad_notify_url"
        assert "zzzz" not in error.message


@pytest.mark.parametrize("url", ["nonsense", "file:///etc/passwd", "discord://", "http://127.0.0.1/x", "://", " "])
async def test_a_url_apprise_cannot_read(node: NodeContext, url: str) -> None:
    error = await fails(node, url)
    assert error.code == "bad_notify_url"


async def test_an_empty_text_is_an_error(make_node: MakeNode) -> None:
    assert (await fails(make_node(input=" "), "json://127.0.0.1/x")).code == "empty_input"


async def test_apprises_requests_offer_no_way_around() -> None:
    from voicegraph.nodes.apprise.guarded_apprise import plugin_of

    plugin_of("json://127.0.0.1/x")
    import apprise.plugins.custom_json as module

    with pytest.raises(AttributeError, match="guarded"):
        module.requests.Session  # noqa: B018
    with pytest.raises(LookupError):
        module.requests.post("http://127.0.0.1/x")


async def test_a_cancelled_node_sends_nothing_more(node: NodeContext, service: Any, host: str) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(_: Any) -> tuple[int, Any]:
        loop.call_soon_threadsafe(arrived.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()
        return 200, {}

    service.on("POST", "/hook", slow)
    task = asyncio.create_task(run(node, f"json://{host}/hook"))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()


async def test_closed_traffic_lets_nothing_out(http: httpx.AsyncClient) -> None:
    import requests

    traffic = Traffic(http, asyncio.get_running_loop(), "JSON")
    traffic.close()
    with pytest.raises(NodeError, match="cancelled"):
        traffic.send(requests.Request("GET", "http://127.0.0.1/").prepare())


async def test_half_a_character_does_not_stop_the_notification(make_node: MakeNode, service: Any, host: str) -> None:
    service.on("POST", "/hook", (200, {}))
    await run(make_node(input="a\ud800b"), f"json://{host}/hook")
    assert service.calls[0].json["message"] == "a?b"


def test_a_plugin_sees_the_beginning_of_an_answer_in_a_charset_of_the_web() -> None:
    import requests

    from voicegraph.nodes.apprise.guarded_apprise import MAX_ANSWER, _GuardedRequests

    headers = {"content-type": "text/plain; charset=punycode"}
    answer = httpx.Response(200, content=b"A" * 1_000_000, headers=headers, request=httpx.Request("POST", "http://x/"))
    seen = _GuardedRequests(requests)._response(answer, requests.Request("POST", "http://x/").prepare())
    assert (seen.text, seen.encoding) == ("A" * MAX_ANSWER, "utf-8")


async def asks(make_node: MakeNode, url: str | None, text: str = "Fine?") -> Await:
    result = await request.run(ApprovalRequest(notify=True), make_node(input=text, notify_url=url))
    assert isinstance(result, Await)
    return result


async def test_a_question_goes_the_same_way(make_node: MakeNode, service: Any, host: str) -> None:
    service.on("POST", "/hook", (200, {}))
    waits = await asks(make_node, f"json://{host}/hook", "half a \ud800 character")
    (call,) = service.calls
    assert call.json["title"].startswith("Please approve")
    assert "/approve/run_1/" in call.json["message"]
    assert "half a ? character" in call.json["message"]
    assert [*dict(waits.request["links"]).values()] == ["somebody at JSON"]


async def test_a_question_that_reaches_nobody_says_why(make_node: MakeNode, service: Any, host: str) -> None:
    service.on("POST", "/hook", (503, {}))
    for url, code, retryable in (
        (f"json://{host}/hook", "server_error", True),
        ("nonsense://x", "bad_notify_url", False),
        (None, "not_configured", False),
    ):
        with pytest.raises(NodeError) as caught:
            await asks(make_node, url)
        assert (caught.value.code, caught.value.retryable) == (code, retryable)
