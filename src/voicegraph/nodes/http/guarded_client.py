"""The one HTTP client of all nodes. It reaches what `reachable_addresses.py` permits, and bounds redirects, sizes and times.

At most ten redirects, each judged like a first request: no https -> http, and nothing that may be a credential goes to
another origin, no body either. No cookies but for the hops of one request, no proxies or .netrc of the environment: nodes of
different users share this client.
"""

from __future__ import annotations

from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from voicegraph import __version__
from voicegraph.nodes.http.reachable_addresses import AddressGuard, Resolver
from voicegraph.nodes.http.redirects import DELIVERY, judge_hop, keep_cookies
from voicegraph.nodes.http.service_errors import raise_for_status, status_error, translated
from voicegraph.nodes.http.transport import GuardedTransport
from voicegraph.settings import Settings

__all__ = ["DELIVERY", "check_url", "guarded_client", "raise_for_status", "send", "status_error", "translated"]

MAX_REDIRECTS = 10
CONNECT_SECONDS = 10.0
USER_AGENT = f"VoiceGraph/{__version__}"


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
        event_hooks={"request": [judge_hop], "response": [keep_cookies]},
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
