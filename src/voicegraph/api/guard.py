"""Checks that every request passes before a route sees it (SECURITY row 4), and headers of every answer (row 5).

A page on another site must not reach a server on loopback: neither by a name that resolves to it (rebinding: the Host
header is checked), nor by a form or fetch (Origin, Sec-Fetch-Site and the content type are checked). There is no CORS.

Anybody can write `Host: localhost`, so a name of loopback counts only on a connection that comes from loopback (row 22).
The connection's own address is looked at, not what a proxy's header says: this stands before those are read.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voicegraph.api.problems import TooLarge, problem
from voicegraph.settings import Settings
from voicegraph.speech.transcriber import MAX_AUDIO_BYTES
from voicegraph.triggers.call_content import MAX_BODY

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
AUDIO_PATH = "/api/transcribe"
UPLOAD_PATHS = frozenset({"/api/files", AUDIO_PATH})
FORM_PATHS = "/approve/"
"""Pages for people without an account, which work without a script: their forms are sent as forms are."""
HOOK_PATH = re.compile(r"/api/hooks/[^/]+")
"""Called by other services, with what they have: any type of body, but a small one. The route asks for the secret."""
RUN_PATHS = frozenset({"/api/execute", "/api/execute-background", "/api/execute-inngest"})
"""Their bodies may carry the files of upload nodes, as Base64 at worst."""
MAX_JSON_BYTES = 4 << 20
"""A workflow may take 1 MiB; an edit carries one, and a config beside it."""
MULTIPART_WRAPPING = 4096
"""A multipart body wraps the file in a few hundred bytes of its own."""

POLICY = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
SECURITY_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=(), display-capture=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_USUAL_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::[0-9]{1,5})?", re.IGNORECASE)


def known_hosts(settings: Settings) -> frozenset[str]:
    """The names this server answers to: the allowed ones, the address it listens on, and the public one."""
    names = {*settings.allowed_hosts, settings.host}
    if settings.public_url:
        names.add(urlsplit(settings.public_url).hostname or "")
    if settings.inngest_serve_origin:
        origin = settings.inngest_serve_origin
        names.add(urlsplit(origin if "://" in origin else f"//{origin}").hostname or "")
    return frozenset(name.lower().strip("[]") for name in names if name and name not in ("0.0.0.0", "::"))  # noqa: S104


def is_loopback(host: str) -> bool:
    """Whether a Host header's name, or a peer's address, means the machine itself."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    mapped = address.ipv4_mapped if address.version == 6 else None
    return (mapped or address).is_loopback


