"""The web page and the API's page: the built front end from `ui/dist`, under a strict content policy."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from voicegraph.api.guard import POLICY
from voicegraph.graph.model import ID_PATTERN

DIST = Path(__file__).parents[2] / "ui" / "dist"
NONCE = "__CSP_NONCE__"
NOT_BUILT = """<!doctype html><html lang="en"><title>VoiceGraph</title>
<h1>The web page is not built</h1>
<p>The server runs, but its front end is missing. Stop it and start it with <code>make run</code>, which builds it.</p>
<p>The API works without it; <a href="/api/openapi.json">/api/openapi.json</a> describes it.</p></html>"""

router = APIRouter(include_in_schema=False)


@router.get("/")
@router.get("/w/{place}")
@router.get("/runs/{place}")
async def index(place: str | None = None) -> Response:
    """The page, for a draft, a saved workflow and a run: what the address names, it asks for by itself.

    It also says so of an address that can name nothing. Every answer gets a nonce of its own: only styles that carry
    it are applied.
    """
    named = place is None or re.fullmatch(ID_PATTERN, place)
    page = DIST / "index.html"
    if not page.is_file():
        return HTMLResponse(NOT_BUILT, 503)
    nonce = secrets.token_urlsafe(16)
    policy = f"{POLICY}; style-src 'self' 'nonce-{nonce}'"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    status = HTTPStatus.OK if named else HTTPStatus.NOT_FOUND
    return HTMLResponse(page.read_text("utf-8").replace(NONCE, nonce), status, headers)


@router.get("/api/docs")
async def api_docs() -> Response:
    """Swagger UI over /api/openapi.json, without a foreign server and without a script in the page."""
    page = DIST / "docs" / "index.html"
    return FileResponse(page) if page.is_file() else HTMLResponse(NOT_BUILT, 503)


class _Files(StaticFiles):
    """Files of the build, as small as the client can read them."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """As the base class; the ETag is of the bytes that are sent."""
        path, headers = Path(full_path), Headers(scope=scope)
        media_type = guess_type(path.name)[0] or "application/octet-stream"
        if found := best_of(path, headers.get("accept-encoding", "")):
            path, stat_result, coding = found
        else:
            coding = None
        response = FileResponse(path, status_code, media_type=media_type, stat_result=stat_result)
        response.headers["Vary"] = "Accept-Encoding"
        if coding:
            response.headers["Content-Encoding"] = coding
        if self.is_not_modified(response.headers, headers):
            return NotModifiedResponse(response.headers)
        return response


class _Assets(_Files):
    """Files whose names carry a hash of their content: a browser may keep them for ever."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """As the base class, with a cache header."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def mount_site(app: FastAPI) -> None:
    """Add the pages and their files, nothing else of the folder. Without a build only the notice is served."""
    app.include_router(router)
    for path, files in (("/assets", _Assets), ("/api/docs", _Files)):
        folder = DIST / path.rpartition("/")[2]
        if folder.is_dir():
            app.mount(path, files(directory=folder))
    for file in DIST.glob("[!.]*.*"):
        if file.is_file() and file.suffix not in (".html", *CODINGS.values()):
            app.add_route(f"/{file.name}", _sender(file), include_in_schema=False)


def _sender(file: Path) -> Callable[[Request], Awaitable[Response]]:
    async def send(_request: Request) -> Response:
        return FileResponse(file)

    return send


# -- files of the page go out as small as the client can read them


CODINGS = {"br": ".br", "gzip": ".gz"}
"""The best first, and how the names of such files end."""


def accepted(header: str) -> set[str]:
    """The codings that an Accept-Encoding header names and does not refuse (`q=0`)."""
    found: set[str] = set()
    for part in header.lower().split(","):
        name, _, weight = part.partition(";")
        q = weight.replace(" ", "").removeprefix("q=")
        if name.strip() and (not q or q.strip("0.")):
            found.add(name.strip())
    return found


def best_of(path: Path, header: str) -> tuple[Path, os.stat_result, str] | None:
    """The file in the best coding that the client reads, and which that is; None: the file as it is."""
    reads = accepted(header)
    for coding, ending in CODINGS.items():
        if coding in reads:
            packed = path.with_name(path.name + ending)
            try:
                return packed, packed.stat(), coding
            except OSError:
                continue
    return None
