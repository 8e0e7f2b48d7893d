"""The one HTTP client of all nodes. It reaches what `addresses.py` permits, and bounds redirects, sizes and times.

At most five redirects, each judged like a first request: no https -> http, and nothing that may be a credential goes to
another origin, no body either. No cookies, no proxies or .netrc of the environment: nodes of different users share this client.
"""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from voicegraph import __version__
from voicegraph.errors import NodeError
from voicegraph.nodes.addresses import AddressGuard, Resolver
from voicegraph.nodes.failures import raise_for_status, status_error, translated
from voicegraph.nodes.transport import GuardedTransport
from voicegraph.nodes.urls import is_port, shown
from voicegraph.settings import Settings

__all__ = ["check_url", "guarded_client", "raise_for_status", "send", "status_error", "translated"]

MAX_REDIRECTS = 5
CONNECT_SECONDS = 10.0
USER_AGENT = f"VoiceGraph/{__version__}"

_HOP = "voicegraph.hop"
DELIVERY: dict[str, Any] = {"voicegraph.delivery": True}
"""Extensions of a request that is there for what it carries: followed without it, it would look like a success."""
_HARMLESS = frozenset({
    "accept", "accept-encoding", "accept-language", "connection", "content-length", "content-type", "host",
    "idempotency-key", "transfer-encoding", "user-agent",
})  # fmt: skip


def guarded_client(settings: Settings, resolve: Resolver | None = None) -> httpx.AsyncClient:
    """A client for outgoing requests of nodes; close it with `aclose`. `resolve` stands in for the system's DNS.

    It sets no limit on how long an answer takes: a node has a limit of its own, and one that is cut off sooner would be
    tried again while its first request is still at work. Who is no node limits its own waiting.

    Besides httpx's errors it raises NodeError: `forbidden_address`, `unknown_host`, `invalid_url`,
    `insecure_redirect`, `foreign_redirect`, `lost_in_redirect`, `too_large`.
    """
    guard = AddressGuard(settings.allow_private_hosts, resolve)
    return httpx.AsyncClient(
        transport=GuardedTransport(guard, settings.max_response_bytes),
        event_hooks={"request": [_judge_hop]},
        follow_redirects=True,
        max_redirects=MAX_REDIRECTS,
        timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
        trust_env=False,
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


async def check_url(url: str, settings: Settings) -> None:
    """Raise NodeError unless nodes may reach this URL: for libraries that bring their own client.

    They look the name up again, so a DNS that changes its mind gets past; use the guarded client where one can.
    """
    await AddressGuard(settings.allow_private_hosts).check(url)


async def send(http: httpx.AsyncClient, method: str, url: str, **options: Any) -> httpx.Response:
    """A request whose every failure is a NodeError, an answer of 4xx or 5xx included."""
    with translated(url):
        response = await http.request(method, url, **options)
    raise_for_status(response)
    return response


async def _judge_hop(request: httpx.Request) -> None:
    """Called before every request, redirects included; the hop before is remembered in what httpx carries along."""
    url = request.url
    if url.scheme not in ("http", "https") or not url.host or not is_port(url.port):
        raise NodeError("invalid_url", f"“{shown(url)}” is no http or https address.")
    hop: tuple[httpx.URL, str] | None = request.extensions.get(_HOP)
    request.extensions = {**request.extensions, _HOP: (url, request.method)}
    if hop is None:
        return
    before, method = hop
    if before.scheme == "https" and url.scheme == "http":
        raise NodeError("insecure_redirect", f"{before.host} redirects from https to http ({shown(url)}).")
    if request.method != method and DELIVERY.keys() <= request.extensions.keys():  # 301 to 303: a GET of nothing
        raise NodeError(
            "lost_in_redirect",
            f"{before.host} redirects what was sent to it to {shown(url)} in a way that takes nothing there. "
            "Give that address in the node, if it is right.",
        )
    if (before.scheme, before.host, before.port) != (url.scheme, url.host, url.port):
        if request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers:
            raise NodeError(  # a 307 or 308: without its body the request would be another one, and look like a success
                "foreign_redirect",
                f"{before.host} redirects what was sent to it to {shown(url)}, for which it was not meant. "
                "Give that address in the node, if it is right.",
            )
        for name in [name for name in request.headers if name.lower() not in _HARMLESS]:
            del request.headers[name]
