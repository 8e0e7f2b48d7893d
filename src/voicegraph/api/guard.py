"""What every request passes before a route sees it (SECURITY row 4), and the headers every answer carries (row 5).

A page on another site must not reach a server on loopback: neither by a name that resolves to it (rebinding: the Host
header is checked), nor by a form or fetch (Origin, Sec-Fetch-Site and the content type are checked). There is no CORS.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voicegraph.api.problems import problem
from voicegraph.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
UPLOAD_PATHS = frozenset({"/api/files"})
MAX_JSON_BYTES = 4 << 20
"""A workflow may take 1 MiB; an edit carries one, and a config beside it."""

POLICY = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
SECURITY_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def known_hosts(settings: Settings) -> frozenset[str]:
    """The names this server answers to: the allowed ones, the address it listens on, and the public one."""
    names = {*settings.allowed_hosts, settings.host}
    if settings.public_url:
        names.add(urlsplit(settings.public_url).hostname or "")
    return frozenset(name.lower().strip("[]") for name in names if name and name not in ("0.0.0.0", "::"))  # noqa: S104


class Guard:
    """ASGI middleware: refuses what no honest client sends, and limits the size of what is left."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._hosts = known_hosts(settings)
        self._max_upload = settings.max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then pass on with the headers added."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(scope["method"], scope["path"], headers)
        if refusal:
            await problem(*refusal)(scope, receive, _with_headers(send))
            return
        limit = self._limit(scope["path"])
        await self._app(scope, _limited(receive, limit), _with_headers(send))

    def _refusal(self, method: str, path: str, headers: Headers) -> tuple[int, str, str] | None:
        host = headers.get("host", "")
        if not self._is_known(host):
            message = f"This server does not answer to “{host}”. Add the name to VOICEGRAPH_ALLOWED_HOSTS."
            return HTTPStatus.BAD_REQUEST, "forbidden_host", message
        if method in SAFE_METHODS:
            return None
        if _is_foreign(headers, host):
            return HTTPStatus.FORBIDDEN, "foreign_origin", "Requests from other sites are refused."
        if _has_body(headers) and not _is_accepted(headers.get("content-type", ""), path):
            wanted = "multipart/form-data" if path in UPLOAD_PATHS else "application/json"
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", f"Send the body as {wanted}."
        length = headers.get("content-length", "0")
        limit = self._limit(path)
        if not length.isdecimal() or int(length) > limit:
            message = f"The body is larger than {limit:,} bytes."
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", message
        return None

    def _is_known(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        return name is not None and name in self._hosts

    def _limit(self, path: str) -> int:
        # A multipart body wraps the file in a few hundred bytes of its own.
        return self._max_upload + 4096 if path in UPLOAD_PATHS else MAX_JSON_BYTES


def _is_foreign(headers: Headers, host: str) -> bool:
    if headers.get("sec-fetch-site") == "cross-site":
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != host.lower()


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _is_accepted(content_type: str, path: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == ("multipart/form-data" if path in UPLOAD_PATHS else "application/json")


def _limited(receive: Receive, limit: int) -> Receive:
    """A body that claims no length is counted while it comes; past the limit the connection is treated as gone."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return {"type": "http.disconnect"} if seen > limit else message

    return limited


def _with_headers(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _missing(headers):
                headers[name] = value
        await send(message)

    return with_headers


def _missing(headers: MutableHeaders) -> Iterable[tuple[str, str]]:
    return [(name, value) for name, value in SECURITY_HEADERS.items() if name not in headers]