class Guard:
    """ASGI middleware: refuses what no honest client sends, and limits the size of what is left."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._hosts = known_hosts(settings)
        public = urlsplit(settings.public_url or "").hostname
        self._for_all = {public.lower()} if public else set[str]()
        """In a container, whose port is published on loopback, users say `localhost` and come from elsewhere."""
        self._public = origin_of(settings.public_url) if settings.public_url else None
        self._max_upload = settings.max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then pass on with the headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        exchange = _Exchange(receive, send, self._limit(path))
        if refusal := self._refusal(scope, Headers(scope=scope)):
            await refusal(scope, receive, exchange.send)
        else:
            try:
                await self._app(scope, exchange.receive, exchange.send)
            except* anyio.BrokenResourceError:
                pass  # the client left while an event was on its way to it

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        method, path = scope["method"], scope["path"]
        host = ", ".join(headers.getlist("host"))
        name = self._known(host)
        if not name:
            message = f"This server does not answer to “{host}”. Add the name to VOICEGRAPH_ALLOWED_HOSTS."
            return problem(HTTPStatus.BAD_REQUEST, "forbidden_host", message)
        if is_loopback(name) and not self._is_near(name, scope.get("client")):
            message = f"“{host}” is for requests from the server's own machine. Use the name others know it by."
            return problem(HTTPStatus.BAD_REQUEST, "forbidden_host", message)
        is_safe = method in SAFE_METHODS
        if not is_safe and _is_foreign(headers, host, self._public):
            return problem(HTTPStatus.FORBIDDEN, "foreign_origin", _cure(headers, host))
        if not is_safe and _has_body(headers) and not _is_accepted(headers.get("content-type", ""), path):
            message = f"Send the body as {_wanted(path)}."
            return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message)
        limit = self._limit(path)
        if not _is_at_most(headers.get("content-length", "0"), limit):
            return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", TooLarge(limit).detail)
        return None

    def _known(self, host: str) -> str:
        """The name in a Host header, if it is one of ours."""
        found = _HOST.fullmatch(host)
        name = (found["v6"] or found["name"]).lower() if found else ""
        return name if name in self._hosts else ""

    def _is_near(self, name: str, peer: tuple[str, int] | None) -> bool:
        """A connection without an address is one over a socket in the file system."""
        return peer is None or is_loopback(peer[0]) or name in self._for_all

    def _limit(self, path: str) -> int:
        if path == AUDIO_PATH:
            return min(self._max_upload, MAX_AUDIO_BYTES) + MULTIPART_WRAPPING
        if HOOK_PATH.fullmatch(path):
            return MAX_BODY
        if path in RUN_PATHS:
            return MAX_JSON_BYTES + self._max_upload * 4 // 3
        return self._max_upload + MULTIPART_WRAPPING if path in UPLOAD_PATHS else MAX_JSON_BYTES


def origin_of(url: str) -> str | None:
    """`https://name:port` of a web address, the port only where it is not the usual one; None when it is none."""
    try:
        parts = urlsplit(url.lower())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _USUAL_PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{name}" + ("" if port in (None, _USUAL_PORTS[parts.scheme]) else f":{port}")


def _is_foreign(headers: Headers, host: str, public: str | None) -> bool:
    """Another port of the same machine is another site, too, though browsers call it `same-site`.

    `public`: the origin that a proxy shows to browsers, whatever Host header it sends on.
    """
    if any(site not in ("same-origin", "none") for site in headers.getlist("sec-fetch-site")):
        return True
    return any(
        origin.partition("://")[2].lower() != host.lower() and (public is None or origin_of(origin) != public)
        for origin in headers.getlist("origin")
    )


def _cure(headers: Headers, host: str) -> str:
    """Why the request is refused, and what to set where it came from our own page behind a proxy."""
    message = "Requests from other sites are refused."
    origin = origin_of(headers.get("origin", "")[:300])
    if origin is None or headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return message
    return (
        f"{message} This one comes from {origin}, and the server was called as {host}. If {origin} is the address of "
        f"this VoiceGraph behind a proxy, set VOICEGRAPH_PUBLIC_URL={origin} in its environment or .env file and start it "
        "again, or let the proxy pass the Host header on."
    )


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _is_accepted(content_type: str, path: str) -> bool:
    if HOOK_PATH.fullmatch(path):
        return True
    kind = content_type.partition(";")[0].strip().lower()
    return kind == _wanted(path)


def _wanted(path: str) -> str:
    if path.startswith(FORM_PATHS):
        return "application/x-www-form-urlencoded"
    return "multipart/form-data" if path in UPLOAD_PATHS else "application/json"


def _is_at_most(length: str, limit: int) -> bool:
    return length.isdecimal() and len(length) < 20 and int(length) <= limit


class _Exchange:
    """One request and its answer: the body is counted while it comes, whatever it claims; the headers are added."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive = receive
        self._send = send
        self._limit = limit
        self._seen = 0
        self._answering = False

    async def receive(self) -> Message:
        """Whoever reads past the limit gets TooLarge; beside an answer that has begun, the rest is thrown away."""
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen <= self._limit:
            return message
        if self._answering:
            return {**message, "body": b""}
        raise TooLarge(self._limit)

    async def send(self, message: Message) -> None:
        """As the server does."""
        if message["type"] == "http.response.start":
            self._answering = True
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)
