"""The hops of one request: how each redirect is judged, and the cookies that live from the first to the last of them.

A site may set a cookie and redirect to itself to see it come back. Such a cookie is sent to the very origin that set it,
by the rules it was set with (path, time, Secure), and is gone with the request: nodes of different users share the client.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from voicegraph.errors import NodeError
from voicegraph.nodes.http.urls import is_port, joined, shown

DELIVERY: dict[str, bool] = {"voicegraph.delivery": True}
"""Extensions of a request that is there for what it carries: followed without it, it would look like a success."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_HOP = "voicegraph.hop"
_HARMLESS = frozenset({
    "accept", "accept-encoding", "accept-language", "connection", "content-length", "content-type", "host",
    "idempotency-key", "transfer-encoding", "user-agent",
})  # fmt: skip

_BYTES = "iso-8859-1"
"""In which every byte of a cookie is a character: whatever its encoding, what was set goes back."""

Origin = tuple[str, str, int | None]


@dataclass(slots=True)
class _Hop:
    """The place a request was last at, and what it carries along."""

    url: httpx.URL
    method: str
    given: bytes | None
    """The Cookie header that the node gave, until the request left its origin."""
    jars: dict[Origin, httpx.Cookies] = field(default_factory=dict["Origin", httpx.Cookies])


async def judge_hop(request: httpx.Request) -> None:
    """Called before every request, redirects included; the hop before is in what httpx carries along. NodeError."""
    url = request.url
    if url.scheme not in ("http", "https") or not url.host or not is_port(url.port):
        raise NodeError(
            "invalid_url",
            f"“{shown(url)}” is not an address of the web: it must begin with http:// or https:// and name a host.",
        )
    hop = request.extensions.get(_HOP)
    if not isinstance(hop, _Hop):
        request.extensions = {**request.extensions, _HOP: _Hop(url, request.method, _cookies_of(request))}
        return
    before, method = hop.url, hop.method
    hop.url, hop.method = url, request.method
    if before.scheme == "https" and url.scheme == "http":
        raise NodeError("insecure_redirect", f"{before.host} redirects from https to http ({shown(url)}).")
    if request.method != method and DELIVERY.keys() <= request.extensions.keys():  # 301 to 303: a GET of nothing
        raise NodeError(
            "lost_in_redirect",
            f"{before.host} redirects what was sent to it to {shown(url)} in a way that takes nothing there. "
            "Give that address in the node, if it is right.",
        )
    if _origin(before) != _origin(url):
        if request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers:
            raise NodeError(  # a 307 or 308: without its body the request would be another one, and look like a success
                "foreign_redirect",
                f"{before.host} redirects what was sent to it to {shown(url)}, for which it was not meant. "
                "Give that address in the node, if it is right.",
            )
        for name in [name for name in request.headers if name.lower() not in _HARMLESS]:
            del request.headers[name]
        hop.given = None
    _give_cookies(request, hop)


async def keep_cookies(response: httpx.Response) -> None:
    """Called after every answer: what a redirect sets is kept for the next hops."""
    request = response.request
    _judge_location(response)
    _keep_empty_query(response)
    hop = request.extensions.get(_HOP)
    if isinstance(hop, _Hop) and response.has_redirect_location and "set-cookie" in response.headers:
        response.headers.encoding, read_as = _BYTES, response.headers.encoding
        hop.jars.setdefault(_origin(request.url), httpx.Cookies()).extract_cookies(response)
        response.headers.encoding = read_as


def _judge_location(response: httpx.Response) -> None:
    """Where a redirect leads to no address of the web: the library would say so of the address that was asked for."""
    location = response.headers.get("location", "").strip()
    if not response.has_redirect_location:
        return
    scheme = _SCHEME.match(location)
    if scheme and scheme[1].lower() not in ("http", "https"):
        raise NodeError(
            "invalid_url",
            f"{response.request.url.host} redirects to an address that does not begin with http:// or https://, but with "
            f"“{scheme[0][:20]}”.",
        )
    try:
        response.request.url.join(location).host  # noqa: B018  # pyright: ignore[reportUnusedExpression]
    except (httpx.InvalidURL, UnicodeError) as error:  # the latter of a name with letters of its own
        message = f"{response.request.url.host} redirects to a broken address."
        raise NodeError("invalid_url", message) from error


def _keep_empty_query(response: httpx.Response) -> None:
    """The library drops the `?` of `Location: /x?`, at which some servers tell addresses apart: it is told the whole one."""
    location = response.headers.get("location", "")
    if response.has_redirect_location and location.partition("#")[0].endswith("?"):
        with suppress(httpx.InvalidURL):  # which is said where it is followed
            response.headers["location"] = str(joined(response.request.url, location))


def _give_cookies(request: httpx.Request, hop: _Hop) -> None:
    """The cookies this origin may see, behind those that the node gave. httpx leaves all of them out of a redirect."""
    request.headers.pop("cookie", None)
    asking = httpx.Request(request.method, request.url)
    asking.headers.encoding = _BYTES
    if jar := hop.jars.get(_origin(request.url)):
        jar.set_cookie_header(asking)
    cookies = b"; ".join(filter(None, [hop.given, _cookies_of(asking)]))
    if cookies:
        request.headers = httpx.Headers([*request.headers.raw, (b"Cookie", cookies)])


def _cookies_of(request: httpx.Request) -> bytes | None:
    return next((value for name, value in request.headers.raw if name.lower() == b"cookie"), None)


def _origin(url: httpx.URL) -> Origin:
    return url.scheme, url.host, url.port
