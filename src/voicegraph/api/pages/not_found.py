"""What an address that is none answers: a page to a browser, JSON to everything else."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from voicegraph.api.pages.plain_page import page

_TITLE = "There is nothing at this address"
_WORDS = """<p>It may be incomplete, or what it named has gone.</p>
<p><a href="/">Open VoiceGraph</a>, or look at <a href="/api/docs">what its API knows</a>.</p>"""


class NotFoundPage:
    """Answers people who opened what is not there; everything else `otherwise` answers."""

    def __init__(self, otherwise: ASGIApp) -> None:
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI wants it."""
        answer = page(_TITLE, _WORDS, HTTPStatus.NOT_FOUND) if _is_opened(scope) else self._otherwise
        await answer(scope, receive, send)


def _is_opened(scope: Scope) -> bool:
    is_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
    return is_read and not scope["path"].startswith("/api/") and "text/html" in Headers(scope=scope).get("accept", "")
